/*
 * What the bundle has at which path: `libexec/dynpk/paths.tbl`, mapped as it lies in the file.
 *
 * A tree of nodes, one a path; the children of a node stand side by side, and a hash table finds a
 * child by its parent and its name. lib/engine/compile-path-table.ts writes it and is where its
 * limits are checked; docs/bundle-format-engines.md describes it. Little-endian, as all machines
 * that run it. The path shim and the launcher read it.
 */
#ifndef DYNPK_TABLE_H
#define DYNPK_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules.h"

#define TABLE_MAGIC "DYNPKPT1"

#define NO_NODE 0xffffffffu
#define ROOT_NODE 0u

/* Directories come first. */
enum node_kind {
	/* A directory that the host has too, or could have: the bundle's entries come first. */
	NODE_MERGED = 1,
	/* A directory of the bundle alone. */
	NODE_WHOLE = 2,
	NODE_FILE = 3,
	NODE_LINK = 4,
	/* A link to a merged directory, such as /bin: where the host has a directory, both count.
	 */
	NODE_ALIAS = 5,
};

enum node_flag {
	/*
	 * A launcher stands here, and `extra` is where the file itself lies; or, where
	 * `first_child` is 1, it stands here itself, and that is where its launcher lies.
	 */
	NODE_LAUNCHED = 1,
	/* A library where loaders look: programs see it, and those of the host, in a namespace, do
	   not. */
	NODE_LIBRARY = 2,
	/* Only where the host has nothing of that name. */
	NODE_FALLBACK = 4,
	/* For mounts. A directory that no namespace shows: the machine's, or the C library's. */
	NODE_SHIM_ONLY = 8,
	/* Something of it is shown whatever the host has. */
	NODE_CERTAIN = 16,
	/* It is shown as it lies in `root/`, with all below. */
	NODE_PLAIN = 32,
	/* A directory in which nothing lies but its children and what launchers start. */
	NODE_EXACT = 64,
	/* Never in the file: a directory that was made to be mounted over as a whole. */
	NODE_MADE = 128,
};

struct node {
	uint32_t parent;
	uint32_t name;
	uint16_t name_length;
	uint8_t kind;
	uint8_t flags;
	/* Text of a link; place below the bundle's top of a launched file; node of an alias. */
	uint32_t extra;
	uint32_t first_child;
	uint32_t child_count;
};

struct rule_part {
	uint32_t kind;
	uint32_t text;
};

/* What a launcher did to a variable, so that it can be undone. */
struct rule {
	uint32_t variable;
	uint32_t action;
	uint32_t first_part;
	uint32_t part_count;
};

struct table {
	char magic[8];
	uint32_t size;
	uint32_t node_count;
	uint32_t nodes;
	uint32_t slots;
	uint32_t slot_mask;
	uint32_t texts;
	uint32_t rules;
	uint32_t rule_count;
	uint32_t parts;
	uint32_t part_count;
	/* The first nodes: all but those below directories of the bundle alone. */
	uint32_t outer_count;
};

/*
 * Whether `size` bytes at `table` are a table. Its nodes may be anything: what is read of them by
 * the functions below stays inside the table, and find_child() passes over what is no node.
 */
bool check_table(const struct table *table, size_t size);

/*
 * Whether all that check_table() leaves open holds too, of the rules and the outer nodes: every
 * index, every text and the shape of the tree. The rest of the table is not read, and who relies on
 * this must not look below directories of the bundle alone.
 */
bool check_outer_nodes(const struct table *table);

/* The same of all nodes and slots. Reads the whole table. */
bool check_nodes(const struct table *table);

/*
 * Whether it is a node that can be followed: it lies behind its parent, has a name and a kind, and
 * an alias leads to a merged directory.
 */
bool is_sound(const struct table *table, uint32_t index);

/* The child of `parent` with this name, library or not; or NO_NODE. */
uint32_t find_child(const struct table *table, uint32_t parent, const char *name, size_t length);

/* The same by search among the children of an outer, merged directory. */
uint32_t find_outer_child(const struct table *table, uint32_t parent, const char *name,
			  size_t length);

/* The root where there is no such node. */
static inline const struct node *node_at(const struct table *table, uint32_t index)
{
	return (const struct node *)((const char *)table + table->nodes) +
	       (index < table->node_count ? index : ROOT_NODE);
}

/* Of a table that is this process's own copy. */
static inline struct node *writable_node(struct table *table, uint32_t index)
{
	return (struct node *)((char *)table + table->nodes) +
	       (index < table->node_count ? index : ROOT_NODE);
}

/* Of a launched one. */
static inline bool reads_itself(const struct node *node)
{
	return node->first_child != 0;
}

static inline uint32_t text_size(const struct table *table)
{
	return table->size - table->texts;
}

/* Empty where there is none. The table ends with NUL: what begins inside also ends inside. */
static inline const char *table_text(const struct table *table, uint32_t offset)
{
	return (const char *)table + table->texts +
	       (offset < text_size(table) ? offset : text_size(table) - 1);
}

/* Whether all of its name lies in the table. */
static inline bool has_name(const struct table *table, const struct node *node)
{
	return node->name < text_size(table) && node->name_length < text_size(table) - node->name;
}

/* How many children it has, as far as there are nodes. */
static inline uint32_t child_count(const struct table *table, const struct node *node)
{
	const uint32_t rest =
		node->first_child < table->node_count ? table->node_count - node->first_child : 0;

	return node->child_count < rest ? node->child_count : rest;
}

/* Whoever goes up comes to an end. */
static inline uint32_t parent_of(const struct table *table, uint32_t index)
{
	const uint32_t parent = node_at(table, index)->parent;

	return parent < index ? parent : ROOT_NODE;
}

#endif
