/*
 * The head and the index of a `.run` file, as docs/run-file.md lays them out. Little-endian, like
 * every machine that a runner is built for.
 */
#ifndef DYNPK_RUN_FORMAT_H
#define DYNPK_RUN_FORMAT_H

#include <stddef.h>
#include <stdint.h>

enum {
	NAME_SIZE = 256,
	ID_SIZE = 32,
	FRAME_LIMIT = 8 << 20,
	/* Of the index, in memory: a million files. */
	INDEX_LIMIT = 256 << 20,
	/* Of a path below the top: the kernel takes no longer one. */
	LONGEST_LIMIT = 4095,
};

enum row_kind { ROW_DIRECTORY = 1, ROW_FILE = 2, ROW_SYMLINK = 3, ROW_HARD_LINK = 4 };

enum { FRAME_BEGINS_UNIT = 1 };

struct run_head {
	char magic[8];
	uint64_t body;
	uint64_t body_size;
	uint64_t index;
	uint64_t index_size;
	uint64_t index_plain;
	uint64_t bytes;
	uint32_t entries;
	uint32_t frames;
	uint32_t longest;
	uint32_t largest;
	unsigned char id[ID_SIZE];
	char entry[NAME_SIZE];
	char name[NAME_SIZE];
	uint32_t zero[37];
	uint32_t check; /* head_sum() */
};

struct index_head {
	char magic[8];
	uint32_t frames;
	uint32_t rows;
	uint32_t digests;
	uint32_t text_size;
	uint32_t zero[2];
};

struct index_frame {
	uint64_t plain;
	uint64_t start;
	uint32_t size;
	uint32_t plain_size;
	uint32_t first_row;
	uint32_t flags;
};

struct index_row {
	uint32_t parent;
	uint32_t name;
	uint32_t target;
	uint16_t kind;
	uint16_t mode;
	uint64_t start;
	uint64_t size;
	uint64_t time;
	uint32_t digest;
	uint32_t zero;
};

_Static_assert(sizeof(struct run_head) == 768 && offsetof(struct run_head, id) == 72 &&
		       offsetof(struct run_head, check) == 764,
	       "docs/run-file.md: the head");
_Static_assert(sizeof(struct index_head) == 32 && sizeof(struct index_frame) == 32 &&
		       sizeof(struct index_row) == 48,
	       "docs/run-file.md: the index");

#endif
