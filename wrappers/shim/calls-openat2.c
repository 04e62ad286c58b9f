/*
 * openat2() with rules for the way: what the bundle has is opened where the view shows that the
 * rules are kept; all else is for the kernel to watch, on the host.
 */
#include "calls-openat2.h"
#include "base/text.h"
#include "plain.h"
#include "route.h"
#include "symbols.h"
#include "view.h"

#include <linux/openat2.h>

extern int openat(int directory, const char *path, int flags, ...);

enum { CONFINED = RESOLVE_BENEATH | RESOLVE_IN_ROOT };

static bool goes_up(const char *path)
{
	while (*path != '\0') {
		const char *name = path;

		while (*path != '/' && *path != '\0')
			path++;
		if (path - name == 2 && name[0] == '.' && name[1] == '.')
			return true;
		while (*path == '/')
			path++;
	}
	return false;
}

/* Whether the end of the way lies below its beginning, as the program sees both. */
__attribute__((noinline)) static bool is_below(const struct route *route, int directory)
{
	ROUTE(base);
	const char *rest;

	if (find_route(&base, directory, ".", FOLLOW) != 0 || base.length == 0)
		return false;
	rest = text_behind(route->seen, base.seen);
	return rest != NULL && *rest == '/';
}

bool open_by_rules(int directory, const char *path, const struct open_how *how, long *result)
{
	const bool is_confined = (how->resolve & CONFINED) != 0;
	const unsigned follows = (how->flags & O_NOFOLLOW) != 0 ? 0 : FOLLOW;
	ROUTE(route);

	if (!is_path(path))
		return false;
	while ((how->resolve & RESOLVE_IN_ROOT) != 0 && *path == '/')
		path++;
	if (*path == '\0' || (is_confined && (*path == '/' || goes_up(path))) ||
	    find_route(&route, directory, path, follows) != 0 || !route.is_bundled)
		return false;
	if ((how->resolve & RESOLVE_NO_SYMLINKS) != 0 && route.links > 0) {
		*result = fail_with(ELOOP);
		return true;
	}
	if (is_confined && route.links > 0 && !is_below(&route, directory))
		return false;
	*result = openat(AT_FDCWD, route.seen, (int)how->flags, (unsigned)how->mode);
	return true;
}
