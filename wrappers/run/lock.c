#include "lock.h"
#include "base/clock.h"
#include "base/directory.h"
#include "base/file-status.h"
#include "base/text.h"
#include "remove-tree.h"

/* Milliseconds. Thirty beats: a slow disk, or a server that is started anew, holds one up that
 * long. */
#ifndef DYNPK_SILENCE
#define DYNPK_SILENCE 30000
#endif

static const char lock_word[] = ".lock";

static enum taking give_up(struct lock *lock, const char *made, long result)
{
	remove_tree(lock->cache->runs, made);
	/* What is removed while it is made was taken for a leftover, by somebody who has published.
	 */
	if (result == -ENOTEMPTY || result == -EEXIST || result == -ENOENT)
		return LOCK_HELD;
	return LOCK_FAILED;
}

/* A lock is never empty, so that a directory cannot be put in the place of one that is held. */
enum taking take_lock(struct lock *lock, const struct cache *cache, const struct start *start,
		      long *result)
{
	char name[ENTRY_NAME_SIZE], made[ENTRY_NAME_SIZE];
	char path[sizeof(lock->beat)];
	char random[RANDOM_SIZE];

	if (is_locked(cache))
		return LOCK_HELD;
	lock->cache = cache;
	name_beside(cache, lock_word, name);
	new_name_beside(cache, start, ".gone-", made);
	random_name(start, random);
	*result = sys_mkdirat(cache->runs, made, 0700);
	if (failed(*result))
		return LOCK_FAILED;
	text_append(text_append(text_append(path, made), "/"), random);
	*result = create_file(cache->runs, path, 0600);
	if (failed(*result))
		return give_up(lock, made, *result);
	lock->fd = (int)*result;
	*result = sys_renameat(cache->runs, made, cache->runs, name);
	if (failed(*result)) {
		sys_close(lock->fd);
		return give_up(lock, made, *result);
	}
	text_append(text_append(text_append(lock->beat, name), "/"), random);
	return LOCK_TAKEN;
}

bool is_locked(const struct cache *cache)
{
	char name[ENTRY_NAME_SIZE];

	name_beside(cache, lock_word, name);
	return (file_status_at(cache->runs, name, AT_SYMLINK_NOFOLLOW).mode & S_IFMT) == S_IFDIR;
}

/*
 * It grows, for clocks that are coarse, and on a full disk its time changes. A client of NFS would
 * keep what is written to itself, but not a time that is set: with it all is sent.
 */
void beat(void *argument)
{
	const struct lock *lock = argument;

	sys_write(lock->fd, ".", 1);
	set_modified_now(lock->fd);
}

void release_lock(struct lock *lock)
{
	char name[ENTRY_NAME_SIZE];

	name_beside(lock->cache, lock_word, name);
	sys_close(lock->fd);
	sys_unlinkat(lock->cache->runs, lock->beat, 0);
	sys_unlinkat(lock->cache->runs, name, AT_REMOVEDIR);
}

static uint64_t mix(uint64_t sum, uint64_t value)
{
	sum = (sum ^ value) * 0xff51afd7ed558ccdu;
	return sum ^ sum >> 32;
}

static uint64_t mix_name(const char *name)
{
	uint64_t sum = 1;

	for (; *name != '\0'; name++)
		sum = mix(sum, (unsigned char)*name);
	return sum;
}

static uint64_t mix_status(uint64_t sum, const struct file_status *found)
{
	sum = mix(mix(sum, found->inode), found->size);
	return mix(mix(sum, found->modified), found->modified_nanoseconds);
}

/* The lock, and the files in it, in whatever order; 0: there is none. */
static uint64_t see_lock(const struct cache *cache, bool *is_empty)
{
	_Alignas(8) char listing[1024];
	char name[ENTRY_NAME_SIZE];
	struct file_status found;
	uint64_t sum;
	long fd, size;

	*is_empty = false;
	name_beside(cache, lock_word, name);
	fd = sys_openat(cache->runs, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (failed(fd))
		return fd == -ENOENT ? 0 : 1;
	found = file_status_of_open((int)fd);
	sum = mix(1, found.inode);
	*is_empty = true;
	while ((size = sys_getdents64((int)fd, listing, sizeof(listing))) > 0) {
		const struct directory_entry *entry;

		for (long at = 0; at < size; at += entry->size) {
			entry = (const void *)(listing + at);
			found = file_status_at((int)fd, entry->name, AT_SYMLINK_NOFOLLOW);
			if (entry->name[0] == '.')
				continue;
			sum += mix_status(mix_name(entry->name), &found);
			*is_empty = false;
		}
	}
	sys_close((int)fd);
	return sum == 0 ? 1 : sum;
}

/* By who gives it back, and then died perhaps. It is gone only if it is empty still. */
static void remove_emptied(const struct cache *cache)
{
	char name[ENTRY_NAME_SIZE];

	name_beside(cache, lock_word, name);
	sys_unlinkat(cache->runs, name, AT_REMOVEDIR);
}

bool is_silent(struct watch *watch, const struct cache *cache)
{
	bool is_empty;
	const uint64_t seen = see_lock(cache, &is_empty);
	const uint64_t now = milliseconds_since_start();

	if (is_empty)
		remove_emptied(cache);
	if (seen != watch->seen || watch->since == 0) {
		watch->seen = seen;
		watch->since = now;
	}
	return seen != 0 && now - watch->since >= DYNPK_SILENCE;
}

/* The new name says what was seen, and stays until a tree is published: who saw the same comes too
 * late. */
void take_over(const struct watch *watch, const struct cache *cache)
{
	char name[ENTRY_NAME_SIZE], gone[ENTRY_NAME_SIZE];
	char *end;

	name_beside(cache, lock_word, name);
	name_beside(cache, ".gone-", gone);
	end = gone + text_length(gone);
	for (int shift = 60; shift >= 0; shift -= 4)
		*end++ = "0123456789abcdef"[watch->seen >> shift & 15];
	*end = '\0';
	sys_renameat(cache->runs, name, cache->runs, gone);
}
