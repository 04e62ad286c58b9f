/*
 * Bounded text: every message and every JSON line of the stub is put together here, in a buffer of
 * fixed size. What does not fit is cut, and shown to be cut. No system call, no libc.
 */
#ifndef DYNPK_AUDIT_BOUNDED_TEXT_H
#define DYNPK_AUDIT_BOUNDED_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *bytes;
	size_t used;
	size_t room;
	/* Something was left out, here or in a quoted part. */
	bool cut;
};

/* Copy with a final NUL; false when `string` does not fit and was cut. */
bool text_copy(char *to, size_t room, const char *string);

void text_add(struct text *text, const char *string);
void text_number(struct text *text, unsigned long number);

/* For a person: control characters, direction marks and stray bytes become visible escapes. */
void text_shown(struct text *text, const char *string, size_t limit);

/*
 * A JSON string. A byte that is not part of UTF-8 becomes the lone surrogate U+DC00 + byte, so that
 * a reader can get the bytes back (Python calls it surrogateescape). `limit` bounds the output.
 */
void text_json(struct text *text, const char *string, size_t limit);

#endif
