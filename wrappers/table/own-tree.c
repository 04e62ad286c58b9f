#include "own-tree.h"

/* The first node on the way that is no merged directory; `rest` is what lies below it. */
static uint32_t descend(const struct table *table, const char *top, const char **rest)
{
	uint32_t node = ROOT_NODE;

	for (;;) {
		size_t length = 0;

		while (*top == '/')
			top++;
		*rest = top;
		if (*top == '\0' || node_at(table, node)->kind != NODE_MERGED)
			return node;
		while (top[length] != '/' && top[length] != '\0')
			length++;
		node = find_outer_child(table, node, top, length);
		if (node == NO_NODE)
			return NO_NODE;
		/* Met in a path without links, it is a directory of the host. */
		if (node_at(table, node)->kind == NODE_ALIAS)
			node = node_at(table, node)->extra;
		top += length;
	}
}

uint32_t find_cover(const struct table *table, const char *top)
{
	const char *rest;
	const uint32_t node = descend(table, top, &rest);

	if (node == NO_NODE || node == ROOT_NODE)
		return NO_NODE;
	/* Its own tree is shown there already. */
	if (node_at(table, node)->kind == NODE_MERGED && node_at(table, node)->child_count == 0)
		return NO_NODE;
	return node;
}

static void hide_children(struct table *table, struct node *node)
{
	/* For find_child(), which knows them by the number of their parent. */
	for (uint32_t i = 0; i < child_count(table, node); i++)
		writable_node(table, node->first_child + i)->parent = NO_NODE;
	node->child_count = 0;
}

void uncover(struct table *table, uint32_t cover, const char *top)
{
	struct node *node = writable_node(table, cover);
	const char *rest;

	descend(table, top, &rest);
	if (node->kind == NODE_FILE || node->kind == NODE_LINK)
		node->child_count = 0;
	else if (*rest == '\0')
		hide_children(table, node);
	for (;; cover = parent_of(table, cover)) {
		node = writable_node(table, cover);
		node->kind = NODE_MERGED;
		node->flags &= (uint8_t) ~(NODE_LAUNCHED | NODE_CERTAIN | NODE_PLAIN | NODE_EXACT);
		if (cover == ROOT_NODE)
			return;
	}
}
