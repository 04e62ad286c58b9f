/* For comparison: an auditor of the usual kind, which needs a libc of its own and does as much. */
#define _GNU_SOURCE
#include <limits.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

static char top[PATH_MAX];

unsigned int la_version(unsigned int offered)
{
	const char *own = getenv("DYNPK_TOP");
	if (realpath(own != NULL ? own : "/", top) == NULL)
		return 0;
	return offered < LAV_CURRENT ? offered : LAV_CURRENT;
}

unsigned int la_objopen(struct link_map *map, Lmid_t namespace, uintptr_t *cookie)
{
	char path[PATH_MAX];
	(void)namespace;
	*cookie = (uintptr_t)map;
	if (map->l_name[0] == '/' && realpath(map->l_name, path) != NULL) {
		if (strncmp(path, top, strlen(top)) != 0)
			abort();
	}
	return 0;
}

char *la_objsearch(const char *name, uintptr_t *cookie, unsigned int flag)
{
	(void)cookie;
	(void)flag;
	return (char *)name;
}
