/*
 * Whether a head and an index are what docs/run-file.md says. Both may come from an enemy. Pure:
 * no byte is read that is not there, and nothing is allocated.
 */
#ifndef DYNPK_RUN_CHECK_H
#define DYNPK_RUN_CHECK_H

#include "index.h"

/* FNV-1a by words, as the launch record has it: of all words before the sum. */
uint32_t head_sum(const struct run_head *head);

/* What is wrong, as a clause; NULL where nothing is. */
const char *check_head(const struct run_head *head);

/* How large a frame of so many plain bytes can be at most: a little more than ZSTD_compressBound().
 */
uint32_t packed_limit(uint32_t plain);

/*
 * The same of an index, against a checked head. `bytes` are at a multiple of 8, index_plain of
 * them; index->slots are count_slots(head->entries), all zero, and the seed is set; the rest is
 * filled in.
 */
const char *check_index(struct index *index, const struct run_head *head, const void *bytes);

#endif
