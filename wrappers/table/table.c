#include "table.h"
#include "text.h"

static bool fits(const struct table *table, uint32_t offset, uint64_t count, size_t item)
{
	return offset % 4 == 0 && offset <= table->size && count * item <= table->size - offset;
}

bool check_table(const struct table *table, size_t size)
{
	return size >= sizeof(*table) && bytes_equal(table->magic, TABLE_MAGIC, 8) &&
	       table->size == size && table->node_count > 0 &&
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

uint32_t find_child(const struct table *table, uint32_t parent, const char *name, size_t length)
{
	const uint32_t *slots =
		(const uint32_t *)(const void *)((const char *)table + table->slots);
	uint32_t slot = hash_of(parent, name, length) & table->slot_mask;

	for (; slots[slot] != NO_NODE; slot = (slot + 1) & table->slot_mask) {
		const struct node *node = node_at(table, slots[slot]);

		if (node->parent == parent && node->name_length == length &&
		    bytes_equal(table_text(table, node->name), name, length))
			return slots[slot];
	}
	return NO_NODE;
}
