/*
 * A frame is in memory at a time, so a file may be of any size. Directories are named by an open
 * one: rows of one directory mostly follow each other.
 */
#include "write-unit.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mapping.h"
#include "check.h"
#include "frame.h"
#include "head.h"

enum {
	NONE = -1,
	/* As long as a file system's smallest hole, or a multiple of it. */
	HOLE = 16 << 10,
};

struct unit_writer {
	struct unpacking *unpacking;
	struct decoder *decoder;
	unsigned char *packed;
	unsigned char *plain;
	/* The directory that is open, and the row that it is. */
	int directory;
	long directory_row;
	/* The file being written, whose beginning lay in a frame before. */
	int file;
	bool ends_in_hole;
	/* The next row, and the row behind the unit's last. */
	uint32_t row;
	uint32_t row_end;
};

struct unit_writer *make_writer(struct unpacking *unpacking)
{
	const struct index *index = unpacking->index;
	struct unit_writer *writer = map_memory(sizeof(*writer), MAP_PRIVATE);
	uint32_t packed = 0;

	for (uint32_t i = 0; i < index->frame_count; i++) {
		if (index->frames[i].size > packed)
			packed = index->frames[i].size;
	}
	if (writer == NULL)
		return NULL;
	*writer = (struct unit_writer){ .unpacking = unpacking,
					.decoder = make_decoder(),
					.packed = map_memory(packed, MAP_PRIVATE),
					.plain = map_memory(run_head.largest, MAP_PRIVATE),
					.directory = NONE,
					.directory_row = NONE,
					.file = NONE };
	return writer->decoder == NULL || writer->packed == NULL || writer->plain == NULL ? NULL
											  : writer;
}

static bool fail_at(struct unit_writer *writer, long result)
{
	return tell_trouble(writer->unpacking, TROUBLE_OF_SYSTEM, result, writer->row);
}

/* The directory that the row lies in. */
static bool open_parent(struct unit_writer *writer)
{
	const struct index *index = writer->unpacking->index;
	const uint32_t parent = index->rows[writer->row].parent;
	char path[LONGEST_LIMIT + 1];
	long opened;

	if (writer->directory_row == (long)parent)
		return true;
	if (writer->directory != NONE)
		sys_close(writer->directory);
	writer->directory = NONE;
	writer->directory_row = NONE;
	if (parent == 0)
		path[0] = '.', path[1] = '\0';
	else
		write_path(index, parent, path);
	opened = sys_openat(writer->unpacking->top, path,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (failed(opened))
		return fail_at(writer, opened);
	writer->directory = (int)opened;
	writer->directory_row = (long)parent;
	return true;
}

static bool begin_file(struct unit_writer *writer)
{
	const struct index *index = writer->unpacking->index;
	long opened;

	if (!open_parent(writer))
		return false;
	opened = create_file(writer->directory, row_name(index, writer->row),
			     index->rows[writer->row].mode);
	if (failed(opened))
		return fail_at(writer, opened);
	writer->file = (int)opened;
	writer->ends_in_hole = false;
	return true;
}

static bool write_bytes(struct unit_writer *writer, const unsigned char *bytes, size_t size)
{
	while (size > 0) {
		const long count = sys_write(writer->file, bytes, size);

		if (count == -EINTR)
			continue;
		if (failed(count) || count == 0)
			return fail_at(writer, count == 0 ? -ENOSPC : count);
		bytes += count;
		size -= (size_t)count;
	}
	return true;
}

static bool is_hole(const unsigned char *bytes, size_t size)
{
	if (size < HOLE)
		return false;
	for (size_t i = 0; i < HOLE; i++) {
		if (bytes[i] != 0)
			return false;
	}
	return true;
}

/* Zeros are left to the file system: a sparse file stays sparse, and no other takes longer. */
static bool write_with_holes(struct unit_writer *writer, const unsigned char *bytes, size_t size)
{
	while (size > 0) {
		size_t count = 0;

		while (count < size && !is_hole(bytes + count, size - count))
			count += size - count < HOLE ? size - count : HOLE;
		writer->ends_in_hole = count < size;
		if (!write_bytes(writer, bytes, count))
			return false;
		bytes += count;
		size -= count;
		for (count = 0; is_hole(bytes + count, size - count);)
			count += HOLE;
		if (count > 0) {
			const int64_t at = seek(writer->file, (int64_t)count, SEEK_CUR);

			if (at < 0)
				return fail_at(writer, (long)at);
		}
		bytes += count;
		size -= count;
	}
	return true;
}

static bool end_file(struct unit_writer *writer)
{
	const struct unpacking *unpacking = writer->unpacking;
	const struct index_row *row = &unpacking->index->rows[writer->row];
	const int file = writer->file;
	long result = writer->ends_in_hole ? set_file_size(file, row->size) : 0;
	long closed;

	if (!failed(result))
		result = set_modified(file, NULL, row->time);
	closed = sys_close(file);
	writer->file = NONE;
	if (!failed(result))
		result = closed;
	if (failed(result))
		return fail_at(writer, result);
	if (unpacking->store != NULL)
		share_file(unpacking->store, unpacking->source->start, unpacking->index,
			   writer->row, writer->directory);
	return true;
}

static bool make_symlink(struct unit_writer *writer)
{
	const struct index *index = writer->unpacking->index;
	long result;

	if (!open_parent(writer))
		return false;
	result = sys_symlinkat(index->text + index->rows[writer->row].target, writer->directory,
			       row_name(index, writer->row));
	return failed(result) ? fail_at(writer, result) : true;
}

/* What of the row's file lies in this frame, from what the frames before held of it on. */
static bool write_part(struct unit_writer *writer, const struct index_frame *frame, bool *is_all)
{
	const struct index_row *row = &writer->unpacking->index->rows[writer->row];
	const uint64_t frame_end = frame->plain + frame->plain_size;
	const uint64_t end = row->start + row->size;
	const uint64_t from = row->start > frame->plain ? row->start : frame->plain;
	const uint64_t to = end < frame_end ? end : frame_end;

	*is_all = row->size == 0 || end <= frame_end;
	if (writer->file == NONE && !begin_file(writer))
		return false;
	if (from < to &&
	    !write_with_holes(writer, writer->plain + (from - frame->plain), (size_t)(to - from)))
		return false;
	return !*is_all || end_file(writer);
}

/* The rows whose contents begin or end in this frame; those without contents in between. */
static bool write_rows(struct unit_writer *writer, const struct index_frame *frame)
{
	const struct index_row *rows = writer->unpacking->index->rows;

	for (; writer->row < writer->row_end; writer->row++) {
		const struct index_row *row = &rows[writer->row];
		bool is_all = true;

		if (row->kind == ROW_SYMLINK && !make_symlink(writer))
			return false;
		if (row->kind != ROW_FILE)
			continue;
		if (row->size > 0 && row->start >= frame->plain + frame->plain_size)
			return true;
		if (!write_part(writer, frame, &is_all))
			return false;
		if (!is_all)
			return true;
	}
	return true;
}

bool write_unit(struct unit_writer *writer, uint32_t frame)
{
	const struct unpacking *unpacking = writer->unpacking;
	const struct index *index = unpacking->index;
	const uint32_t end = unit_end(index, frame);

	writer->row = index->frames[frame].first_row;
	writer->row_end = unit_row_end(index, frame);
	for (; frame < end; frame++) {
		const struct index_frame *one = &index->frames[frame];

		if (!read_source(unpacking->source, writer->packed, one->size,
				 run_head.body + one->start) ||
		    !decode_frame(writer->decoder, writer->packed, one->size, writer->plain,
				  one->plain_size))
			return tell_trouble(writer->unpacking, TROUBLE_OF_FRAME, 0, frame);
		if (unpacking->top >= 0 && !write_rows(writer, one))
			return false;
	}
	return true;
}
