#include "text.h"

size_t text_length(const char *text)
{
	size_t length = 0;

	while (text[length] != '\0')
		length++;
	return length;
}

bool text_equal(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

bool bytes_equal(const char *a, const char *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

bool text_starts_with(const char *text, const char *prefix)
{
	while (*prefix != '\0' && *text == *prefix) {
		text++;
		prefix++;
	}
	return *prefix == '\0';
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

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *target = to;
	const unsigned char *source = from;

	for (size_t i = 0; i < size; i++)
		target[i] = source[i];
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	unsigned char *target = to;
	const unsigned char *source = from;

	if (target <= source)
		return memcpy(to, from, size);
	while (size-- > 0)
		target[size] = source[size];
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	unsigned char *target = to;

	for (size_t i = 0; i < size; i++)
		target[i] = (unsigned char)byte;
	return to;
}

const char *value_of(const char *entry, const char *name)
{
	while (*name != '\0' && *entry == *name) {
		entry++;
		name++;
	}
	return *name == '\0' && *entry == '=' ? entry + 1 : NULL;
}

const char *find_value(char *const *environment, const char *name)
{
	for (; *environment != NULL; environment++) {
		const char *value = value_of(*environment, name);

		if (value != NULL)
			return value;
	}
	return NULL;
}
