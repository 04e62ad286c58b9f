#include "entry.h"
#include "base/text.h"
#include "head.h"

void write_id(char id[65])
{
	for (int i = 0; i < ID_SIZE; i++) {
		id[2 * i] = "0123456789abcdef"[run_head.id[i] >> 4];
		id[2 * i + 1] = "0123456789abcdef"[run_head.id[i] & 15];
	}
	id[64] = '\0';
}

void name_beside(const struct cache *cache, const char *word, char name[ENTRY_NAME_SIZE])
{
	text_append(text_append(name, cache->id), word);
}

void new_name_beside(const struct cache *cache, const struct start *start, const char *word,
		     char name[ENTRY_NAME_SIZE])
{
	char random[RANDOM_SIZE];

	random_name(start, random);
	text_append(text_append(text_append(name, cache->id), word), random);
}

void state_name(const struct cache *cache, uint64_t inode, char name[ENTRY_NAME_SIZE])
{
	char digits[24];
	int count = sizeof(digits);

	digits[--count] = '\0';
	do {
		digits[--count] = (char)('0' + inode % 10);
		inode /= 10;
	} while (inode != 0);
	text_append(text_append(text_append(text_append(name, cache->id), "."), digits + count),
		    ".state");
}
