/*
 * Directories that a walk has reached, where it follows links: none is told of twice. A hash table
 * in the C library's memory.
 */
#ifndef DYNPK_SHIM_VISITS_H
#define DYNPK_SHIM_VISITS_H

#include <stddef.h>
#include <stdint.h>

struct visit {
	uint64_t device;
	uint64_t inode;
};

struct visits {
	struct visit *slots;
	size_t size;
	size_t count;
};

/* 1: it was reached before; 0: now for the first time; -1: there is no memory to tell. */
int visit_again(struct visits *visits, uint64_t device, uint64_t inode);
void free_visits(struct visits *visits);

#endif
