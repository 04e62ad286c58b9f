#include "check.h"
#include "base/text.h"
#include "check-rows.h"

/* By bytes: the file holds the magic of a head in one place only, which is no instruction's. */
static bool has_magic(const char magic[8], const char *family, char last)
{
	return bytes_equal(magic, family, 7) && magic[7] == last;
}

uint32_t head_sum(const struct run_head *head)
{
	const uint32_t *words = (const void *)head;
	uint32_t sum = 2166136261u;

	for (size_t i = 0; i < offsetof(struct run_head, check) / sizeof(*words); i++)
		sum = (sum ^ words[i]) * 16777619u;
	return sum;
}

/* What follows a name in its field is zero. */
static bool is_name_field(const char field[NAME_SIZE], bool may_be_empty)
{
	const size_t length = name_length(field, NAME_SIZE);

	if (length == 0 && (!may_be_empty || field[0] != '\0'))
		return false;
	for (size_t i = length; i < NAME_SIZE; i++) {
		if (field[i] != '\0')
			return false;
	}
	return true;
}

static bool is_zero(const uint32_t *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (words[i] != 0)
			return false;
	}
	return true;
}

static bool has_places(const struct run_head *head)
{
	const uint64_t limit = (uint64_t)1 << 62;
	const uint64_t least = sizeof(struct index_head) +
			       (uint64_t)head->frames * sizeof(struct index_frame) +
			       (uint64_t)head->entries * sizeof(struct index_row) + 1;

	if (head->body == 0 || head->body % 4096 != 0 || head->body > limit ||
	    head->body_size > limit || head->index != head->body + head->body_size)
		return false;
	return head->index_size > 0 && head->index_size <= INDEX_LIMIT &&
	       head->index_plain >= least && head->index_plain <= INDEX_LIMIT;
}

const char *check_head(const struct run_head *head)
{
	if (!has_magic(head->magic, "DYNPKRN", '1'))
		return "its head has another form";
	if (head->body == 0 && head->check == 0)
		return "nothing was packed into it";
	if (head->check != head_sum(head))
		return "its head is damaged";
	if (!has_places(head) || head->entries == 0 || head->frames == 0 ||
	    head->longest > LONGEST_LIMIT || head->largest == 0 || head->largest > FRAME_LIMIT ||
	    head->bytes > (uint64_t)head->frames * head->largest)
		return "the numbers in its head do not fit together";
	if (!is_name_field(head->entry, true) || !is_name_field(head->name, false) ||
	    !is_zero(head->zero, sizeof(head->zero) / sizeof(*head->zero)))
		return "the names in its head are none";
	return NULL;
}

uint32_t packed_limit(uint32_t plain)
{
	return plain + plain / 128 + 1024;
}

static const char *check_frames(const struct index *index, const struct run_head *head)
{
	uint64_t plain = 0, start = 0;
	uint32_t first = 0, largest = 0;

	for (uint32_t i = 0; i < index->frame_count; i++) {
		const struct index_frame *frame = &index->frames[i];

		if (frame->plain != plain || frame->start != start || frame->size == 0 ||
		    frame->size > head->body_size - start)
			return "its frames do not lie end to end";
		if (frame->plain_size == 0 || frame->plain_size > head->largest ||
		    frame->size > packed_limit(frame->plain_size))
			return "a frame is larger than its head says";
		if ((frame->flags & ~(uint32_t)FRAME_BEGINS_UNIT) != 0 ||
		    (i == 0 && frame->flags == 0) || (frame->flags == 0 && frame->first_row != 0) ||
		    (i == 0 && frame->first_row != 0))
			return "its frames make no units";
		if (frame->flags != 0) {
			if (frame->first_row < first || frame->first_row > index->row_count)
				return "its units are not in the order of its rows";
			first = frame->first_row;
		}
		if (frame->plain_size > largest)
			largest = frame->plain_size;
		plain += frame->plain_size;
		start += frame->size;
	}
	if (start != head->body_size || largest != head->largest)
		return "its frames are not those of its head";
	return NULL;
}

const char *check_index(struct index *index, const struct run_head *head, const void *bytes)
{
	const struct index_head *own = bytes;
	const char *at = bytes;
	const char *wrong;
	uint64_t size;

	if (!has_magic(own->magic, "DYNPKIX", '1') || !is_zero(own->zero, 2))
		return "its index has another form";
	size = sizeof(*own) + (uint64_t)own->frames * sizeof(struct index_frame) +
	       (uint64_t)own->rows * sizeof(struct index_row) + (uint64_t)own->digests * ID_SIZE +
	       own->text_size;
	if (own->frames != head->frames || own->rows != head->entries ||
	    size != head->index_plain || own->text_size == 0)
		return "its index is not the one of its head";
	index->frame_count = own->frames;
	index->row_count = own->rows;
	index->digest_count = own->digests;
	index->text_size = own->text_size;
	at += sizeof(*own);
	index->frames = (const void *)at;
	at += own->frames * sizeof(struct index_frame);
	index->rows = (const void *)at;
	at += own->rows * sizeof(struct index_row);
	index->digests = (const void *)at;
	index->text = at + (size_t)own->digests * ID_SIZE;
	index->slot_mask = count_slots(own->rows) - 1;
	if (index->text[index->text_size - 1] != '\0')
		return "its text has no end";
	wrong = check_frames(index, head);
	return wrong != NULL ? wrong : check_rows(index, head);
}
