/*
 * Directories that are listed otherwise than the C library reads them: of a merged one the host's
 * entries first, then what only the bundle has; of the bundle's own, without the names that
 * launching needs.
 *
 * A note beside the C library's stream says what has to be put in, left out or shown as something
 * else. The streams are the C library's and so is their memory.
 */
#ifndef DYNPK_SHIM_LISTING_H
#define DYNPK_SHIM_LISTING_H

#include "forms.h"
#include "route.h"

/* struct dirent: the same in all C libraries with 64 bits, and the large form with 32. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[256];
};

/* The small form. */
struct small_entry {
	uint32_t inode;
	int32_t offset;
	uint16_t size;
	uint8_t type;
	char name[256];
};

static inline char *entry_name(enum form form, void *entry)
{
	return is_small(form) ? ((struct small_entry *)entry)->name : ((struct entry *)entry)->name;
}

static inline uint8_t *entry_type(enum form form, void *entry)
{
	return is_small(form) ? &((struct small_entry *)entry)->type
			      : &((struct entry *)entry)->type;
}

static inline uint16_t entry_size(enum form form, const void *entry)
{
	return is_small(form) ? ((const struct small_entry *)entry)->size
			      : ((const struct entry *)entry)->size;
}

enum { MET_LIMIT = 2048 };

struct listing {
	/* The stream; NULL: free. */
	void *stream;
	uint32_t node;
	bool is_bundled;
	/* The next child to be looked at behind the host's end; 0 before that. */
	uint32_t next;
	/* Not read from its beginning. */
	bool is_partial;
	/* A bit for each of the first children, where the host had the name too. */
	uint32_t met[MET_LIMIT / 32];
	struct entry entry;
};

/* The note beside a stream; NULL: it is as the C library reads it. */
struct listing *listing_of(const void *stream);

/* Note where a new stream leads; NULL is none. */
void note_listing(void *stream, const struct route *route);
void drop_listing(struct listing *listing);

/* Whether an entry that was read is to be shown, and then as what it is. */
bool show_entry(struct listing *listing, const char *name, uint8_t *type);

/* The next child of the directory, open as `fd`, that the host lacks; NULL: none is left. */
struct entry *next_child(struct listing *listing, int fd);

/* The next entry in this form; NULL with errno as readdir() has it. */
void *read_listing(enum form form, struct listing *listing, void *stream);

/* The same of any stream, in the large form. */
struct entry *read_entry(void *stream);

/* Make the small form of an entry in its place; false where its inode has no room there. */
bool shrink_entry(void *entry);

/* Positions behind the host's end, for telldir: the kernel's own are not negative. */
static inline long position_of(uint32_t next)
{
	return -1 - (long)next;
}

#endif
