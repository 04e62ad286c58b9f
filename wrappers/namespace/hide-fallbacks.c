#include "hide-fallbacks.h"
#include "base/file-status.h"
#include "base/memory.h"
#include "path.h"

static bool host_has(const struct table *table, uint32_t node)
{
	char path[PATH_MAX];
	char *at = path + PATH_MAX - 1;

	*at = '\0';
	for (; node != ROOT_NODE; node = node_at(table, node)->parent) {
		const struct node *it = node_at(table, node);

		if ((size_t)(at - path) < it->name_length + 1u)
			return false;
		at -= it->name_length;
		memcpy(at, table_text(table, it->name), it->name_length);
		*--at = '/';
	}
	return file_status_at(AT_FDCWD, at, 0).mode != 0;
}

void hide_fallbacks(struct table *table)
{
	for (uint32_t i = 0; i < table->outer_count; i++) {
		if ((node_at(table, i)->flags & NODE_FALLBACK) != 0 && host_has(table, i))
			writable_node(table, i)->flags |= NODE_LIBRARY;
	}
}
