#include "beside.h"
#include "base/file.h"
#include "base/text.h"
#include "route.h"
#include "view.h"

/* The name of an entry of `bin/` that is not there, where the route of `path` leads to one. */
static const char *missing_name(const struct view *view, const struct route *route,
				const char *path)
{
	const size_t top = view->top_length;
	const char *name;
	const char *end;

	if (route->length <= top || !bytes_equal(route->seen, view->top, top))
		return NULL;
	name = text_behind(route->seen + top, "/bin/");
	end = path + text_length(path);
	if (name == NULL || text_contains_any(name, "/") ||
	    (size_t)(end - path) < text_length(name) || !text_equal(end - text_length(name), name))
		return NULL;
	return failed(sys_access(route->seen, F_OK)) ? name : NULL;
}

bool find_beside(const struct view *view, struct route *route, const char *path)
{
	const char *name = missing_name(view, route, path);
	char own[PATH_MAX];
	const char *seen;
	long length;

	if (name == NULL)
		return false;
	length = sys_readlink("/proc/self/exe", own, sizeof(own));
	while (length > 0 && own[length - 1] != '/')
		length--;
	if (length <= 0 || (size_t)length + text_length(name) >= sizeof(own))
		return false;
	text_append(own + length, name);
	seen = seen_path(view, own);
	return seen != own && find_route(route, AT_FDCWD, seen, FOLLOW | LAUNCH) == 0 &&
	       route->is_bundled && !failed(sys_access(route->path, X_OK));
}
