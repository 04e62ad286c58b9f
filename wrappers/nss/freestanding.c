/* What the compiler may call for the copies it makes of its own accord, libc or not. */
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memset(void *to, int byte, size_t count);

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
	unsigned char *out = to;
	const unsigned char *in = from;

	while (count-- > 0)
		*out++ = *in++;
	return to;
}

void *memset(void *to, int byte, size_t count)
{
	unsigned char *out = to;

	while (count-- > 0)
		*out++ = (unsigned char)byte;
	return to;
}
