/*
 * The usual shape of a call that takes a path: as it is where the bundle has nothing to do with it,
 * otherwise with the path it leads to. The buffers are only on the stack of the second.
 */
#ifndef DYNPK_SHIM_WRAP_H
#define DYNPK_SHIM_WRAP_H

#include "base/file.h"
#include "plain.h"
#include "route.h"
#include "symbols.h"
#include "view.h"

/*
 * `plain` are the arguments as they came, `routed` those with `route.directory` and `route.path`;
 * `failure` is what the call returns when it fails.
 */
#define WRAP(type, failure, name, directory, path, intent, parameters, plain, routed)              \
	EXPORT type name parameters;                                                               \
	static struct real real_##name = { #name, NULL };                                          \
	__attribute__((noinline)) static type name##_routed parameters                             \
	{                                                                                          \
		ROUTE(route);                                                                      \
		const int error = find_route(&route, directory, path, intent);                     \
		if (error != 0) {                                                                  \
			set_error(error);                                                          \
			return failure;                                                            \
		}                                                                                  \
		return REAL(name) routed;                                                          \
	}                                                                                          \
	type name parameters                                                                       \
	{                                                                                          \
		if (is_plain(directory, path, intent))                                             \
			return REAL(name) plain;                                                   \
		return name##_routed plain;                                                        \
	}

/* A call of one path, counted from the working directory. */
#define WRAP_PATH(type, failure, name, intent, parameters, plain, routed)                          \
	WRAP(type, failure, name, AT_FDCWD, path, intent, parameters, plain, routed)

/* With `flags` of which one says whether the last link is followed. */
static inline unsigned follow_by(int flags)
{
	return (flags & AT_SYMLINK_NOFOLLOW) != 0 ? 0 : FOLLOW;
}

/* A path that may be empty to mean the descriptor itself is none of ours: see is_plain(). */

#endif
