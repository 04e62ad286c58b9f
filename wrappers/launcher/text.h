/*
 * Strings and bytes without a C library. Pure.
 */
#ifndef DYNPK_TEXT_H
#define DYNPK_TEXT_H

#include <stdbool.h>
#include <stddef.h>

size_t text_length(const char *text);
bool text_equal(const char *a, const char *b);
bool bytes_equal(const char *a, const char *b, size_t size);
bool text_starts_with(const char *text, const char *prefix);
bool text_contains_any(const char *text, const char *characters);

/* Copy up to the final NUL and return where it was written, so that calls can be chained. */
char *text_append(char *to, const char *from);
char *text_append_number(char *to, unsigned long number);

/* Under these names, because the compiler calls them for structures too. */
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);

/* The value of `NAME=value` when `entry` sets `name`, or NULL. */
const char *value_of(const char *entry, const char *name);
/* The value `environment` gives to `name`, or NULL. */
const char *find_value(char *const *environment, const char *name);

#endif
