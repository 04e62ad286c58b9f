/*
 * Sockets and message catalogues: paths inside other things.
 */
#include "text.h"
#include "wrap.h"

enum { FAMILY_LOCAL = 1, SOCKET_PATH_SIZE = 108 };

struct local_address {
	uint16_t family;
	char path[SOCKET_PATH_SIZE];
};

INTERPOSE(int, connect, int fd, const struct local_address *address, uint32_t size);
INTERPOSE(int, bind, int fd, const struct local_address *address, uint32_t size);

/* Whether `to` is the address to use instead; a path that is too long is left as it was. */
__attribute__((noinline)) static bool route_address(struct local_address *to,
						    const struct local_address *from, uint32_t size,
						    unsigned intent, int *error)
{
	struct route route;
	char path[SOCKET_PATH_SIZE + 1];
	const size_t length = size - sizeof(from->family);
	size_t place_length;

	memcpy(path, from->path, length);
	path[length] = '\0';
	*error = find_route(&route, CWD_FD, path, intent);
	place_length = text_length(route.path);
	if (*error != 0 || route.path == path || place_length >= SOCKET_PATH_SIZE)
		return false;
	to->family = FAMILY_LOCAL;
	memcpy(to->path, route.path, place_length + 1);
	return true;
}

#define WRAP_SOCKET(name, intent)                                                                  \
	int name(int fd, const struct local_address *address, uint32_t size)                       \
	{                                                                                          \
		struct local_address routed;                                                       \
		int error = 0;                                                                     \
		if (address == NULL || size <= sizeof(address->family) + 1 ||                      \
		    size > sizeof(*address) || address->family != FAMILY_LOCAL ||                  \
		    address->path[0] == '\0')                                                      \
			return REAL(name)(fd, address, size);                                      \
		if (route_address(&routed, address, size, intent, &error))                         \
			return REAL(name)(fd, &routed, sizeof(routed));                            \
		return error != 0 ? fail_with(error) : REAL(name)(fd, address, size);              \
	}

WRAP_SOCKET(connect, FOLLOW)
WRAP_SOCKET(bind, ENTRY | MAKE)

/*
 * gettext reads its catalogues past all calls: it is told where they lie instead, and looks in one
 * place only, the bundle's where the bundle has the directory.
 */
INTERPOSE(char *, bindtextdomain, const char *domain, const char *path);

__attribute__((noinline)) static char *bindtextdomain_routed(const char *domain, const char *path)
{
	const struct view *now = view();
	struct route route;
	size_t length = now->top_length;

	if (find_route(&route, CWD_FD, path, FOLLOW) != 0 || route.node == NO_NODE)
		return REAL(bindtextdomain)(domain, path);
	if (route.is_bundled || length + 5 + route.length >= PATH_SIZE)
		return REAL(bindtextdomain)(domain, route.path);
	memcpy(route.place, now->top, length);
	memcpy(route.place + length, "/root", 5);
	memcpy(route.place + length + 5, route.seen, route.length + 1);
	return REAL(bindtextdomain)(domain, route.place);
}

char *bindtextdomain(const char *domain, const char *path)
{
	return is_plain(CWD_FD, path, FOLLOW) ? REAL(bindtextdomain)(domain, path)
					      : bindtextdomain_routed(domain, path);
}
