#include "check-rows.h"
#include "base/text.h"

size_t name_length(const char *name, size_t size)
{
	size_t length = 0;

	while (length < size && name[length] != '\0' && name[length] != '/')
		length++;
	if (length == size || name[length] == '/' || length >= NAME_SIZE)
		return 0;
	if (name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.')))
		return 0;
	return length;
}

/* Behind its parent's, and not longer than the head says; 0 where it is. */
static uint32_t path_length(const struct index *index, uint32_t row, uint32_t longest)
{
	uint32_t length = 0;

	for (; row != 0; row = index->rows[row].parent) {
		length += (uint32_t)text_length(row_name(index, row)) + (length > 0);
		if (length > longest)
			return 0;
	}
	return length;
}

/* No text is read further than it may be long, however many rows name it. */
static size_t room_behind(const struct index *index, uint32_t offset, size_t limit)
{
	const size_t room = index->text_size - offset;

	return room < limit ? room : limit;
}

static bool is_link_text(const struct index *index, uint32_t offset)
{
	const char *text = index->text + offset;
	size_t length = 0;
	size_t room;

	if (offset >= index->text_size || text[0] == '\0' || text[0] == '/')
		return false;
	room = room_behind(index, offset, LONGEST_LIMIT + 1);
	while (length < room && text[length] != '\0')
		length++;
	return length < room;
}

static const char *check_name(const struct index *index, uint32_t row)
{
	const struct index_row *found = &index->rows[row];
	size_t length;
	uint32_t *slot;

	if (found->name >= index->text_size)
		return "a name lies outside of its text";
	length = name_length(index->text + found->name, room_behind(index, found->name, NAME_SIZE));
	if (length == 0)
		return "a name is none";
	if (row == 0)
		return NULL;
	slot = find_slot(index, found->parent, row_name(index, row), length);
	if (*slot != 0)
		return "a path is there twice";
	*slot = row;
	return NULL;
}

static bool has_target(const struct index *index, uint32_t row)
{
	const struct index_row *found = &index->rows[row];

	switch ((enum row_kind)found->kind) {
	case ROW_SYMLINK:
		return is_link_text(index, found->target);
	case ROW_HARD_LINK:
		return found->target < row && index->rows[found->target].kind == ROW_FILE;
	case ROW_DIRECTORY:
	case ROW_FILE:
	default:
		return found->target == 0;
	}
}

static bool has_fields(const struct index *index, const struct index_row *row)
{
	const uint64_t latest = (uint64_t)1 << 40;

	if (row->mode > 0777 || row->zero != 0)
		return false;
	if (row->kind == ROW_FILE)
		return row->digest < index->digest_count && row->time < latest;
	return row->start == 0 && row->size == 0 && row->digest == 0 && row->time < latest;
}

static const char *check_row(const struct index *index, uint32_t row)
{
	const struct index_row *found = &index->rows[row];

	if (found->kind < ROW_DIRECTORY || found->kind > ROW_HARD_LINK || !has_fields(index, found))
		return "a row is none";
	if (row == 0 ? found->parent != 0 || found->kind != ROW_DIRECTORY
		     : found->parent >= row || index->rows[found->parent].kind != ROW_DIRECTORY)
		return "a row lies in no directory before it";
	if (!has_target(index, row))
		return "a link leads nowhere";
	return check_name(index, row);
}

/* The contents of files lie one behind the other, each within its unit. */
static const char *check_contents(const struct index *index)
{
	uint64_t end = 0;
	uint32_t next;

	for (uint32_t frame = 0; frame < index->frame_count; frame = next) {
		const uint32_t row_end = unit_row_end(index, frame);
		uint64_t unit;

		next = unit_end(index, frame);
		unit = index->frames[next - 1].plain + index->frames[next - 1].plain_size;
		for (uint32_t i = index->frames[frame].first_row; i < row_end; i++) {
			const struct index_row *row = &index->rows[i];

			if (row->kind != ROW_FILE)
				continue;
			if (row->start < end || row->start < index->frames[frame].plain ||
			    row->start > unit || row->size > unit - row->start)
				return "a file does not lie in its unit";
			end = row->start + row->size;
		}
	}
	return NULL;
}

const char *check_rows(const struct index *index, const struct run_head *head)
{
	uint64_t bytes = 0;
	uint32_t longest = 0;

	for (uint32_t i = 0; i < index->row_count; i++) {
		const char *wrong = check_row(index, i);
		const uint32_t length = wrong == NULL ? path_length(index, i, head->longest) : 0;

		if (wrong != NULL)
			return wrong;
		if (i > 0 && length == 0)
			return "a path is longer than its head says";
		if (length > longest)
			longest = length;
		bytes += index->rows[i].size;
		if (bytes > head->bytes)
			return "its files are larger than its head says";
	}
	if (bytes != head->bytes || longest != head->longest)
		return "its rows are not those of its head";
	return check_contents(index);
}
