/* Paths inside the addresses of sockets. */
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "wrap.h"

enum { FAMILY_LOCAL = 1, SOCKET_PATH_SIZE = 108 };

struct local_address {
	uint16_t family;
	char path[SOCKET_PATH_SIZE];
};

/* struct msghdr. */
struct message {
	const struct local_address *address;
	uint32_t address_size;
	void *parts;
	size_t part_count;
	void *control;
	size_t control_size;
	int flags;
};

INTERPOSE(long, sendto, int fd, const void *data, size_t size, int flags,
	  const struct local_address *address, uint32_t address_size);
INTERPOSE(long, sendmsg, int fd, const struct message *message, int flags);
#ifdef __i386__
/* With 64 bits for times that come along. */
INTERPOSE(long, __sendmsg64, int fd, const struct message *message, int flags);
#endif
INTERPOSE(int, connect, int fd, const struct local_address *address, uint32_t size);
INTERPOSE(int, bind, int fd, const struct local_address *address, uint32_t size);

/* Whether `to` is the address to use instead; a path that is too long is left as it was. */
__attribute__((noinline)) static bool route_address(struct local_address *to,
						    const struct local_address *from, uint32_t size,
						    unsigned intent, int *error)
{
	ROUTE(route);
	char path[SOCKET_PATH_SIZE + 1];
	const size_t length = size - sizeof(from->family);
	size_t place_length;

	memcpy(path, from->path, length);
	path[length] = '\0';
	*error = find_route(&route, AT_FDCWD, path, intent);
	/* What sockets say of a name that is taken. */
	if (*error == EEXIST)
		*error = EADDRINUSE;
	place_length = text_length(route.path);
	if (*error != 0 || route.path == path || place_length >= SOCKET_PATH_SIZE)
		return false;
	to->family = FAMILY_LOCAL;
	memcpy(to->path, route.path, place_length + 1);
	return true;
}

static bool has_path(const struct local_address *address, uint32_t size)
{
	return address != NULL && size > sizeof(address->family) + 1 && size <= sizeof(*address) &&
	       address->family == FAMILY_LOCAL && address->path[0] != '\0';
}

#define WRAP_SOCKET(name, intent)                                                                  \
	int name(int fd, const struct local_address *address, uint32_t size)                       \
	{                                                                                          \
		struct local_address routed;                                                       \
		int error = 0;                                                                     \
		if (!has_path(address, size))                                                      \
			return REAL(name)(fd, address, size);                                      \
		if (route_address(&routed, address, size, intent, &error))                         \
			return REAL(name)(fd, &routed, sizeof(routed));                            \
		return error != 0 ? fail_with(error) : REAL(name)(fd, address, size);              \
	}

WRAP_SOCKET(connect, FOLLOW)
WRAP_SOCKET(bind, ENTRY | MAKE)
EXPORT int __connect(int fd, const struct local_address *address, uint32_t size)
	__attribute__((alias("connect")));

long sendto(int fd, const void *data, size_t size, int flags, const struct local_address *address,
	    uint32_t address_size)
{
	struct local_address routed;
	int error = 0;

	if (!has_path(address, address_size))
		return REAL(sendto)(fd, data, size, flags, address, address_size);
	if (route_address(&routed, address, address_size, FOLLOW, &error))
		return REAL(sendto)(fd, data, size, flags, &routed, sizeof(routed));
	if (error != 0)
		return fail_with(error);
	return REAL(sendto)(fd, data, size, flags, address, address_size);
}

#define WRAP_MESSAGE(name)                                                                         \
	long name(int fd, const struct message *message, int flags)                                \
	{                                                                                          \
		struct local_address routed;                                                       \
		struct message other;                                                              \
		int error = 0;                                                                     \
                                                                                                   \
		if (message == NULL || !has_path(message->address, message->address_size))         \
			return REAL(name)(fd, message, flags);                                     \
		if (route_address(&routed, message->address, message->address_size, FOLLOW,        \
				  &error)) {                                                       \
			other = *message;                                                          \
			other.address = &routed;                                                   \
			other.address_size = sizeof(routed);                                       \
			return REAL(name)(fd, &other, flags);                                      \
		}                                                                                  \
		return error != 0 ? fail_with(error) : REAL(name)(fd, message, flags);             \
	}

WRAP_MESSAGE(sendmsg)
#ifdef __i386__
WRAP_MESSAGE(__sendmsg64)
#endif
