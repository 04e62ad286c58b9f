#include "known-names.h"

/*
 * Names of the host that were found to be no links, nor any above them. A hash of 64 bits stands
 * for each. What other processes change meanwhile goes unnoticed, and then a link that leads into
 * the bundle shows the host's side of it.
 */
enum { KNOWN_SIZE = 4096 };

static uint64_t known[KNOWN_SIZE];
static uint64_t upheavals;

static uint64_t *known_slot(uint64_t hash)
{
	return &known[(hash >> 20) % KNOWN_SIZE];
}

bool is_no_link(uint64_t hash)
{
	return __atomic_load_n(known_slot(hash), __ATOMIC_RELAXED) == hash + count_upheavals();
}

void remember_no_link(uint64_t hash)
{
	__atomic_store_n(known_slot(hash), hash + count_upheavals(), __ATOMIC_RELAXED);
}

void forget_names(void)
{
	__atomic_fetch_add(&upheavals, 1, __ATOMIC_RELAXED);
}

uint64_t count_upheavals(void)
{
	return __atomic_load_n(&upheavals, __ATOMIC_RELAXED);
}
