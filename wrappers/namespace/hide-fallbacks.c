#include "hide-fallbacks.h"
#include "mount-system.h"
#include "path.h"
#include "text.h"

static bool host_has(const struct table *table, uint32_t node)
{
	char path[PATH_LIMIT];
	char *at = path + PATH_LIMIT - 1;

	*at = '\0';
	for (; node != ROOT_NODE; node = node_at(table, node)->parent) {
		const struct node *it = node_at(table, node);

		if ((size_t)(at - path) < it->name_length + 1u)
			return false;
		at -= it->name_length;
		memcpy(at, table_text(table, it->name), it->name_length);
		*--at = '/';
	}
	return sys_status(AT_WORKING_DIRECTORY, at, 0).mode != 0;
}

void hide_fallbacks(struct table *table)
{
	for (uint32_t i = 0; i < table->outer_count; i++) {
		if ((node_at(table, i)->flags & NODE_FALLBACK) != 0 && host_has(table, i))
			writable_node(table, i)->flags |= NODE_LIBRARY;
	}
}
