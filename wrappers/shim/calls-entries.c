/*
 * Entries of a directory read by its descriptor: the kernel's first, without what launching needs,
 * then those that only the bundle has.
 *
 * Nothing is noted but how many of the latter were told. It holds as long as the kernel is at its
 * end: whatever it tells afterwards comes from a new beginning, or from another directory.
 */
#include "base/directory.h"
#include "base/file.h"
#include "base/memory.h"
#include "descriptors.h"
#include "listing.h"
#include "route.h"
#include "symbols.h"
#include "view.h"

/* Directories of higher numbers show the host's side. */
enum { DESCRIPTOR_LIMIT = 1024 };

struct told {
	uint32_t node;
	uint32_t next;
};

static struct told told[DESCRIPTOR_LIMIT];

/* Whether there is anything to put in or to leave out. */
__attribute__((noinline)) static bool find_listing(struct listing *listing, int fd)
{
	ROUTE(route);
	uint64_t hash;

	if (view() == NULL || fd < 0 || fd >= DESCRIPTOR_LIMIT ||
	    (recall_descriptor(fd, &listing->node, &hash) && listing->node == NO_NODE) ||
	    find_route(&route, fd, ".", FOLLOW) != 0)
		return false;
	listing->node = route.node;
	listing->is_bundled = route.is_bundled;
	/* Nobody has looked at what the kernel told before. */
	listing->is_partial = true;
	return route.node != NO_NODE;
}

/* Leave out what is not to be shown; returns how many bytes are left. */
static long show_entries(struct listing *listing, char *buffer, long size)
{
	long kept = 0;

	for (long at = 0; at < size;) {
		struct entry *entry = (struct entry *)(void *)(buffer + at);
		const uint16_t entry_size = entry->size;

		at += entry_size;
		if (!show_entry(listing, entry->name, &entry->type))
			continue;
		memmove(buffer + kept, entry, entry_size);
		kept += entry_size;
	}
	return kept;
}

static long read_children(struct listing *listing, int fd, char *buffer, size_t size)
{
	const int64_t end = seek(fd, 0, SEEK_CUR);
	size_t used = 0;

	listing->next = told[fd].node == listing->node ? told[fd].next : 0;
	for (;;) {
		const uint32_t before = listing->next;
		struct entry *entry = next_child(listing, fd);

		if (entry != NULL && entry->size > size - used) {
			listing->next = before;
			if (used == 0)
				return fail_with(EINVAL);
			entry = NULL;
		}
		if (entry == NULL)
			break;
		/* Whoever seeks there is at the kernel's end. */
		entry->offset = end;
		memcpy(buffer + used, entry, entry->size);
		used += entry->size;
	}
	told[fd] = (struct told){ listing->node, listing->next };
	return (long)used;
}

static long read_entries(int fd, void *buffer, size_t size)
{
	struct listing listing = { 0 };
	const bool is_listed = find_listing(&listing, fd);
	long read, kept;

	do {
		read = sys_getdents64(fd, buffer, size);
		if (failed(read))
			return fail_with((int)-read);
		if (!is_listed)
			return read;
		if (read == 0)
			return read_children(&listing, fd, buffer, size);
		told[fd].next = 0;
		kept = show_entries(&listing, buffer, read);
	} while (kept == 0);
	return kept;
}

EXPORT long getdents64(int fd, void *buffer, size_t size);
EXPORT long getdents(int fd, void *buffer, size_t size);
EXPORT long getdirentries(int fd, void *buffer, size_t size, long *position);
EXPORT long getdirentries64(int fd, void *buffer, size_t size, int64_t *position);

long getdents64(int fd, void *buffer, size_t size)
{
	return read_entries(fd, buffer, size);
}

/* musl's name for it. */
long getdents(int fd, void *buffer, size_t size)
{
	return read_entries(fd, buffer, size);
}

/* Each in its place, one close behind the other; returns how many bytes are left, or -1. */
static long shrink_entries(char *buffer, long size)
{
	long kept = 0;

	for (long at = 0; at < size;) {
		void *entry = buffer + at;

		at += entry_size(FORM_LARGE, entry);
		if (!shrink_entry(entry))
			return fail_with(EOVERFLOW);
		memmove(buffer + kept, entry, entry_size(FORM_USUAL, entry));
		kept += entry_size(FORM_USUAL, buffer + kept);
	}
	return kept;
}

long getdirentries(int fd, void *buffer, size_t size, long *position)
{
	const int64_t before = seek(fd, 0, SEEK_CUR);
	long result = before < 0 ? fail_with((int)-before) : read_entries(fd, buffer, size);

	if (is_small(FORM_USUAL) && result > 0)
		result = shrink_entries(buffer, result);
	if (result >= 0)
		*position = (long)before;
	return result;
}

long getdirentries64(int fd, void *buffer, size_t size, int64_t *position)
{
	const int64_t before = seek(fd, 0, SEEK_CUR);
	const long result = before < 0 ? fail_with((int)-before) : read_entries(fd, buffer, size);

	if (result >= 0)
		*position = before;
	return result;
}
