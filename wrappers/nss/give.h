/*
 * Answers as the C library's own structures, in the buffer it brings.
 *
 * Each returns an enum nss_status. A buffer that is too small is NSS_STATUS_TRYAGAIN with ERANGE,
 * upon which the C library comes again with a larger one.
 */
#ifndef DYNPK_NSS_GIVE_H
#define DYNPK_NSS_GIVE_H

#include <grp.h>
#include <netdb.h>
#include <pwd.h>

#include "answer.h"

/* Of glibc's <nss.h>, which a machine with another C library lacks; the interface is the same for
 * ever. */
enum nss_status {
	NSS_STATUS_TRYAGAIN = -2,
	NSS_STATUS_UNAVAIL,
	NSS_STATUS_NOTFOUND,
	NSS_STATUS_SUCCESS,
};

struct gaih_addrtuple {
	struct gaih_addrtuple *next;
	char *name;
	int family;
	uint32_t addr[4];
	uint32_t scopeid;
};

/* What h_errno may be: in order, look into errno, nothing wrong, and no way to tell. */
enum { HOST_INTERNAL = -1, HOST_SUCCESS = 0, HOST_NO_RECOVERY = 3 };

struct buffer {
	char *at;
	size_t left;
	int *errnop;
};

struct wanted_user {
	struct passwd *result;
	struct buffer buffer;
};

struct wanted_group {
	struct group *result;
	struct buffer buffer;
};

/* Of initgroups_dyn: a list that may have to grow, in the C library's heap. */
struct wanted_groups {
	gid_t but;
	long *start;
	long *size;
	gid_t **groups;
	long limit;
	int *errnop;
	void *(*grow)(void *list, size_t size);
};

struct wanted_host {
	struct hostent *result;
	uint32_t family;
	/* The address that was asked for, by give_names_of_address. */
	const struct address *address;
	int *h_errnop;
	struct buffer buffer;
};

/* Of gethostbyname4_r: every address there is. */
struct wanted_tuples {
	struct gaih_addrtuple **result;
	int *h_errnop;
	struct buffer buffer;
};

int give_user(const struct answer *answer, void *wanted_user);
int give_group(const struct answer *answer, void *wanted_group);
int give_groups_of_user(const struct answer *answer, void *wanted_groups);
/* NSS_STATUS_UNAVAIL where there is no address of the family that is wanted. */
int give_host(const struct answer *answer, void *wanted_host);
int give_names_of_address(const struct answer *answer, void *wanted_host);
int give_tuples(const struct answer *answer, void *wanted_tuples);

#endif
