/*
 * What an object needs of others, and offers them: needed names and versions.
 *
 * Pure: works on the bytes of its file and believes none of them, so that a hosted build can be fed
 * hostile ones.
 */
#ifndef DYNPK_OBJECT_H
#define DYNPK_OBJECT_H

#include "image.h"

struct object {
	const unsigned char *bytes;
	size_t size;
	const elf_phdr *headers;
	uint32_t header_count;
	const elf_dyn *dynamic;
	size_t dynamic_count;
};

/* NULL, or why it cannot be loaded into this process. `bytes` is aligned. */
const char *read_object(struct object *object, const void *bytes, size_t size);

/* The next needed name, `at` counting up from 0; NULL at the end. */
const char *next_needed(const struct object *object, size_t *at);

/* Its DT_RUNPATH, or else its DT_RPATH; NULL where it has none. */
const char *run_path_of(const struct object *object);

/* A version that it needs, and of which file. Begins as zeros. */
struct needed_version {
	const char *file;
	const char *name;
	uintptr_t need;
	uintptr_t entry;
	uint32_t needs_left;
	uint32_t entries_left;
	bool has_begun;
};

/* Go to the next; false at the end. */
bool next_version(const struct object *object, struct needed_version *version);

bool defines_version(const struct object *object, const char *name);

#endif
