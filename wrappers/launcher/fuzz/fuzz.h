/*
 * What is fuzzed: each takes `size` bytes, in memory of exactly that size, and does with what is
 * accepted all that the launcher would do.
 */
#ifndef DYNPK_FUZZ_H
#define DYNPK_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAGE = 4096 };

/* Whether they were accepted. */
bool try_record(const unsigned char *bytes, size_t size);
bool try_image(const unsigned char *bytes, size_t size);
bool try_object(const unsigned char *bytes, size_t size);
bool try_table(const unsigned char *bytes, size_t size);
bool try_mounts(const unsigned char *bytes, size_t size);

/* Make the check sum right again. */
void settle_record(unsigned char *bytes, size_t size);

/* What must hold of everything that is accepted; ends the program. */
void require(bool condition, const char *what);

/* The same numbers for the same seed. */
uint32_t next_random(void);

#endif
