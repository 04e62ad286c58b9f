/*
 * The two daemons that answer for the host at a socket: its name cache, and SSSD.
 *
 * A daemon that does not listen costs one refused connection; one that says nothing, some seconds.
 * Descriptors are closed on exec, and before the lookup ends.
 */
#include "ask.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "patience.h"
#include "read.h"

enum {
	SOCKET_UNIX = 1,
	SOCKET_STREAM = 1,
	SOCKET_NONBLOCK = 04000,
	SEND_WITHOUT_SIGNAL = 0x4000,
};

/* Seconds. A name cache answers from memory; SSSD may have to ask its server first. */
enum { NSCD_PATIENCE = 5, SSSD_PATIENCE = 30 };

/* With 32 bits on x86, calls of their own came with Linux 4.3 only. */
#ifdef __NR_socketcall
#define SOCKET_CALL(number, ...) system_call(__NR_socketcall, number, ((long[]){ __VA_ARGS__ }))
enum { CALL_SOCKET = 1, CALL_CONNECT = 3, CALL_SENDTO = 11 };
#else
#define SOCKET_CALL(number, ...) system_call(number, __VA_ARGS__)
enum { CALL_SOCKET = __NR_socket, CALL_CONNECT = __NR_connect, CALL_SENDTO = __NR_sendto };
#endif

struct socket_address {
	uint16_t family;
	char path[108];
};

static int connect_to(const char *path)
{
	struct socket_address address = { .family = SOCKET_UNIX };
	const size_t length = text_length(path);
	const long fd = SOCKET_CALL(CALL_SOCKET, SOCKET_UNIX,
				    SOCKET_STREAM | SOCKET_NONBLOCK | O_CLOEXEC, 0);

	if (failed(fd))
		return -1;
	memcpy(address.path, path, length);
	if (failed(SOCKET_CALL(CALL_CONNECT, fd, (long)&address,
			       (long)(sizeof(address.family) + length + 1)))) {
		sys_close((int)fd);
		return -1;
	}
	return (int)fd;
}

static bool send_all(int fd, const void *from, size_t count, long until)
{
	const char *bytes = from;

	while (count > 0) {
		const long sent = SOCKET_CALL(CALL_SENDTO, fd, (long)bytes, (long)count,
					      SEND_WITHOUT_SIGNAL, 0, 0);

		if (sent == -EAGAIN && wait_ready(fd, POLLOUT, until))
			continue;
		if (sent == -EINTR)
			continue;
		if (failed(sent))
			return false;
		bytes += sent;
		count -= (size_t)sent;
	}
	return true;
}

/* Read `room` bytes, or fewer where the other side ends before; -1 where it cannot be told. */
static long receive(int fd, char *to, size_t room, long until)
{
	size_t count = 0;

	while (count < room) {
		const long got = sys_read(fd, to + count, room - count);

		if (got == 0)
			break;
		if (got == -EAGAIN && wait_ready(fd, POLLIN, until))
			continue;
		if (got == -EINTR)
			continue;
		if (failed(got))
			return -1;
		count += (size_t)got;
	}
	return (long)count;
}

enum verdict ask_nscd(const struct question *question, struct workplace *workplace)
{
	struct {
		int32_t version;
		uint32_t request;
		uint32_t length;
		char key[TEXT_LIMIT];
	} message = { .version = 2, .length = question->length + 1 };
	long until, size = -1;
	int fd;

	if (!nscd_request(question, &message.request))
		return UNANSWERED;
	fd = connect_to("/var/run/nscd/socket");
	if (fd < 0)
		return UNANSWERED;
	for (size_t i = 0; i <= question->length; i++)
		message.key[i] = question->text[i];
	until = seconds_now() + NSCD_PATIENCE;
	if (send_all(fd, &message, offsetof(__typeof__(message), key) + message.length, until))
		size = receive(fd, workplace->reply, REPLY_LIMIT, until);
	sys_close(fd);
	return size < 0 ? UNANSWERED
			: read_nscd(question, workplace->reply, (size_t)size, &workplace->answer);
}

struct sssd_header {
	uint32_t size;
	uint32_t command;
	uint32_t status;
	uint32_t reserved;
};

/* The size of the body that answers this command, or -1. */
static long converse(int fd, uint32_t command, const void *body, size_t size, char *reply,
		     long until)
{
	struct sssd_header header = { (uint32_t)(sizeof(header) + size), command, 0, 0 };

	if (!send_all(fd, &header, sizeof(header), until) || !send_all(fd, body, size, until) ||
	    receive(fd, (char *)&header, sizeof(header), until) != (long)sizeof(header))
		return -1;
	if (header.command != command || header.status != 0 || header.size < sizeof(header) ||
	    header.size > REPLY_LIMIT)
		return -1;
	size = header.size - sizeof(header);
	return receive(fd, reply, size, until) == (long)size ? (long)size : -1;
}

enum verdict ask_sssd(const struct question *question, struct workplace *workplace)
{
	const uint32_t version = 1;
	const bool by_id = question->subject == USER_BY_ID || question->subject == GROUP_BY_ID;
	const void *body = by_id ? (const void *)&question->id : question->text;
	uint32_t command, offered;
	long until, size = -1;
	int fd;

	if (!sssd_command(question, &command))
		return UNANSWERED;
	fd = connect_to("/var/lib/sss/pipes/nss");
	if (fd < 0)
		return UNANSWERED;
	until = seconds_now() + SSSD_PATIENCE;
	/* Its first command on each connection tells which protocol is spoken. */
	if (converse(fd, 1, &version, sizeof(version), workplace->reply, until) ==
	    (long)sizeof(offered)) {
		memcpy(&offered, workplace->reply, sizeof(offered));
		if (offered == version)
			size = converse(fd, command, body,
					by_id ? sizeof(question->id) : question->length + 1,
					workplace->reply, until);
	}
	sys_close(fd);
	return size < 0 ? UNANSWERED
			: read_sssd(question, workplace->reply, (size_t)size, &workplace->answer);
}
