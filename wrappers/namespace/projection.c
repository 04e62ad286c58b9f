#include "projection.h"
#include "fail.h"
#include "mount-system.h"
#include "path.h"
#include "text.h"

struct table *read_table(const struct projection *bundle)
{
	char path[TOP_LIMIT + PATH_LIMIT];
	long file, size, address;

	text_append(text_append(text_append(path, bundle->top), "/"), bundle->table);
	file = sys_open_at(AT_WORKING_DIRECTORY, path, OPEN_READ_ONLY);
	if (SYSTEM_CALL_FAILED(file))
		FAIL(EXIT_LAUNCHER, "cannot open ", path, reason_of(file));
	size = sys_size((int)file);
	address = size < (long)sizeof(struct table)
			  ? -1
			  : sys_map(0, (size_t)size, MAP_PROT_READ | MAP_PROT_WRITE,
				    MAP_PRIVATE_COPY, (int)file, 0);
	sys_close((int)file);
	if (SYSTEM_CALL_FAILED(address) ||
	    !check_table((const struct table *)address, (size_t)size) ||
	    !check_outer_nodes((const struct table *)address))
		FAIL(EXIT_LAUNCHER, path, " is no valid path table: pack again");
	return (struct table *)address;
}
