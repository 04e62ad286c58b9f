#include "table.h"
#include "base/text.h"

static bool fits(const struct table *table, uint32_t offset, uint64_t count, size_t item)
{
	return offset % 4 == 0 && offset <= table->size && count * item <= table->size - offset;
}

bool check_table(const struct table *table, size_t size)
{
	return size >= sizeof(*table) && bytes_equal(table->magic, TABLE_MAGIC, 8) &&
	       table->size == size && table->node_count > 0 && table->outer_count > 0 &&
	       table->outer_count <= table->node_count &&
	       fits(table, table->nodes, table->node_count, sizeof(struct node)) &&
	       (table->slot_mask & (table->slot_mask + 1)) == 0 &&
	       fits(table, table->slots, (uint64_t)table->slot_mask + 1, 4) &&
	       fits(table, table->rules, table->rule_count, sizeof(struct rule)) &&
	       fits(table, table->parts, table->part_count, sizeof(struct rule_part)) &&
	       table->texts < size && ((const char *)table)[size - 1] == '\0';
}

/* FNV-1a, begun with the parent's number. */
static uint32_t hash_of(uint32_t parent, const char *name, size_t length)
{
	uint32_t hash = 2166136261u ^ (parent * 2654435761u);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)name[i]) * 16777619u;
	return hash ^ hash >> 15;
}

bool is_sound(const struct table *table, uint32_t index)
{
	const struct node *node = node_at(table, index);

	return index < table->node_count && node->parent < index && has_name(table, node) &&
	       node->kind >= NODE_MERGED && node->kind <= NODE_ALIAS &&
	       (node->kind != NODE_ALIAS || (node->extra < table->node_count &&
					     node_at(table, node->extra)->kind == NODE_MERGED));
}

uint32_t find_child(const struct table *table, uint32_t parent, const char *name, size_t length)
{
	const uint32_t *slots =
		(const uint32_t *)(const void *)((const char *)table + table->slots);
	uint32_t slot = hash_of(parent, name, length);

	/* A table without a free slot has an end, too. */
	for (uint32_t tried = 0; tried <= table->slot_mask; tried++, slot++) {
		const uint32_t found = slots[slot & table->slot_mask];
		const struct node *node;

		if (found == NO_NODE)
			break;
		node = node_at(table, found);
		if (node->parent == parent && node->name_length == length &&
		    is_sound(table, found) &&
		    bytes_equal(table_text(table, node->name), name, length))
			return found;
	}
	return NO_NODE;
}

/* As their order is: by bytes, and what ends first comes first. */
static int compare_names(const char *a, size_t a_length, const char *b, size_t b_length)
{
	for (size_t i = 0; i < a_length && i < b_length; i++) {
		if (a[i] != b[i])
			return (uint8_t)a[i] < (uint8_t)b[i] ? -1 : 1;
	}
	return a_length == b_length ? 0 : a_length < b_length ? -1 : 1;
}

uint32_t find_outer_child(const struct table *table, uint32_t parent, const char *name,
			  size_t length)
{
	uint32_t first = node_at(table, parent)->first_child;
	uint32_t count = child_count(table, node_at(table, parent));

	while (count > 0) {
		const uint32_t middle = first + count / 2;
		const struct node *node = node_at(table, middle);
		const int order =
			compare_names(table_text(table, node->name),
				      has_name(table, node) ? node->name_length : 0, name, length);

		if (order == 0)
			return is_sound(table, middle) ? middle : NO_NODE;
		if (order < 0) {
			first = middle + 1;
			count -= count / 2 + 1;
		} else {
			count /= 2;
		}
	}
	return NO_NODE;
}
