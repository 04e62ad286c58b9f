#include "projection.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/mapping.h"
#include "base/text.h"
#include "path.h"
#include "table/own-tree.h"

/* What lies below a directory of the bundle alone is looked at only where it has to be relied on.
 */
static bool uncover_top(struct table *table, const char *top)
{
	uint32_t cover = find_cover(table, top);

	if (cover != NO_NODE && !check_nodes(table))
		return false;
	for (; cover != NO_NODE; cover = find_cover(table, top)) {
		table->outer_count = table->node_count;
		uncover(table, cover, top);
	}
	return true;
}

struct table *read_table(const struct projection *bundle)
{
	char path[TOP_LIMIT + PATH_MAX];
	long file, size, address;

	text_append(text_append(text_append(path, bundle->top), "/"), bundle->table);
	file = sys_open(path, O_RDONLY | O_CLOEXEC);
	if (failed(file))
		FAIL(EXIT_LAUNCHER, "cannot open ", path, reason_of(file));
	size = sys_lseek((int)file, 0, SEEK_END);
	address = size < (long)sizeof(struct table)
			  ? -1
			  : sys_mmap(0, (size_t)size, PROT_READ | PROT_WRITE, MAP_PRIVATE,
				     (int)file, 0);
	sys_close((int)file);
	if (failed(address) || !check_table((const struct table *)address, (size_t)size) ||
	    !check_outer_nodes((const struct table *)address) ||
	    !uncover_top((struct table *)address, bundle->top))
		FAIL(EXIT_LAUNCHER, path, " is no valid path table: pack again");
	return (struct table *)address;
}
