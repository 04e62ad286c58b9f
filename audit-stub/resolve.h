/*
 * What a path is once its links are resolved, by as few system calls as can be. The file system
 * comes in as a function, so that tests can bring their own.
 */
#ifndef DYNPK_AUDIT_RESOLVE_H
#define DYNPK_AUDIT_RESOLVE_H

#include "judge.h"

/* As readlink(2): the length, or a negative errno. */
typedef long read_link(const char *path, char *to, size_t room);

struct resolved_path {
	/* Whether a symbolic link was followed on the way. */
	bool linked;
	/* After a failure: as far as it could be resolved. */
	char bytes[PATH_MAX];
	/* Scratch: what is left to walk, and the link just read. */
	char rest[2][PATH_MAX];
	char link[PATH_MAX];
};

/*
 * What one walk learnt for the next: the directory it came to without following a link, and the
 * name below that was not there. The loader asks for many names in the same few directories, half
 * of which nobody has.
 */
struct landmark {
	/* How much of `spelled` is that directory, and how much with the missing name; 0: none. */
	size_t directory, missing;
	/* How much of the resolved path is that directory. */
	size_t real;
	/* A directory with a longer name is walked again each time. */
	char spelled[512];
};

/*
 * Resolve every link, `.` and `..` of an absolute path. False when a component is missing, cannot
 * be passed, or the kernel would refuse it (too long, more than 40 links).
 */
bool resolve_path(const char *path, struct resolved_path *resolved, read_link *read);

/*
 * The same, while nobody changes directories: from the landmark that the last call left, or from
 * `top`, a directory that is resolved already. `resolved` must be the one of the last call.
 */
bool resolve_near(const char *path, const char *top, struct landmark *landmark,
		  struct resolved_path *resolved, read_link *read);

#endif
