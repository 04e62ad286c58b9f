/*
 * Names of the host that are known to be no links, each by a hash of the path to it.
 */
#ifndef DYNPK_SHIM_KNOWN_NAMES_H
#define DYNPK_SHIM_KNOWN_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* Something was removed, moved or made a link: what was learned of names may no longer hold. */
void forget_names(void);
/* How often that was: what is known besides of names holds as long as this does not change. */
uint64_t count_upheavals(void);

bool is_no_link(uint64_t hash);
void remember_no_link(uint64_t hash);

/* The hash of a directory, name by name. */
static inline uint64_t seed_of(uint32_t node)
{
	return 14695981039346656037ull ^ ((uint64_t)node + 1) * 0x9e3779b97f4a7c15ull;
}

static inline uint64_t hash_byte(uint64_t hash, char byte)
{
	return (hash ^ (uint8_t)byte) * 1099511628211ull;
}

#endif
