#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "table/host-environment.h"
#include "table/own-tree.h"

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

/* As the shim goes through a table of which it has seen the frame alone. */
static void follow_unchecked(const struct table *table)
{
	size_t length = 0;

	for (int rounds = 0; rounds < 8; rounds++) {
		const uint32_t any = next_random() % table->node_count;
		const struct node *node = node_at(table, any);
		const size_t name_length = has_name(table, node) ? node->name_length : 0;
		const char *name = table_text(table, name_length == 0 ? 0 : node->name);
		const uint32_t found = find_child(table, node->parent, name, name_length);

		require(found == NO_NODE || is_sound(table, found), "a child is no node");
		find_outer_child(table, node->parent, name, name_length);
		for (uint32_t i = 0; i < child_count(table, node) && i < 100; i++)
			length += node_at(table, node->first_child + i)->name_length;
		for (uint32_t up = any; up != ROOT_NODE; up = parent_of(table, up))
			length += strlen(table_text(table, node_at(table, up)->extra));
	}
	require(length < (size_t)-1, "texts have no end");
}

static void uncover_unchecked(const struct table *table, size_t size)
{
	static const char *const tops[] = { "/usr/share/tool/x", "/usr/bin", "/bin/tool", "/" };
	struct table *copy = malloc(size);
	uint32_t cover;

	memcpy(copy, table, size);
	for (size_t i = 0; i < sizeof(tops) / sizeof(*tops); i++) {
		for (cover = find_cover(copy, tops[i]); cover != NO_NODE;
		     cover = find_cover(copy, tops[i]))
			uncover(copy, cover, tops[i]);
	}
	free(copy);
}

bool try_table(const unsigned char *bytes, size_t size)
{
	const struct bundle bundle = { (const void *)bytes, "/top" };

	if (!check_table(bundle.table, size))
		return false;
	follow_unchecked(bundle.table);
	uncover_unchecked(bundle.table, size);
	try_environment(&bundle);
	if (!check_outer_nodes(bundle.table))
		return false;
	follow_outer_nodes(bundle.table);
	for (int rounds = 0; rounds < 4; rounds++)
		try_environment(&bundle);
	return !check_nodes(bundle.table) || follow_nodes(bundle.table) + 1 != 0;
}
