/* Answers as the C library's structures. Nothing is written outside the buffer and the result. */
#include "give.h"
#include "base/text.h"
#include <asm/errno.h>

static int too_small(struct buffer *buffer)
{
	*buffer->errnop = ERANGE;
	return NSS_STATUS_TRYAGAIN;
}

static int host_too_small(struct buffer *buffer, int *h_errnop)
{
	*h_errnop = HOST_INTERNAL;
	return too_small(buffer);
}

/* Room for `count` objects of `size` bytes, aligned for pointers; NULL where it is not there. */
static void *take(struct buffer *buffer, size_t count, size_t size)
{
	const size_t pad = -(uintptr_t)buffer->at % _Alignof(void *);
	char *taken;

	if (pad > buffer->left || count > (buffer->left - pad) / size)
		return NULL;
	taken = buffer->at + pad;
	buffer->at = taken + count * size;
	buffer->left -= pad + count * size;
	return taken;
}

/* Copy the next string of the answer, and go on to the one behind it. */
static char *take_text(struct buffer *buffer, const char **text)
{
	const size_t size = text_length(*text) + 1;
	char *copy = buffer->at;

	if (size > buffer->left)
		return NULL;
	for (size_t i = 0; i < size; i++)
		copy[i] = (*text)[i];
	*text += size;
	buffer->at += size;
	buffer->left -= size;
	return copy;
}

int give_user(const struct answer *answer, void *wanted_user)
{
	struct wanted_user *wanted = wanted_user;
	struct buffer *buffer = &wanted->buffer;
	const char *text = answer->bytes;
	char *fields[5];

	for (int i = 0; i < 5; i++) {
		fields[i] = take_text(buffer, &text);
		if (fields[i] == NULL)
			return too_small(buffer);
	}
	*wanted->result = (struct passwd){
		.pw_name = fields[0],
		.pw_passwd = fields[1],
		.pw_uid = answer->id,
		.pw_gid = answer->group,
		.pw_gecos = fields[2],
		.pw_dir = fields[3],
		.pw_shell = fields[4],
	};
	return NSS_STATUS_SUCCESS;
}

/* A list of `count` strings, ended by NULL. */
static char **take_list(struct buffer *buffer, size_t count, const char *text)
{
	char **list = take(buffer, count + 1, sizeof(*list));

	if (list == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		list[i] = take_text(buffer, &text);
		if (list[i] == NULL)
			return NULL;
	}
	list[count] = NULL;
	return list;
}

int give_group(const struct answer *answer, void *wanted_group)
{
	struct wanted_group *wanted = wanted_group;
	struct buffer *buffer = &wanted->buffer;
	const char *text = answer->bytes;
	char *name = take_text(buffer, &text);
	char *password = name == NULL ? NULL : take_text(buffer, &text);
	char **members = password == NULL ? NULL : take_list(buffer, answer->count, text);

	if (members == NULL)
		return too_small(buffer);
	*wanted->result = (struct group){
		.gr_name = name,
		.gr_passwd = password,
		.gr_gid = answer->id,
		.gr_mem = members,
	};
	return NSS_STATUS_SUCCESS;
}

/* Double the list, to the limit where there is one; false where it is reached. */
static bool make_room(struct wanted_groups *wanted)
{
	long size = *wanted->size < 16 ? 16 : 2 * *wanted->size;
	gid_t *larger;

	if (wanted->limit > 0 && size > wanted->limit)
		size = wanted->limit;
	if (size <= *wanted->size)
		return false;
	larger = wanted->grow == NULL
			 ? NULL
			 : wanted->grow(*wanted->groups, (size_t)size * sizeof(*larger));
	if (larger == NULL) {
		*wanted->errnop = ENOMEM;
		return false;
	}
	*wanted->groups = larger;
	*wanted->size = size;
	return true;
}

int give_groups_of_user(const struct answer *answer, void *wanted_groups)
{
	struct wanted_groups *wanted = wanted_groups;

	*wanted->errnop = 0;
	for (uint32_t i = 0; i < answer->count; i++) {
		gid_t group;

		__builtin_memcpy(&group, answer->bytes + i * sizeof(group), sizeof(group));
		if (group == wanted->but)
			continue;
		/* What is beyond the limit is left out, as the C library's own modules do. */
		if (*wanted->start == *wanted->size && !make_room(wanted))
			return *wanted->errnop == 0 ? NSS_STATUS_SUCCESS : NSS_STATUS_TRYAGAIN;
		(*wanted->groups)[(*wanted->start)++] = group;
	}
	return NSS_STATUS_SUCCESS;
}

static struct address address_at(const struct answer *answer, uint32_t index)
{
	struct address address;
	const size_t start = text_length(answer->bytes) + 1;

	__builtin_memcpy(&address, answer->bytes + start + index * sizeof(address),
			 sizeof(address));
	return address;
}

static size_t length_of(uint32_t family)
{
	return family == FAMILY_IPV4 ? 4 : 16;
}

static char *take_address(struct buffer *buffer, const struct address *address)
{
	char *copy = take(buffer, 1, sizeof(address->bytes));

	if (copy != NULL)
		__builtin_memcpy(copy, address->bytes, sizeof(address->bytes));
	return copy;
}

static int fill_host(struct wanted_host *wanted, char *name, char **aliases, char **addresses)
{
	if (name == NULL || aliases == NULL || addresses == NULL)
		return host_too_small(&wanted->buffer, wanted->h_errnop);
	*wanted->result = (struct hostent){
		.h_name = name,
		.h_aliases = aliases,
		.h_addrtype = (int)wanted->family,
		.h_length = (int)length_of(wanted->family),
		.h_addr_list = addresses,
	};
	*wanted->h_errnop = HOST_SUCCESS;
	return NSS_STATUS_SUCCESS;
}

int give_host(const struct answer *answer, void *wanted_host)
{
	struct wanted_host *wanted = wanted_host;
	struct buffer *buffer = &wanted->buffer;
	const char *text = answer->bytes;
	char **addresses = take(buffer, (size_t)answer->count + 1, sizeof(*addresses));
	char **aliases = take(buffer, 1, sizeof(*aliases));
	char *name = take_text(buffer, &text);
	uint32_t count = 0;

	for (uint32_t i = 0; i < answer->count; i++) {
		const struct address address = address_at(answer, i);

		if (address.family != wanted->family)
			continue;
		if (addresses == NULL)
			return host_too_small(buffer, wanted->h_errnop);
		addresses[count] = take_address(buffer, &address);
		if (addresses[count++] == NULL)
			return host_too_small(buffer, wanted->h_errnop);
	}
	if (count == 0)
		return NSS_STATUS_UNAVAIL;
	addresses[count] = NULL;
	if (aliases != NULL)
		aliases[0] = NULL;
	return fill_host(wanted, name, aliases, addresses);
}

int give_names_of_address(const struct answer *answer, void *wanted_host)
{
	struct wanted_host *wanted = wanted_host;
	struct buffer *buffer = &wanted->buffer;
	const char *text = answer->bytes;
	char **addresses = take(buffer, 2, sizeof(*addresses));
	char *address = addresses == NULL ? NULL : take_address(buffer, wanted->address);
	char *name = take_text(buffer, &text);
	char **aliases = name == NULL ? NULL : take_list(buffer, answer->count - 1, text);

	if (address == NULL)
		return host_too_small(buffer, wanted->h_errnop);
	addresses[0] = address;
	addresses[1] = NULL;
	return fill_host(wanted, name, aliases, addresses);
}

int give_tuples(const struct answer *answer, void *wanted_tuples)
{
	struct wanted_tuples *wanted = wanted_tuples;
	struct buffer *buffer = &wanted->buffer;
	const char *text = answer->bytes;
	struct gaih_addrtuple *tuples = take(buffer, answer->count, sizeof(*tuples));
	char *name = tuples == NULL ? NULL : take_text(buffer, &text);

	if (name == NULL)
		return host_too_small(buffer, wanted->h_errnop);
	for (uint32_t i = 0; i < answer->count; i++) {
		const struct address address = address_at(answer, i);

		tuples[i] = (struct gaih_addrtuple){
			.next = i + 1 < answer->count ? &tuples[i + 1] : NULL,
			.name = i == 0 ? name : NULL,
			.family = (int)address.family,
		};
		__builtin_memcpy(tuples[i].addr, address.bytes, length_of(address.family));
	}
	/* Where the C library brings the first tuple, it is that one which is to be filled. */
	if (*wanted->result == NULL)
		*wanted->result = tuples;
	else
		**wanted->result = tuples[0];
	*wanted->h_errnop = HOST_SUCCESS;
	return NSS_STATUS_SUCCESS;
}
