/* Where a file comes from: the judgement of one object, made with the file system's help. */
#ifndef DYNPK_AUDIT_ORIGIN_H
#define DYNPK_AUDIT_ORIGIN_H

#include "report.h"
#include "start.h"

/*
 * Judge a file by the name it is opened by. Sets opened, resolved, device, inode, verdict and
 * pattern; `resolved` stays valid until the next call.
 */
void judge_file(const struct start *start, const char *opened, struct object *object);

/* Whether ld.so would try to map it: it passes over what it cannot read or what is foreign. */
bool loadable(const struct start *start, const char *path);

/* Whether one of the bundle's library directories has `name`. */
bool bundle_has(const struct start *start, const char *name);

#endif
