#include "base/text.h"
#include "table.h"

static bool is_text(const struct table *table, uint32_t offset)
{
	return offset < text_size(table);
}

/* One name of a path: nothing that would lead anywhere else. */
static bool is_name(const struct table *table, const struct node *node)
{
	const char *name;

	if (!has_name(table, node) || node->name_length == 0)
		return false;
	name = table_text(table, node->name);
	for (uint32_t i = 0; i < node->name_length; i++) {
		if (name[i] == '/' || name[i] == '\0')
			return false;
	}
	return name[node->name_length] == '\0' && !text_equal(name, ".") && !text_equal(name, "..");
}

static bool is_directory(const struct node *node)
{
	return node->kind == NODE_MERGED || node->kind == NODE_WHOLE;
}

/* The nodes to be looked at: the first ones. */
struct extent {
	const struct table *table;
	uint32_t count;
};

/*
 * Children come behind their parent: whoever goes down the tree comes to an end. Those of a
 * directory of the bundle alone may lie further back than is looked at.
 */
static bool has_children_of_its_own(const struct extent *extent, uint32_t index)
{
	const struct table *table = extent->table;
	const struct node *node = node_at(table, index);

	if (!is_directory(node) || node->child_count == 0)
		return true;
	if (node->first_child <= index || node->first_child >= table->node_count ||
	    node->child_count > table->node_count - node->first_child)
		return false;
	if (node->kind == NODE_WHOLE && node->first_child >= extent->count)
		return true;
	if (node->first_child + node->child_count > extent->count)
		return false;
	for (uint32_t i = 0; i < node->child_count; i++) {
		if (node_at(table, node->first_child + i)->parent != index)
			return false;
	}
	return true;
}

/* A place below the bundle's top that does not lead out of it. */
static bool is_place(const struct table *table, uint32_t offset)
{
	const char *text;

	if (!is_text(table, offset))
		return false;
	text = table_text(table, offset);
	if (*text == '/' || *text == '\0')
		return false;
	for (;; text++) {
		if (text[0] == '.' && text[1] == '.' && (text[2] == '/' || text[2] == '\0'))
			return false;
		while (*text != '/' && *text != '\0')
			text++;
		if (*text == '\0')
			return true;
	}
}

static bool has_extra(const struct extent *extent, const struct node *node)
{
	const struct table *table = extent->table;

	if (node->kind != NODE_FILE && (node->flags & NODE_LAUNCHED) != 0)
		return false;
	switch (node->kind) {
	case NODE_MERGED:
	case NODE_WHOLE:
		return true;
	case NODE_FILE:
		return (node->flags & NODE_LAUNCHED) == 0 || is_place(table, node->extra);
	case NODE_LINK:
		return is_text(table, node->extra);
	case NODE_ALIAS:
		return node->extra < extent->count &&
		       node_at(table, node->extra)->kind == NODE_MERGED &&
		       is_text(table, node->first_child);
	default:
		return false;
	}
}

/* Whether a directory, or what is to be shown as it lies there, says the same of what is in it. */
static bool has_true_flags(const struct table *table, const struct node *node)
{
	const uint8_t unshown = NODE_LIBRARY | NODE_FALLBACK | NODE_SHIM_ONLY;
	const uint8_t changed = NODE_LAUNCHED | (node->kind == NODE_ALIAS ? NODE_PLAIN : 0);

	if ((node->flags & NODE_MADE) != 0)
		return false;
	if ((node->flags & (NODE_CERTAIN | NODE_PLAIN)) != 0 && (node->flags & unshown) != 0)
		return false;
	if ((node->flags & NODE_PLAIN) == 0)
		return true;
	if ((node->flags & changed) != 0)
		return false;
	for (uint32_t i = 0; node->kind == NODE_MERGED && i < node->child_count; i++) {
		if ((node_at(table, node->first_child + i)->flags & NODE_PLAIN) == 0)
			return false;
	}
	return true;
}

static bool has_slots(const struct table *table)
{
	const uint32_t *slots =
		(const uint32_t *)(const void *)((const char *)table + table->slots);
	bool has_end = false;

	for (uint32_t i = 0; i <= table->slot_mask; i++) {
		if (slots[i] == NO_NODE)
			has_end = true;
		else if (slots[i] >= table->node_count)
			return false;
	}
	return has_end;
}

static bool has_rules(const struct table *table)
{
	const struct rule *rules =
		(const struct rule *)(const void *)((const char *)table + table->rules);
	const struct rule_part *parts =
		(const struct rule_part *)(const void *)((const char *)table + table->parts);

	for (uint32_t i = 0; i < table->rule_count; i++) {
		if (!is_text(table, rules[i].variable) || rules[i].action < RULE_DEFAULT ||
		    rules[i].action > RULE_CHOOSE || rules[i].first_part > table->part_count ||
		    rules[i].part_count > table->part_count - rules[i].first_part)
			return false;
	}
	for (uint32_t i = 0; i < table->part_count; i++) {
		if ((parts[i].kind != PART_BUNDLE && parts[i].kind != PART_LITERAL) ||
		    !is_text(table, parts[i].text))
			return false;
	}
	return true;
}

static bool check_extent(const struct extent *extent)
{
	const struct table *table = extent->table;

	if (node_at(table, ROOT_NODE)->kind != NODE_MERGED ||
	    !has_children_of_its_own(extent, ROOT_NODE))
		return false;
	for (uint32_t i = 1; i < extent->count; i++) {
		const struct node *node = node_at(table, i);

		if (node->parent >= i || !is_directory(node_at(table, node->parent)) ||
		    !is_name(table, node) || !has_extra(extent, node) ||
		    !has_children_of_its_own(extent, i) || !has_true_flags(table, node))
			return false;
	}
	return has_rules(table);
}

bool check_outer_nodes(const struct table *table)
{
	return check_extent(&(const struct extent){ table, table->outer_count });
}

bool check_nodes(const struct table *table)
{
	return check_extent(&(const struct extent){ table, table->node_count }) && has_slots(table);
}
