/*
 * A hosted program that feeds hostile launch records and ELF headers to the launcher's pure parts.
 *
 *	fuzz record|image|table|mounts FILE SEED ROUNDS
 *
 * Every round damages a copy of FILE in some places, or cuts it off, and does with what is accepted
 * all that the launcher would do. Built with -fsanitize=address,undefined, each copy in memory of
 * exactly its size: whatever reads too far ends the program. Same seed, same rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-environment.h"
#include "image.h"
#include "mountinfo.h"
#include "record.h"

enum { PAGE = 4096, TABLE_LIMIT = 1 << 20 };

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

static size_t follow_list(const struct record *record, struct record_list list)
{
	size_t length = 0;

	for (uint32_t i = 0; i < list.count; i++)
		length += strlen(record_item(record, list, i));
	return length;
}

static size_t follow_rules(const struct record *record)
{
	const char *base = (const char *)record;
	const struct record_rule *rules = (const void *)(base + record->environment.offset);
	size_t length = 0;

	for (uint32_t i = 0; i < record->environment.count; i++) {
		const struct record_part *parts = (const void *)(base + rules[i].parts.offset);

		length += strlen(record_text(record, rules[i].variable));
		for (uint32_t j = 0; j < rules[i].parts.count; j++)
			length += strlen(record_text(record, parts[j].text));
	}
	return length;
}

static bool try_record(const unsigned char *bytes, size_t size)
{
	const struct record *record = (const void *)bytes;
	const struct record_page *pages;
	size_t length;

	if (!check_record(bytes, size))
		return false;
	length = strlen(record_text(record, record->launcher)) +
		 strlen(record_text(record, record->program)) +
		 strlen(record_text(record, record->origin));
	if (record->kind != LAUNCH_STATIC)
		length += strlen(record_text(record, record->target));
	if (record->audit != 0)
		length += strlen(record_text(record, record->audit));
	if (record->audit_tunables != 0)
		length += strlen(record_text(record, record->audit_tunables));
	length += follow_list(record, record->library_path) +
		  follow_list(record, record->inhibit_rpath) +
		  follow_list(record, record->arguments) + follow_list(record, record->settings) +
		  follow_rules(record);
	if (record->engine != ENGINE_NONE)
		length += strlen(record_text(record, record->engine_reason)) +
			  strlen(record_text(record, record->table));
	if (record->shim != 0)
		length += strlen(record_text(record, record->shim));
	pages = (const void *)(bytes + record->pages.offset);
	for (uint32_t i = 0; i < record->pages.count; i++)
		length += pages[i].size;
	return length + 1 != 0;
}

static void require_segments(const struct image *image)
{
	uintptr_t end = 0;

	for (uint32_t i = 0; i < image->segment_count; i++) {
		const struct segment *segment = &image->segments[i];

		require(segment->address >= end, "segments overlap");
		require(segment->address % PAGE == 0 && segment->memory_size % PAGE == 0 &&
				segment->file_size % PAGE == 0 && segment->offset % PAGE == 0,
			"a segment is not made of pages");
		require(segment->file_size <= segment->memory_size, "a file part is too large");
		require(segment->data_end <= segment->file_size, "data ends behind the file part");
		end = segment->address + segment->memory_size;
		require(end >= segment->address && end <= image->size,
			"a segment leaves its image");
	}
}

static bool try_image(const unsigned char *bytes, size_t size)
{
	struct image image;

	if (plan_image(&image, bytes, size, PAGE) != NULL)
		return false;
	require(image.segment_count > 0 && image.segment_count <= SEGMENT_LIMIT, "no segments");
	require_segments(&image);
	require(image.alignment >= PAGE && (image.alignment & (image.alignment - 1)) == 0,
		"it is aligned to no power of two");
	require(image.lowest + image.size >= image.lowest, "its end wraps around");
	require(image.entry < image.size, "its entry lies outside");
	require(image.headers + image.header_count * sizeof(elf_phdr) <= image.size,
		"its program headers lie outside");
	require(image.dynamic_size <= image.size &&
			image.dynamic <= image.size - image.dynamic_size,
		"its dynamic section lies outside");
	require(image.interpreter == 0 ||
			(image.interpreter >= image.headers && image.interpreter < image.size),
		"its PT_INTERP header lies outside");
	return true;
}

static size_t follow_node(const struct table *table, uint32_t index)
{
	const struct node *node = node_at(table, index);
	const char *name = table_text(table, node->name);
	size_t length = 0;

	require(strlen(name) == node->name_length && strchr(name, '/') == NULL,
		"a name is no name");
	require(node->parent < index, "a parent comes behind its child");
	if (node->kind <= NODE_WHOLE && node->child_count > 0)
		require(node->first_child > index &&
				node->child_count <= table->node_count - node->first_child,
			"children lie outside");
	if (node->kind == NODE_LINK || (node->flags & NODE_LAUNCHED) != 0)
		length += strlen(table_text(table, node->extra));
	if (node->kind == NODE_ALIAS)
		length += strlen(table_text(table, node->first_child));
	return length;
}

/* As a launcher goes through the table: not below directories of the bundle alone. */
static size_t follow_outer_nodes(const struct table *table)
{
	size_t length = 0;

	for (uint32_t i = 1; i < table->outer_count; i++) {
		const struct node *node = node_at(table, i);
		const struct node *parent = node_at(table, node->parent);

		length += follow_node(table, i);
		if (node->kind == NODE_ALIAS)
			require(node->extra < table->outer_count, "an alias leads outside");
		if (parent->kind == NODE_MERGED)
			find_outer_child(table, node->parent, table_text(table, node->name),
					 node->name_length);
		for (uint32_t j = 0; node->kind == NODE_MERGED && j < node->child_count; j++)
			length += follow_node(table, node->first_child + j);
	}
	return length;
}

/* Every node can be looked for by its name, and every text be read. */
static size_t follow_nodes(const struct table *table)
{
	size_t length = 0;

	for (uint32_t i = 1; i < table->node_count; i++) {
		const struct node *node = node_at(table, i);
		const uint32_t found = find_child(table, node->parent,
						  table_text(table, node->name), node->name_length);

		length += follow_node(table, i);
		require(found == NO_NODE || found < table->node_count, "a child is no node");
	}
	return length;
}

/* An entry for the variable of a rule: what rules write, among words of others. */
static void make_entry(const struct table *table, char *to, size_t size)
{
	const char *base = (const char *)table;
	const struct rule *rules = (const void *)(base + table->rules);
	const struct rule_part *parts = (const void *)(base + table->parts);
	size_t length = 0;

	length += (size_t)snprintf(
		to, size, "%s=",
		table->rule_count == 0
			? "PATH"
			: table_text(table, rules[next_random() % table->rule_count].variable));
	for (uint32_t left = next_random() % 5; left > 0 && length < size; left--) {
		const uint32_t choice = next_random();
		const struct rule_part *part =
			table->part_count == 0 ? NULL : &parts[choice % table->part_count];
		const bool is_ours = part != NULL && (choice & 0x700) != 0;

		length += (size_t)snprintf(to + length, size - length, "%s%s%s",
					   is_ours && part->kind == PART_BUNDLE ? "/top/" : "",
					   is_ours		   ? table_text(table, part->text)
					   : (choice & 0x800) != 0 ? "/x"
								   : "",
					   (choice & 0x3000) == 0 ? "" : ":");
	}
}

static void try_environment(const struct bundle *bundle)
{
	char entry[256];
	char *copy, *space, *entries[3];
	char *given[] = { NULL, (char *)"OTHER=x", NULL };
	size_t room, count = 0;

	make_entry(bundle->table, entry, sizeof(entry));
	given[0] = copy = malloc(strlen(entry) + 1);
	strcpy(copy, entry);
	require(measure_environment(bundle, given, &room) == 2, "entries are miscounted");
	space = malloc(room);
	write_host_environment(bundle, given, entries, space);
	for (; entries[count] != NULL; count++)
		require(strlen(entries[count]) <= strlen(given[0]) || entries[count] == given[1],
			"an entry grows");
	require(count >= 1 && entries[count - 1] == given[1], "an entry of nobody's is changed");
	require(strcmp(copy, entry) == 0, "the given entry is changed");
	is_written_by_rule(bundle, copy);
	free(space);
	free(copy);
}

static bool try_table(const unsigned char *bytes, size_t size)
{
	const struct bundle bundle = { (const void *)bytes, "/top" };

	if (!check_table(bundle.table, size) || !check_outer_nodes(bundle.table))
		return false;
	follow_outer_nodes(bundle.table);
	for (int rounds = 0; rounds < 4; rounds++)
		try_environment(&bundle);
	return !check_nodes(bundle.table) || follow_nodes(bundle.table) + 1 != 0;
}

static bool try_mounts(const unsigned char *bytes, size_t size)
{
	char *text = malloc(size + 1);
	const char *at = text;
	char place[64];
	size_t lines = 0;

	memcpy(text, bytes, size);
	text[size] = '\0';
	while (next_mount(&at, place, sizeof(place))) {
		require(at > text && at <= text + size, "a line leaves its text");
		require(strlen(place) < sizeof(place), "a place has no end");
		lines++;
	}
	free(text);
	return lines > 0;
}

/* What is tried, and how many bytes of a file are of interest. */
struct kind {
	const char *name;
	bool (*try)(const unsigned char *bytes, size_t size);
	size_t limit;
	/* Where it tells its own size, which a cut one has to tell again; or 0. */
	size_t size_place;
};

static const struct kind kinds[] = {
	{ "record", try_record, RECORD_LIMIT, 8 },
	{ "image", try_image, HEADER_BYTES, 0 },
	{ "table", try_table, TABLE_LIMIT, 8 },
	{ "mounts", try_mounts, PAGE, 0 },
};

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	}
	fprintf(stderr, "usage: fuzz record|image|table|mounts FILE SEED ROUNDS\n");
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
		accepted += kind->try(copy, size);
		free(copy);
	}
	printf("accepted %lu\n", accepted);
	free(original);
	return 0;
}
