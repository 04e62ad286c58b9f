#include "text.h"

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	char *target = to;
	const char *source = from;

	for (size_t i = 0; i < size; i++)
		target[i] = source[i];
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	char *target = to;
	const char *source = from;

	if (target <= source) {
		for (size_t i = 0; i < size; i++)
			target[i] = source[i];
	} else {
		while (size-- > 0)
			target[size] = source[size];
	}
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	char *target = to;

	for (size_t i = 0; i < size; i++)
		target[i] = (char)byte;
	return to;
}
