/*
 * Built with -fno-tree-loop-distribute-patterns: else the compiler makes of each loop a call of the
 * function that it stands in.
 */
#include "base/memory.h"

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
