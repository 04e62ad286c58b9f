/* Sockets that have paths. */
#include "probe.h"
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un local_address(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

static void call_connect(void)
{
	const struct sockaddr_un address = local_address();

	answer(connect(socket(AF_UNIX, SOCK_STREAM, 0), (const void *)&address, sizeof(address)) ==
	       0);
}

static void call_bind(void)
{
	const struct sockaddr_un address = local_address();

	answer(bind(socket(AF_UNIX, SOCK_STREAM, 0), (const void *)&address, sizeof(address)) == 0);
}

static void call_sendto(void)
{
	const struct sockaddr_un address = local_address();

	answer(sendto(socket(AF_UNIX, SOCK_DGRAM, 0), "x", 1, 0, (const void *)&address,
		      sizeof(address)) == 1);
}

static void call_sendmsg(void)
{
	struct sockaddr_un address = local_address();
	struct iovec part = { (void *)"x", 1 };
	const struct msghdr message = { .msg_name = &address,
					.msg_namelen = sizeof(address),
					.msg_iov = &part,
					.msg_iovlen = 1 };

	answer(sendmsg(socket(AF_UNIX, SOCK_DGRAM, 0), &message, 0) == 1);
}

const struct call sockets_calls[] = {
	{ "connect", call_connect }, { "bind", call_bind }, { "sendto", call_sendto },
	{ "sendmsg", call_sendmsg }, { NULL, NULL },
};
