#include "base/text.h"

extern inline size_t text_length(const char *text);
extern inline const char *text_behind(const char *text, const char *prefix);
extern inline bool bytes_equal(const void *one, const void *other, size_t size);

bool text_equal(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

bool text_contains_any(const char *text, const char *characters)
{
	for (; *text != '\0'; text++) {
		for (const char *c = characters; *c != '\0'; c++) {
			if (*text == *c)
				return true;
		}
	}
	return false;
}

char *text_append(char *to, const char *from)
{
	while (*from != '\0')
		*to++ = *from++;
	*to = '\0';
	return to;
}

char *text_append_number(char *to, unsigned long number)
{
	char digits[24];
	size_t count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	while (count > 0)
		*to++ = digits[--count];
	*to = '\0';
	return to;
}
