#include "index.h"
#include "base/text.h"

enum { LINK_LIMIT = 40 };

uint32_t count_slots(uint32_t rows)
{
	uint32_t count = 16;

	while (count / 2 < rows)
		count *= 2;
	return count;
}

static uint32_t mix(uint32_t sum, uint32_t value)
{
	sum = (sum ^ value) * 0x9e3779b1u;
	return sum ^ sum >> 15;
}

static bool is_named(const struct index *index, uint32_t row, const char *name, size_t length)
{
	const char *own = row_name(index, row);
	size_t i = 0;

	while (i < length && own[i] == name[i] && own[i] != '\0')
		i++;
	return i == length && own[i] == '\0';
}

uint32_t *find_slot(const struct index *index, uint32_t parent, const char *name, size_t length)
{
	uint32_t sum = mix(index->seed, parent);
	uint32_t *slot;

	for (size_t i = 0; i < length; i++)
		sum = mix(sum, (unsigned char)name[i]);
	for (;; sum++) {
		slot = &index->slots[sum & index->slot_mask];
		if (*slot == 0 ||
		    (index->rows[*slot].parent == parent && is_named(index, *slot, name, length)))
			return slot;
	}
}

long find_child(const struct index *index, uint32_t parent, const char *name, size_t length)
{
	const uint32_t row = *find_slot(index, parent, name, length);

	return row == 0 ? NO_ROW : (long)row;
}

/* From `row`, a directory, along `path`; a link on the way is no way. */
static long walk_rows(const struct index *index, uint32_t row, const char *path)
{
	long at = row;

	while (*path != '\0') {
		size_t length = 0;

		while (path[length] != '\0' && path[length] != '/')
			length++;
		if (index->rows[at].kind != ROW_DIRECTORY)
			return NO_ROW;
		if (length == 2 && path[0] == '.' && path[1] == '.') {
			if (at == 0)
				return NO_ROW;
			at = index->rows[at].parent;
		} else if (length > 1 || (length == 1 && path[0] != '.')) {
			at = find_child(index, (uint32_t)at, path, length);
			if (at == NO_ROW)
				return NO_ROW;
		}
		path += length;
		while (*path == '/')
			path++;
	}
	return at;
}

long follow_row(const struct index *index, uint32_t row)
{
	long at = row;

	for (int links = 0; links < LINK_LIMIT; links++) {
		const struct index_row *found = &index->rows[at];

		if (found->kind != ROW_SYMLINK)
			return at;
		at = walk_rows(index, found->parent, index->text + found->target);
		if (at == NO_ROW)
			return NO_ROW;
	}
	return NO_ROW;
}

size_t write_path(const struct index *index, uint32_t row, char path[LONGEST_LIMIT + 1])
{
	size_t length = text_length(row_name(index, row));
	size_t at;

	for (uint32_t up = index->rows[row].parent; up != 0; up = index->rows[up].parent)
		length += text_length(row_name(index, up)) + 1;
	path[length] = '\0';
	at = length;
	for (;; row = index->rows[row].parent) {
		const char *name = row_name(index, row);
		const size_t size = text_length(name);

		at -= size;
		for (size_t i = 0; i < size; i++)
			path[at + i] = name[i];
		if (at == 0)
			return length;
		path[--at] = '/';
	}
}

uint32_t unit_end(const struct index *index, uint32_t frame)
{
	frame++;
	while (frame < index->frame_count && index->frames[frame].flags == 0)
		frame++;
	return frame;
}

uint32_t unit_row_end(const struct index *index, uint32_t frame)
{
	const uint32_t end = unit_end(index, frame);

	return end == index->frame_count ? index->row_count : index->frames[end].first_row;
}
