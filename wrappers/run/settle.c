#include "settle.h"
#include "base/clock.h"
#include "base/directory.h"
#include "base/file.h"

bool make_directories(struct unpacking *unpacking)
{
	const struct index *index = unpacking->index;
	char path[LONGEST_LIMIT + 1];

	for (uint32_t i = 1; i < index->row_count; i++) {
		long result;

		if (index->rows[i].kind != ROW_DIRECTORY)
			continue;
		write_path(index, i, path);
		result = sys_mkdirat(unpacking->top, path, 0700);
		if (failed(result))
			return tell_trouble(unpacking, TROUBLE_OF_SYSTEM, result, i);
	}
	return true;
}

bool make_hard_links(struct unpacking *unpacking)
{
	const struct index *index = unpacking->index;
	char from[LONGEST_LIMIT + 1];
	char to[LONGEST_LIMIT + 1];

	for (uint32_t i = 1; i < index->row_count; i++) {
		long result;

		if (index->rows[i].kind != ROW_HARD_LINK)
			continue;
		write_path(index, index->rows[i].target, from);
		write_path(index, i, to);
		result = sys_linkat(unpacking->top, from, unpacking->top, to);
		if (failed(result))
			return tell_trouble(unpacking, TROUBLE_OF_SYSTEM, result, i);
	}
	return true;
}

/* From the last on: what lies in a directory comes behind it. */
bool settle_directories(struct unpacking *unpacking)
{
	const struct index *index = unpacking->index;
	char path[LONGEST_LIMIT + 1];

	for (uint32_t i = index->row_count; i-- > 0;) {
		const struct index_row *row = &index->rows[i];
		long result;

		if (row->kind != ROW_DIRECTORY)
			continue;
		if (i == 0)
			path[0] = '.', path[1] = '\0';
		else
			write_path(index, i, path);
		result = sys_fchmodat(unpacking->top, path, row->mode);
		if (!failed(result))
			result = set_modified(unpacking->top, path, row->time);
		if (failed(result))
			return tell_trouble(unpacking, TROUBLE_OF_SYSTEM, result, i);
	}
	return true;
}
