/*
 * Strings and bytes without a C library. Pure.
 *
 * Inline as C11 has it: where the compiler would rather call them, it finds them in text.c, once.
 */
#ifndef DYNPK_BASE_TEXT_H
#define DYNPK_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

inline size_t text_length(const char *text)
{
	size_t length = 0;

	while (text[length] != '\0')
		length++;
	return length;
}

bool text_equal(const char *a, const char *b);

/* What follows `prefix` in `text`, or NULL. */
inline const char *text_behind(const char *text, const char *prefix)
{
	for (; *prefix != '\0'; text++, prefix++) {
		if (*text != *prefix)
			return NULL;
	}
	return text;
}

static inline bool text_starts_with(const char *text, const char *prefix)
{
	return text_behind(text, prefix) != NULL;
}

inline bool bytes_equal(const void *one, const void *other, size_t size)
{
	const unsigned char *a = one, *b = other;

	for (size_t i = 0; i < size; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

bool text_contains_any(const char *text, const char *characters);

/* Copy up to the final NUL and return where it was written, so that calls can be chained. */
char *text_append(char *to, const char *from);
char *text_append_number(char *to, unsigned long number);

#endif
