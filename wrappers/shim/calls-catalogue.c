/* Message catalogues: the C libraries read them past the calls they export. */
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "wrap.h"

/*
 * gettext reads its catalogues past all calls: it is told where they lie instead, and looks in one
 * place only, the bundle's where the bundle has the directory.
 */
INTERPOSE(char *, bindtextdomain, const char *domain, const char *path);

__attribute__((noinline)) static char *bindtextdomain_routed(const char *domain, const char *path)
{
	const struct view *now = view();
	ROUTE(route);
	char place[PATH_MAX];
	size_t length = now->top_length;

	if (find_route(&route, AT_FDCWD, path, FOLLOW) != 0 || route.node == NO_NODE)
		return REAL(bindtextdomain)(domain, path);
	if (route.is_bundled || length + 5 + route.length >= PATH_MAX)
		return REAL(bindtextdomain)(domain, route.path);
	memcpy(place, now->top, length);
	memcpy(place + length, "/root", 5);
	memcpy(place + length + 5, route.seen, route.length + 1);
	return REAL(bindtextdomain)(domain, place);
}

char *bindtextdomain(const char *domain, const char *path)
{
	return is_plain(AT_FDCWD, path, FOLLOW) ? REAL(bindtextdomain)(domain, path)
						: bindtextdomain_routed(domain, path);
}

/*
 * catopen() looks for a name along NLSPATH, or along a list of its own. It is given the first file
 * there that the bundle has; all else it finds by itself.
 */
INTERPOSE(void *, catopen, const char *name, int flag);
BORROW(char *, setlocale, int category, const char *locale);
BORROW(char *, secure_getenv, const char *name);

enum { MESSAGES = 5 };

static const char usual_catalogues[] =
	"/usr/share/locale/%L/%N:/usr/share/locale/%L/LC_MESSAGES/%N:"
	"/usr/share/locale/%l/%N:/usr/share/locale/%l/LC_MESSAGES/%N";

struct words {
	const char *name;
	const char *locale;
};

static size_t language_length(const char *locale)
{
	size_t length = 0;

	while (locale[length] != '\0' && locale[length] != '_' && locale[length] != '.' &&
	       locale[length] != '@')
		length++;
	return length;
}

/* Write one directory of the list with %N, %L and %l filled in; NULL at the end of the list. */
static const char *fill_catalogue(const char *list, const struct words *words, char *to)
{
	size_t used = 0;

	if (list == NULL || *list == '\0')
		return NULL;
	for (; *list != '\0' && *list != ':'; list++) {
		const char *text = list;
		size_t length = 1;

		if (list[0] == '%' && list[1] == 'N') {
			text = words->name;
			length = text_length(text);
		} else if (list[0] == '%' && (list[1] == 'L' || list[1] == 'l')) {
			text = words->locale;
			length = list[1] == 'L' ? text_length(text) : language_length(text);
		}
		list += text != list;
		if (used + length >= PATH_MAX)
			return NULL;
		memcpy(to + used, text, length);
		used += length;
	}
	to[used] = '\0';
	return *list == ':' ? list + 1 : list;
}

__attribute__((noinline)) static void *open_by_path(const char *path, int flag)
{
	ROUTE(route);
	const int error = find_route(&route, AT_FDCWD, path, FOLLOW);

	if (error == 0)
		return REAL(catopen)(route.path, flag);
	set_error(error);
	return (void *)-1;
}

__attribute__((noinline)) static void *search_catalogue(const char *name, int flag)
{
	const char *locale =
		flag != 0 ? BORROWED(setlocale)(MESSAGES, NULL) : BORROWED(secure_getenv)("LANG");
	const struct words words = { name, locale == NULL || *locale == '\0' ? "C" : locale };
	const char *list = BORROWED(secure_getenv)("NLSPATH");
	char candidate[PATH_MAX];
	ROUTE(route);

	if (list == NULL || *list == '\0')
		list = usual_catalogues;
	while ((list = fill_catalogue(list, &words, candidate)) != NULL) {
		if (candidate[0] == '/' && find_route(&route, AT_FDCWD, candidate, FOLLOW) == 0 &&
		    !failed(sys_access(route.path, R_OK)))
			return REAL(catopen)(route.path, flag);
	}
	return REAL(catopen)(name, flag);
}

void *catopen(const char *name, int flag)
{
	bool has_slash = false;

	if (view() == NULL || name == NULL)
		return REAL(catopen)(name, flag);
	for (const char *c = name; *c != '\0'; c++)
		has_slash |= *c == '/';
	return has_slash ? open_by_path(name, flag) : search_catalogue(name, flag);
}
