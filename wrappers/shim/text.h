/*
 * Strings and bytes without a C library. Pure.
 */
#ifndef DYNPK_SHIM_TEXT_H
#define DYNPK_SHIM_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Under these names, because the compiler calls them for structures too. */
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);

static inline bool bytes_equal(const char *a, const char *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

static inline size_t text_length(const char *text)
{
	size_t length = 0;

	while (text[length] != '\0')
		length++;
	return length;
}

static inline bool text_equal(const char *a, const char *b)
{
	while (*a == *b && *a != '\0') {
		a++;
		b++;
	}
	return *a == *b;
}

/* The value of `NAME=value` when `entry` sets `name`, or NULL. */
static inline const char *value_of(const char *entry, const char *name)
{
	while (*name != '\0' && *entry == *name) {
		entry++;
		name++;
	}
	return *name == '\0' && *entry == '=' ? entry + 1 : NULL;
}

#endif
