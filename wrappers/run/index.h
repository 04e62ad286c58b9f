/*
 * A checked index: its parts, and what is asked of it. Pure.
 */
#ifndef DYNPK_RUN_INDEX_H
#define DYNPK_RUN_INDEX_H

#include "format.h"
#include <stdbool.h>

enum { NO_ROW = -1 };

struct index {
	const struct index_frame *frames;
	const struct index_row *rows;
	const unsigned char *digests;
	const char *text;
	uint32_t frame_count;
	uint32_t row_count;
	uint32_t digest_count;
	uint32_t text_size;
	/* Rows by parent and name: a power of two of slots, each 0 or the number of a row. */
	uint32_t *slots;
	uint32_t slot_mask;
	/* What names are mixed with, so that nobody can choose names that all meet in one slot. */
	uint32_t seed;
};

static inline const char *row_name(const struct index *index, uint32_t row)
{
	return index->text + index->rows[row].name;
}

/* How many slots an index of so many rows needs. */
uint32_t count_slots(uint32_t rows);

/* The slot that holds this name, or the free one where it would go. */
uint32_t *find_slot(const struct index *index, uint32_t parent, const char *name, size_t length);

/* The row of that name, or NO_ROW. */
long find_child(const struct index *index, uint32_t parent, const char *name, size_t length);

/* The row that a row leads to by symbolic links within the bundle, or NO_ROW. */
long follow_row(const struct index *index, uint32_t row);

/* The path below the top of any row but the top, ended by NUL; returns its length. */
size_t write_path(const struct index *index, uint32_t row, char path[LONGEST_LIMIT + 1]);

/* The frame behind the unit that begins with this frame, and the row behind its rows. */
uint32_t unit_end(const struct index *index, uint32_t frame);
uint32_t unit_row_end(const struct index *index, uint32_t frame);

#endif
