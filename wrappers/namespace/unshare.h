/*
 * Away from the host's mounts, with the right to make others; or why not.
 */
#ifndef DYNPK_UNSHARE_H
#define DYNPK_UNSHARE_H

#include <stdbool.h>

/* Why this host gives no namespace. */
enum obstacle {
	NO_OBSTACLE,
	OBSTACLE_REFUSED,
	OBSTACLE_USED_UP,
	OBSTACLE_UNKNOWN_TO_KERNEL,
	OBSTACLE_NO_RIGHTS,
	OBSTACLE_NO_MOUNTS,
	OBSTACLE_NO_PROC,
	OBSTACLE_LONG_PATH,
};

/* In words, a sentence of their own. */
const char *obstacle_text(enum obstacle obstacle);

/* Into namespaces of users and of mounts, of which it has all rights. There is no way back. */
enum obstacle unshare_as_user(void);

/*
 * Leave the host's mounts and set the mark first: it is looked for in the list of mounts. There is
 * no way back. `has_rights`: the process needed no user namespace and keeps what it had.
 */
enum obstacle begin_namespace(const char *mark, bool *has_rights);

/* The same in a child that ends. */
enum obstacle try_in_child(const char *mark);

/* Whether the host may let everybody make a user namespace and then give no rights in it. */
bool may_mislead(void);

#endif
