/*
 * The module of the name service switch that answers in a bundle for services of the host's.
 *
 * /etc/nsswitch.conf is the host's, and names services whose modules only the host has. glibc looks
 * for libnss_SERVICE.so.2 in the bundle, finds this object under every such name, and calls
 * _nss_SERVICE_getpwnam_r and the like. What is not defined here is unavailable, as from any
 * module: enumerations, and databases other than passwd, group, initgroups and hosts.
 *
 * For hosts nothing is ever said to be absent: `[NOTFOUND=return]` behind a service must not keep
 * the bundle's own dns from being asked.
 */
#include "ask.h"
#include "give.h"
#include <asm/errno.h>

extern void *realloc(void *, size_t) __attribute__((weak));

enum scope { ANY_NAME, LOCAL_NAMES };

static int ask_names(const struct question *question, giver *give, void *context, int *errnop)
{
	int status = NSS_STATUS_UNAVAIL;

	switch (ask_host(question, give, context, &status)) {
	case FOUND:
		return status;
	case ABSENT:
		*errnop = ENOENT;
		return NSS_STATUS_NOTFOUND;
	case UNANSWERED:
	default:
		/* Any other errno would be the caller's error; without the module there is none. */
		*errnop = 0;
		return NSS_STATUS_UNAVAIL;
	}
}

static int refuse_name(int *errnop)
{
	*errnop = ENOENT;
	return NSS_STATUS_NOTFOUND;
}

static int find_user(const char *name, uid_t id, bool sssd, struct wanted_user wanted)
{
	struct question question;

	if (name == NULL)
		make_question_by_id(&question, USER_BY_ID, id);
	else if (!make_question(&question, USER_BY_NAME, name))
		return refuse_name(wanted.buffer.errnop);
	question.sssd_decides = sssd;
	return ask_names(&question, give_user, &wanted, wanted.buffer.errnop);
}

static int find_group(const char *name, gid_t id, bool sssd, struct wanted_group wanted)
{
	struct question question;

	if (name == NULL)
		make_question_by_id(&question, GROUP_BY_ID, id);
	else if (!make_question(&question, GROUP_BY_NAME, name))
		return refuse_name(wanted.buffer.errnop);
	question.sssd_decides = sssd;
	return ask_names(&question, give_group, &wanted, wanted.buffer.errnop);
}

static int find_groups_of_user(const char *name, bool sssd, struct wanted_groups wanted)
{
	struct question question;

	if (!make_question(&question, GROUPS_OF_USER, name))
		return refuse_name(wanted.errnop);
	question.sssd_decides = sssd;
	wanted.grow = &realloc == NULL ? NULL : realloc;
	return ask_names(&question, give_groups_of_user, &wanted, wanted.errnop);
}

/* What was said of the name before stays so, but for a buffer that was too small: that is settled.
 */
static int unavailable(int *h_errnop)
{
	if (*h_errnop == HOST_INTERNAL)
		*h_errnop = HOST_NO_RECOVERY;
	return NSS_STATUS_UNAVAIL;
}

static int ask_hosts(const struct question *question, giver *give, void *context, int *h_errnop)
{
	int status = NSS_STATUS_UNAVAIL;

	if (ask_host(question, give, context, &status) != FOUND || status == NSS_STATUS_UNAVAIL)
		return unavailable(h_errnop);
	return status;
}

/* Whether the name ends in `.local`, with or without a final dot. */
static bool is_local(const struct question *question)
{
	static const char ending[] = ".local";
	const size_t size = sizeof(ending) - 1;
	size_t length = question->length;

	if (question->text[length - 1] == '.')
		length--;
	if (length <= size)
		return false;
	for (size_t i = 0; i < size; i++) {
		const char byte = question->text[length - size + i];

		if ((byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte) != ending[i])
			return false;
	}
	return true;
}

static bool make_host_question(struct question *question, const char *name, enum scope scope)
{
	return make_question(question, ADDRESSES_OF_HOST, name) &&
	       (scope == ANY_NAME || is_local(question));
}

static int find_host(const char *name, enum scope scope, struct wanted_host wanted)
{
	struct question question;

	if ((wanted.family != FAMILY_IPV4 && wanted.family != FAMILY_IPV6) ||
	    !make_host_question(&question, name, scope))
		return unavailable(wanted.h_errnop);
	return ask_hosts(&question, give_host, &wanted, wanted.h_errnop);
}

static int find_tuples(const char *name, enum scope scope, struct wanted_tuples wanted)
{
	struct question question;

	if (!make_host_question(&question, name, scope))
		return unavailable(wanted.h_errnop);
	return ask_hosts(&question, give_tuples, &wanted, wanted.h_errnop);
}

static int find_names(const void *bytes, socklen_t length, enum scope scope,
		      struct wanted_host wanted)
{
	struct question question;
	struct address address = { .family = wanted.family };

	/* Which addresses are announced on the local network alone, cannot be told. */
	if (scope == LOCAL_NAMES || (length != 4 && length != 16) ||
	    wanted.family != (length == 4 ? FAMILY_IPV4 : FAMILY_IPV6))
		return unavailable(wanted.h_errnop);
	__builtin_memcpy(address.bytes, bytes, length);
	make_question_by_address(&question, &address);
	wanted.address = &address;
	return ask_hosts(&question, give_names_of_address, &wanted, wanted.h_errnop);
}

#define EXPORTED __attribute__((visibility("default")))
#define FUNCTION(service, name) EXPORTED enum nss_status _nss_##service##_##name
#define BUFFER                                                                                     \
	(struct buffer)                                                                            \
	{                                                                                          \
		buffer, size, errnop                                                               \
	}

#define USERS_OF(service, sssd)                                                                    \
	FUNCTION(service, getpwnam_r)                                                              \
	(const char *name, struct passwd *result, char *buffer, size_t size, int *errnop);         \
	FUNCTION(service, getpwnam_r)                                                              \
	(const char *name, struct passwd *result, char *buffer, size_t size, int *errnop)          \
	{                                                                                          \
		return find_user(name, 0, sssd, (struct wanted_user){ result, BUFFER });           \
	}                                                                                          \
	FUNCTION(service, getpwuid_r)                                                              \
	(uid_t id, struct passwd * result, char *buffer, size_t size, int *errnop);                \
	FUNCTION(service, getpwuid_r)                                                              \
	(uid_t id, struct passwd * result, char *buffer, size_t size, int *errnop)                 \
	{                                                                                          \
		return find_user(NULL, id, sssd, (struct wanted_user){ result, BUFFER });          \
	}                                                                                          \
	FUNCTION(service, getgrnam_r)                                                              \
	(const char *name, struct group *result, char *buffer, size_t size, int *errnop);          \
	FUNCTION(service, getgrnam_r)                                                              \
	(const char *name, struct group *result, char *buffer, size_t size, int *errnop)           \
	{                                                                                          \
		return find_group(name, 0, sssd, (struct wanted_group){ result, BUFFER });         \
	}                                                                                          \
	FUNCTION(service, getgrgid_r)                                                              \
	(gid_t id, struct group * result, char *buffer, size_t size, int *errnop);                 \
	FUNCTION(service, getgrgid_r)                                                              \
	(gid_t id, struct group * result, char *buffer, size_t size, int *errnop)                  \
	{                                                                                          \
		return find_group(NULL, id, sssd, (struct wanted_group){ result, BUFFER });        \
	}                                                                                          \
	FUNCTION(service, initgroups_dyn)                                                          \
	(const char *user, gid_t but, long *start, long *size, gid_t **groups, long limit,         \
	 int *errnop);                                                                             \
	FUNCTION(service, initgroups_dyn)                                                          \
	(const char *user, gid_t but, long *start, long *size, gid_t **groups, long limit,         \
	 int *errnop)                                                                              \
	{                                                                                          \
		return find_groups_of_user(user, sssd,                                             \
					   (struct wanted_groups){ but, start, size, groups,       \
								   limit, errnop, NULL });         \
	}

#define HOST(family, buffer)                                                                       \
	(struct wanted_host)                                                                       \
	{                                                                                          \
		result, family, NULL, h_errnop, buffer                                             \
	}

#define HOSTS_OF(service, scope)                                                                   \
	FUNCTION(service, gethostbyname4_r)                                                        \
	(const char *name, struct gaih_addrtuple **result, char *buffer, size_t size, int *errnop, \
	 int *h_errnop, int32_t *ttl);                                                             \
	FUNCTION(service, gethostbyname4_r)                                                        \
	(const char *name, struct gaih_addrtuple **result, char *buffer, size_t size, int *errnop, \
	 int *h_errnop, int32_t *ttl)                                                              \
	{                                                                                          \
		if (ttl != NULL)                                                                   \
			*ttl = 0;                                                                  \
		return find_tuples(name, scope,                                                    \
				   (struct wanted_tuples){ result, h_errnop, BUFFER });            \
	}                                                                                          \
	FUNCTION(service, gethostbyname3_r)                                                        \
	(const char *name, int family, struct hostent *result, char *buffer, size_t size,          \
	 int *errnop, int *h_errnop, int32_t *ttl, char **canonical);                              \
	FUNCTION(service, gethostbyname3_r)                                                        \
	(const char *name, int family, struct hostent *result, char *buffer, size_t size,          \
	 int *errnop, int *h_errnop, int32_t *ttl, char **canonical)                               \
	{                                                                                          \
		const enum nss_status status =                                                     \
			find_host(name, scope, HOST((uint32_t)family, BUFFER));                    \
		if (ttl != NULL)                                                                   \
			*ttl = 0;                                                                  \
		if (status == NSS_STATUS_SUCCESS && canonical != NULL)                             \
			*canonical = result->h_name;                                               \
		return status;                                                                     \
	}                                                                                          \
	FUNCTION(service, gethostbyname2_r)                                                        \
	(const char *name, int family, struct hostent *result, char *buffer, size_t size,          \
	 int *errnop, int *h_errnop);                                                              \
	FUNCTION(service, gethostbyname2_r)                                                        \
	(const char *name, int family, struct hostent *result, char *buffer, size_t size,          \
	 int *errnop, int *h_errnop)                                                               \
	{                                                                                          \
		return find_host(name, scope, HOST((uint32_t)family, BUFFER));                     \
	}                                                                                          \
	FUNCTION(service, gethostbyname_r)                                                         \
	(const char *name, struct hostent *result, char *buffer, size_t size, int *errnop,         \
	 int *h_errnop);                                                                           \
	FUNCTION(service, gethostbyname_r)                                                         \
	(const char *name, struct hostent *result, char *buffer, size_t size, int *errnop,         \
	 int *h_errnop)                                                                            \
	{                                                                                          \
		return find_host(name, scope, HOST(FAMILY_IPV4, BUFFER));                          \
	}                                                                                          \
	FUNCTION(service, gethostbyaddr_r)                                                         \
	(const void *address, socklen_t length, int family, struct hostent *result, char *buffer,  \
	 size_t size, int *errnop, int *h_errnop);                                                 \
	FUNCTION(service, gethostbyaddr_r)                                                         \
	(const void *address, socklen_t length, int family, struct hostent *result, char *buffer,  \
	 size_t size, int *errnop, int *h_errnop)                                                  \
	{                                                                                          \
		return find_names(address, length, scope, HOST((uint32_t)family, BUFFER));         \
	}

#define SSSD(service) USERS_OF(service, true)
#define USERS(service) USERS_OF(service, false)
#define HOSTS(service) HOSTS_OF(service, ANY_NAME)
#define LOCAL_HOSTS(service) HOSTS_OF(service, LOCAL_NAMES)

#include "services.h"
