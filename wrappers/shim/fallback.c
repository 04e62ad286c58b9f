/*
 * What gives way to the host's: certificates, time zones, the site's configuration.
 */
#include "base/file.h"
#include "base/memory.h"
#include "sandbox.h"
#include "view.h"

/* Of such a path; lib/engine/compile-path-table.ts refuses longer ones. */
enum { FALLBACK_SIZE = 256 };

/* Asked each time: it may come and go, and few paths are. */
bool host_fills(const struct table *table, uint32_t node)
{
	char path[FALLBACK_SIZE];
	size_t at = sizeof(path) - 1;

	path[at] = '\0';
	if (is_in_sandbox())
		return false;
	for (; node != ROOT_NODE; node = parent_of(table, node)) {
		const struct node *now = node_at(table, node);

		if (now->name_length + (size_t)1 > at)
			return false;
		at -= now->name_length;
		memcpy(path + at, table_text(table, now->name), now->name_length);
		path[--at] = '/';
	}
	return !failed(sys_access(path + at, F_OK));
}
