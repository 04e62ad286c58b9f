/*
 * A hosted program that feeds hostile heads and indexes to what checks them, and does with what is
 * accepted all that an unpacking would do.
 *
 *	fuzz FILE SEED ROUNDS
 *
 * FILE is a head with its plain index behind it. Every round damages a copy in some places. Built
 * with -fsanitize=address,undefined: whatever reads too far ends the program. Same seed, same
 *rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/check.h"

enum { FILE_LIMIT = 1 << 20 };

static uint64_t state;

static uint32_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static void require(bool condition, const char *what)
{
	if (!condition) {
		fprintf(stderr, "fuzz: accepted, but %s\n", what);
		abort();
	}
}

/* A number that is likely to sit on somebody's boundary. */
static uint32_t interesting_word(void)
{
	static const uint32_t words[] = {
		0,     1,      2,	   3,	       4,	   0x7f,       0xff,
		0x200, 0x1000, 0x7fffffff, 0x80000000, 0xfffff000, 0xffffffff,
	};
	const uint32_t choice = next_random() % 20;

	return choice < sizeof(words) / sizeof(*words) ? words[choice] : next_random() % 64;
}

static void damage(unsigned char *bytes, size_t size)
{
	const uint32_t count = 1 + next_random() % 4;

	for (uint32_t i = 0; i < count; i++) {
		const size_t at = next_random() % (size - 3);
		const uint32_t word = interesting_word();

		if (next_random() % 2 == 0)
			bytes[at] = (unsigned char)next_random();
		else
			memcpy(bytes + (at & ~(size_t)3), &word, sizeof(word));
	}
}

static void follow_row_of(const struct index *index, const struct run_head *head, uint32_t row)
{
	const struct index_row *told = &index->rows[row];
	char path[LONGEST_LIMIT + 1];
	const size_t length = write_path(index, row, path);
	const long led = follow_row(index, row);

	require(length == strlen(path) && length <= head->longest, "a path is longer than told");
	require(path[0] != '/' && strstr(path, "//") == NULL && path[length - 1] != '/',
		"a path has an empty name");
	require(strncmp(path, "../", 3) != 0 && strstr(path, "/../") == NULL,
		"a path leads out of its directory");
	require(find_child(index, told->parent, row_name(index, row),
			   strlen(row_name(index, row))) == (long)row,
		"a row is not found by its name");
	require(led == NO_ROW || (led >= 0 && led < (long)index->row_count &&
				  index->rows[led].kind != ROW_SYMLINK),
		"a link leads out");
	require(told->kind != ROW_SYMLINK || strlen(index->text + told->target) <= LONGEST_LIMIT,
		"a link's text is too long");
}

/* As write-unit.c goes through them. */
static void follow_unit(const struct index *index, const struct run_head *head, uint32_t frame)
{
	const uint32_t end = unit_end(index, frame);
	const uint32_t row_end = unit_row_end(index, frame);

	require(end > frame && end <= index->frame_count, "a unit has no end");
	require(index->frames[frame].first_row <= row_end && row_end <= index->row_count,
		"a unit's rows lie outside");
	for (uint32_t i = frame; i < end; i++) {
		require(index->frames[i].plain_size <= head->largest &&
				index->frames[i].size <= packed_limit(head->largest),
			"a frame is too large");
		require(index->frames[i].start + index->frames[i].size <= head->body_size,
			"a frame lies outside");
	}
	for (uint32_t i = index->frames[frame].first_row; i < row_end; i++) {
		const struct index_row *row = &index->rows[i];

		require(row->kind != ROW_FILE ||
				(row->start >= index->frames[frame].plain &&
				 row->start + row->size <=
					 index->frames[end - 1].plain +
						 index->frames[end - 1].plain_size),
			"a file leaves its unit");
	}
}

static bool try_index(const struct run_head *head, const unsigned char *bytes)
{
	struct index index = { .seed = next_random() };
	uint32_t rows = 0;
	bool is_accepted;

	index.slots = calloc(count_slots(head->entries), sizeof(uint32_t));
	is_accepted = check_index(&index, head, bytes) == NULL;
	for (uint32_t i = 1; is_accepted && i < index.row_count; i++)
		follow_row_of(&index, head, i);
	for (uint32_t i = 0; is_accepted && i < index.frame_count; i = unit_end(&index, i)) {
		follow_unit(&index, head, i);
		rows += unit_row_end(&index, i) - index.frames[i].first_row;
	}
	require(!is_accepted || rows == index.row_count, "a row lies in no unit");
	free(index.slots);
	return is_accepted;
}

/* The index is put where its end is the memory's end. */
static bool try(const unsigned char *bytes, size_t size)
{
	struct run_head head;
	unsigned char *index;
	bool is_accepted;

	memcpy(&head, bytes, sizeof(head));
	if (check_head(&head) != NULL || head.index_plain != size - sizeof(head))
		return false;
	index = malloc(size - sizeof(head));
	memcpy(index, bytes + sizeof(head), size - sizeof(head));
	is_accepted = try_index(&head, index);
	free(index);
	return is_accepted;
}

static void settle(unsigned char *bytes)
{
	struct run_head head;

	memcpy(&head, bytes, sizeof(head));
	head.check = head_sum(&head);
	memcpy(bytes, &head, sizeof(head));
}

int main(int argc, char **argv)
{
	unsigned char *original = malloc(FILE_LIMIT), *copy = malloc(FILE_LIMIT);
	FILE *file = argc == 4 ? fopen(argv[1], "rb") : NULL;
	unsigned long accepted = 0;
	size_t size;

	if (file == NULL || original == NULL || copy == NULL) {
		fprintf(stderr, "usage: fuzz FILE SEED ROUNDS\n");
		return 2;
	}
	size = fread(original, 1, FILE_LIMIT, file);
	fclose(file);
	state = strtoull(argv[2], NULL, 10) * 2654435761u + 1;
	require(try(original, size), "the undamaged file was not");
	for (unsigned long left = strtoul(argv[3], NULL, 10); left > 0; left--) {
		const bool is_head = next_random() % 4 == 0;

		memcpy(copy, original, size);
		if (is_head)
			damage(copy, sizeof(struct run_head));
		else
			damage(copy + sizeof(struct run_head), size - sizeof(struct run_head));
		if (next_random() % 16 != 0)
			settle(copy);
		accepted += try(copy, size);
	}
	printf("accepted %lu\n", accepted);
	free(original);
	free(copy);
	return 0;
}
