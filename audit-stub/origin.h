/* Where a file comes from: the judgement of one object, made with the file system's help. */
#ifndef DYNPK_AUDIT_ORIGIN_H
#define DYNPK_AUDIT_ORIGIN_H

#include "report.h"
#include "resolve.h"
#include "start.h"

/* What judging a file takes besides; the caller's, so that threads need not wait for each other. */
struct origin_room {
	char absolute[PATH_MAX];
	char above[PATH_MAX];
	struct resolved_path resolved;
	struct resolved_path plain;
};

/*
 * Judge a file by the name it is opened by. Sets all that concerns the file but its identity;
 * `resolved` stays valid as long as the room is not used again. `near` is what the last call with
 * this room has left, while none of the program's code has run; else NULL.
 */
void judge_file(const struct start *start, struct origin_room *room, const char *opened,
		struct landmark *near, struct object *object);

/* Judge a file by a path whose links are resolved. */
void judge_real_path(const struct start *start, struct origin_room *room, const char *path,
		     struct object *object);

/* Set device and inode. */
void identify(struct object *object);

/* Whether ld.so would try to map it: it passes over what it cannot read or what is foreign. */
bool loadable(const struct start *start, const char *path);

/* Whether one of the bundle's library directories has `name`. */
bool bundle_has(const struct start *start, const char *name);

#endif
