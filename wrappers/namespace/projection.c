#include "projection.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/mapping.h"
#include "base/text.h"
#include "path.h"

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
	    !check_outer_nodes((const struct table *)address))
		FAIL(EXIT_LAUNCHER, path, " is no valid path table: pack again");
	return (struct table *)address;
}
