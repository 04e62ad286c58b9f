/*
 * What the decoder and the compiler call. As base/memory.c, but by words: half of what is unpacked
 * goes through here.
 *
 * Built with -fno-tree-loop-distribute-patterns: else the compiler makes of each loop a call of the
 * function that it stands in.
 */
#include <stddef.h>
#include <stdint.h>

typedef struct {
	uint64_t low, high;
} __attribute__((packed, may_alias)) words;

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *target = to;
	const unsigned char *source = from;

	for (; size >= sizeof(words); size -= sizeof(words)) {
		*(words *)(void *)target = *(const words *)(const void *)source;
		target += sizeof(words);
		source += sizeof(words);
	}
	while (size-- > 0)
		*target++ = *source++;
	return to;
}

/* Forwards, a word is read whole before it is written: that far apart the two may overlap. */
void *memmove(void *to, const void *from, size_t size)
{
	unsigned char *target = to;
	const unsigned char *source = from;

	if ((uintptr_t)target - (uintptr_t)source >= size)
		return memcpy(to, from, size);
	for (; size >= sizeof(words); size -= sizeof(words)) {
		const words last = *(const words *)(const void *)(source + size - sizeof(words));

		*(words *)(void *)(target + size - sizeof(words)) = last;
	}
	while (size-- > 0)
		target[size] = source[size];
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	const uint64_t many = 0x0101010101010101u * (unsigned char)byte;
	unsigned char *target = to;

	for (; size >= sizeof(words); size -= sizeof(words)) {
		*(words *)(void *)target = (words){ many, many };
		target += sizeof(words);
	}
	while (size-- > 0)
		*target++ = (unsigned char)byte;
	return to;
}
