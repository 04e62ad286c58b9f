/*
 * Directories inside are moved to the top of the tree before they are emptied, so however deep it
 * is, one level is open at a time.
 */
#include "remove-tree.h"
#include "base/directory.h"
#include "base/file-status.h"
#include "base/text.h"
#include <stdbool.h>

enum { LISTING_SIZE = 4096, TRIES = 64 };

static bool is_dots(const char *name)
{
	return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

/* A directory can only be moved, and what is in it removed, where its mode lets us. */
static long open_writable(int directory, const char *name)
{
	const struct file_status found = file_status_at(directory, name, AT_SYMLINK_NOFOLLOW);

	if ((found.mode & S_IFMT) != S_IFDIR)
		return -ENOTDIR;
	if ((found.mode & 0700) != 0700)
		sys_fchmodat(directory, name, 0700);
	return sys_openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Under the first name that is free in `top`. */
static bool move_up(int top, int from, const char *name, unsigned *count)
{
	char moved[32];

	for (int i = 0; i < TRIES; i++) {
		text_append_number(text_append(moved, ".dynpk-"), (*count)++);
		if (!failed(sys_renameat(from, name, top, moved)))
			return true;
	}
	return false;
}

/* Whether anything went: then it may be worth looking again. */
static bool empty_directory(int top, int directory, unsigned *count)
{
	_Alignas(8) char listing[LISTING_SIZE];
	bool went = false;
	long size;

	while ((size = sys_getdents64(directory, listing, sizeof(listing))) > 0) {
		const struct directory_entry *entry;

		for (long at = 0; at < size; at += entry->size) {
			entry = (const void *)(listing + at);
			if (is_dots(entry->name))
				continue;
			if (!failed(sys_unlinkat(directory, entry->name, 0)) ||
			    !failed(sys_unlinkat(directory, entry->name, AT_REMOVEDIR))) {
				went = true;
				continue;
			}
			const long inner = open_writable(directory, entry->name);

			if (failed(inner))
				continue;
			if (directory != top)
				went = move_up(top, directory, entry->name, count) || went;
			else
				went = empty_directory(top, (int)inner, count) || went;
			sys_close((int)inner);
		}
	}
	return went;
}

void remove_tree(int directory, const char *name)
{
	unsigned count = 0;
	long top;

	if (!failed(sys_unlinkat(directory, name, 0)) ||
	    !failed(sys_unlinkat(directory, name, AT_REMOVEDIR)))
		return;
	top = open_writable(directory, name);
	if (failed(top))
		return;
	while (empty_directory((int)top, (int)top, &count))
		sys_lseek((int)top, 0, SEEK_SET);
	sys_close((int)top);
	sys_unlinkat(directory, name, AT_REMOVEDIR);
}
