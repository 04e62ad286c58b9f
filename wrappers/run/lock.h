/*
 * Who unpacks: the one whose directory is `ID.lock`. In it lies a file of his that changes
 * about every second; who waits asks whether it has changed since he looked, on his own clock. No
 * number of a process is looked at, no lock of the kernel's taken, and no two clocks are compared.
 */
#ifndef DYNPK_RUN_LOCK_H
#define DYNPK_RUN_LOCK_H

#include "entry.h"
#include <stdbool.h>

struct lock {
	const struct cache *cache;
	char beat[ENTRY_NAME_SIZE + RANDOM_SIZE + 1];
	int fd;
};

enum taking { LOCK_TAKEN, LOCK_HELD, LOCK_FAILED };

/* `result` is the failed call's. */
enum taking take_lock(struct lock *lock, const struct cache *cache, const struct start *start,
		      long *result);
/* Whether anybody is, or was, at work. */
bool is_locked(const struct cache *cache);
void beat(void *lock);
/* Harmless where it has been taken over meanwhile. */
void release_lock(struct lock *lock);

/* What a waiter has seen of the lock, and when that was new. */
struct watch {
	uint64_t seen;
	uint64_t since;
};

/* Whether nothing has changed for so long that nobody can be at work any more. */
bool is_silent(struct watch *watch, const struct cache *cache);

/* Put a silent lock aside; only one of those who saw the same does it. */
void take_over(const struct watch *watch, const struct cache *cache);

#endif
