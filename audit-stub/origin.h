/* Where a file comes from: the judgement of one object, made with the file system's help. */
#ifndef DYNPK_AUDIT_ORIGIN_H
#define DYNPK_AUDIT_ORIGIN_H

#include "report.h"
#include "start.h"

/*
 * Judge a file by the name it is opened by. Sets all that concerns the file but its identity;
 * `resolved` stays valid until the next call. `starting`: none of the program's code has run.
 */
void judge_file(const struct start *start, const char *opened, bool starting,
		struct object *object);

/* Judge a file by a path whose links are resolved. */
void judge_real_path(const struct start *start, const char *path, struct object *object);

/* Set device and inode. */
void identify(struct object *object);

/* Whether ld.so would try to map it: it passes over what it cannot read or what is foreign. */
bool loadable(const struct start *start, const char *path);

/* Whether one of the bundle's library directories has `name`. */
bool bundle_has(const struct start *start, const char *name);

#endif
