/*
 * A hosted program that feeds hostile launch records, ELF headers and objects, path tables and
 *lists of mounts to the pure parts of the launcher and its namespace.
 *
 *	fuzz record|image|object|table|mounts FILE SEED ROUNDS
 *
 * Every round damages a copy of FILE in some places, or cuts it off. Built with
 * -fsanitize=address,undefined: whatever reads too far ends the program. Same seed, same rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "launcher/image.h"
#include "launcher/record.h"

enum { TABLE_LIMIT = 1 << 20 };

static uint64_t state;

uint32_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

void require(bool condition, const char *what)
{
	if (!condition) {
		fprintf(stderr, "fuzz: accepted, but %s\n", what);
		abort();
	}
}

/* A word that is likely to sit on somebody's boundary. */
static uint32_t interesting_word(size_t size)
{
	static const uint32_t words[] = {
		0, 1, 4, 0x7f, 0xff, 0xfff, 0x1000, 0x7fffffff, 0x80000000, 0xfffff000, 0xffffffff,
	};
	const uint32_t choice = next_random() % 16;

	if (choice < sizeof(words) / sizeof(words[0]))
		return words[choice];
	return (uint32_t)size + next_random() % 64 - 32;
}

static void damage(unsigned char *bytes, size_t size)
{
	const uint32_t count = 1 + next_random() % 6;

	for (uint32_t i = 0; i < count && size >= 4; i++) {
		const size_t limit = next_random() % 2 == 0 && size > 256 ? 256 : size;
		const size_t at = next_random() % (limit - 3);
		const uint32_t word = interesting_word(size);

		if (next_random() % 2 == 0)
			bytes[at] = (unsigned char)next_random();
		else
			memcpy(bytes + (at & ~(size_t)3), &word, sizeof(word));
	}
}

/* What is tried, and how many bytes of a file are of interest. */
struct kind {
	const char *name;
	bool (*try)(const unsigned char *bytes, size_t size);
	size_t limit;
	/* Where it tells its own size, which a cut one has to tell again; or 0. */
	size_t size_place;
	/* Makes its check sum right again; or NULL. */
	void (*settle)(unsigned char *bytes, size_t size);
};

static const struct kind kinds[] = {
	{ "record", try_record, RECORD_LIMIT, 8, settle_record },
	{ "image", try_image, HEADER_BYTES, 0, NULL },
	{ "table", try_table, TABLE_LIMIT, 8, NULL },
	{ "mounts", try_mounts, PAGE, 0, NULL },
	{ "object", try_object, TABLE_LIMIT, 0, NULL },
};

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	fprintf(stderr, "usage: fuzz record|image|object|table|mounts FILE SEED ROUNDS\n");
	exit(2);
}

static unsigned char *read_file(const char *path, size_t limit, size_t *size)
{
	FILE *file = fopen(path, "rb");
	unsigned char *bytes = malloc(limit);

	if (file == NULL || bytes == NULL) {
		perror(path);
		exit(2);
	}
	*size = fread(bytes, 1, limit, file);
	fclose(file);
	return bytes;
}

int main(int argc, char **argv)
{
	const struct kind *kind = find_kind(argc == 5 ? argv[1] : "");
	unsigned long accepted = 0;
	unsigned char *original;
	size_t whole;

	original = read_file(argv[2], kind->limit, &whole);
	state = strtoull(argv[3], NULL, 10) * 2654435761u + 1;
	require(kind->try(original, whole), "the undamaged file was not");
	for (unsigned long left = strtoul(argv[4], NULL, 10); left > 0; left--) {
		const size_t size = next_random() % 8 == 0 ? next_random() % (whole + 1) : whole;
		unsigned char *copy = malloc(size == 0 ? 1 : size);

		memcpy(copy, original, size);
		if (kind->size_place != 0 && size >= kind->size_place + 4)
			memcpy(copy + kind->size_place, &(uint32_t){ (uint32_t)size }, 4);
		if (size == whole || next_random() % 2 == 0)
			damage(copy, size);
		if (kind->settle != NULL && next_random() % 16 != 0)
			kind->settle(copy, size);
		accepted += kind->try(copy, size);
		free(copy);
	}
	printf("accepted %lu\n", accepted);
	free(original);
	return 0;
}
