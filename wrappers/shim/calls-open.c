/* Files opened, by descriptor and by stream. */
#include "audit.h"
#include "base/file.h"
#include "descriptors.h"
#include "own-file.h"
#include "sandbox.h"
#include "wrap.h"
#include <stdarg.h>

INTERPOSE(int, open, const char *path, int flags, ...);
INTERPOSE(int, openat, int directory, const char *path, int flags, ...);
INTERPOSE(int, open64, const char *path, int flags, ...);
INTERPOSE(int, openat64, int directory, const char *path, int flags, ...);
INTERPOSE(int, creat, const char *path, unsigned mode);
INTERPOSE(int, creat64, const char *path, unsigned mode);
INTERPOSE(int, __open_2, const char *path, int flags);
INTERPOSE(int, __open64_2, const char *path, int flags);
INTERPOSE(int, __openat_2, int directory, const char *path, int flags);
INTERPOSE(int, __openat64_2, int directory, const char *path, int flags);

/* What the calls whose names end with 64 add to the flags: with 64 bits nothing. */
#ifdef __i386__
enum { LARGE = O_LARGEFILE };
#else
enum { LARGE = 0 };
#endif

static int call_open(int directory, const char *path, int flags, unsigned mode)
{
	return directory == AT_FDCWD ? REAL(open)(path, flags, mode)
				     : REAL(openat)(directory, path, flags, mode);
}

/* A descriptor that only names a launcher may be what is to be started. */
static bool is_reading(int flags)
{
	return (flags & (O_ACCMODE | O_CREAT | O_TRUNC | O_PATH | __O_TMPFILE)) == 0;
}

/* What the kernel says of a file system that is mounted read-only. */
static int refuse_open(const struct route *route, int flags)
{
	const struct view *now = view();
	const bool exists = route->node != NO_NODE;
	const bool is_directory = exists && node_at(now->table, route->node)->kind <= NODE_WHOLE;
	const bool writes = (flags & (O_WRONLY | O_RDWR | O_TRUNC)) != 0;

	if (!route->is_bundled || (flags & O_PATH) != 0)
		return 0;
	if ((flags & __O_TMPFILE) != 0)
		return exists && is_directory ? EROFS : 0;
	if ((flags & O_CREAT) != 0 && !exists)
		return EROFS;
	if ((flags & O_CREAT) != 0 && (flags & O_EXCL) != 0)
		return EEXIST;
	if (!exists || !(writes || (flags & O_CREAT) != 0))
		return 0;
	if (is_directory)
		return EISDIR;
	return writes ? EROFS : 0;
}

__attribute__((noinline)) static int open_routed(int directory, const char *path, int flags,
						 unsigned mode, unsigned intent)
{
	ROUTE(route);
	int error = find_route(&route, directory, path, intent);

	if (error == 0)
		error = refuse_open(&route, flags);
	if (error != 0)
		return fail_with(error);
	if ((intent & READ) != 0)
		show_image(&route);
	return call_open(route.directory, route.path, flags, mode);
}

/*
 * Whether the last name is a link is left to the kernel: a link that may lead into the bundle
 * fails to open, and only then is it followed here.
 */
static int open_seen(int directory, const char *path, int flags, unsigned mode)
{
	const int makes_new = O_CREAT | O_EXCL;
	const bool follows = (flags & O_NOFOLLOW) == 0 && (flags & makes_new) != makes_new;
	const unsigned intent = !follows ? 0 : is_reading(flags) ? FOLLOW | READ : FOLLOW;
	bool asks;
	enum plainness how;
	int fd, error;

	if (view() == NULL)
		return call_open(directory, path, flags, mode);
	asks = follows && (flags & O_PATH) == 0 && !is_in_sandbox();
	how = how_plain(directory, path, asks ? intent | UNFOLLOWED : intent);
	if (how == NOT_PLAIN || how == PLAIN_IF_THERE)
		return open_routed(directory, path, flags, mode, intent);
	if (!asks)
		return call_open(directory, path, flags, mode);
	fd = call_open(directory, path, flags | O_NOFOLLOW, mode);
	if (__builtin_expect(fd >= 0, 1))
		return fd;
	error = last_error();
	if (error != ELOOP && !(error == ENOTDIR && (flags & O_DIRECTORY) != 0))
		return fd;
	return open_routed(directory, path, flags, mode, intent);
}

static int open_in_view(int directory, const char *path, int flags, unsigned mode)
{
	const int fd = open_seen(directory, path, flags, mode);

	return is_reading(flags) ? note_opened(fd, path) : fd;
}

#define MODE_OF(flags, mode)                                                                       \
	do {                                                                                       \
		if (((flags)&O_CREAT) != 0 || ((flags)&__O_TMPFILE) != 0) {                        \
			va_list rest;                                                              \
			va_start(rest, flags);                                                     \
			mode = va_arg(rest, unsigned);                                             \
			va_end(rest);                                                              \
		}                                                                                  \
	} while (0)

int open(const char *path, int flags, ...)
{
	unsigned mode = 0;

	MODE_OF(flags, mode);
	return open_in_view(AT_FDCWD, path, flags, mode);
}

EXPORT int __open(const char *path, int flags, ...) __attribute__((alias("open")));

int open64(const char *path, int flags, ...)
{
	unsigned mode = 0;

	MODE_OF(flags, mode);
	return open_in_view(AT_FDCWD, path, flags | LARGE, mode);
}

EXPORT int __open64(const char *path, int flags, ...) __attribute__((alias("open64")));

int openat(int directory, const char *path, int flags, ...)
{
	unsigned mode = 0;

	MODE_OF(flags, mode);
	return open_in_view(directory, path, flags, mode);
}

int openat64(int directory, const char *path, int flags, ...)
{
	unsigned mode = 0;

	MODE_OF(flags, mode);
	return open_in_view(directory, path, flags | LARGE, mode);
}

int creat(const char *path, unsigned mode)
{
	return open_in_view(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat64(const char *path, unsigned mode)
{
	return open_in_view(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC | LARGE, mode);
}

/* The checking ones abort where a mode is missing: that is left to them. */
static bool lacks_mode(int flags)
{
	return (flags & O_CREAT) != 0 || (flags & __O_TMPFILE) != 0;
}

int __open_2(const char *path, int flags)
{
	return lacks_mode(flags) ? REAL(__open_2)(path, flags)
				 : open_in_view(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
	return lacks_mode(flags) ? REAL(__open64_2)(path, flags)
				 : open_in_view(AT_FDCWD, path, flags | LARGE, 0);
}

int __openat_2(int directory, const char *path, int flags)
{
	return lacks_mode(flags) ? REAL(__openat_2)(directory, path, flags)
				 : open_in_view(directory, path, flags, 0);
}

int __openat64_2(int directory, const char *path, int flags)
{
	return lacks_mode(flags) ? REAL(__openat64_2)(directory, path, flags)
				 : open_in_view(directory, path, flags | LARGE, 0);
}

/* What a stream's mode asks for, as open() flags. */
static int flags_of(const char *mode)
{
	int flags = mode[0] == 'r'   ? 0
		    : mode[0] == 'w' ? O_CREAT | O_WRONLY | O_TRUNC
				     : O_CREAT | O_WRONLY;

	for (const char *c = mode + (*mode != '\0'); *c != '\0' && *c != ','; c++) {
		if (*c == '+')
			flags = (flags & ~O_ACCMODE) | 2;
		else if (*c == 'x')
			flags |= O_EXCL;
	}
	return flags;
}

/* Returns the path to open, or NULL with errno set. */
static const char *route_stream(struct route *route, const char *path, const char *mode)
{
	const int flags = flags_of(mode);
	const int makes_new = O_CREAT | O_EXCL;
	const unsigned intent = (flags & makes_new) == makes_new ? 0
				: is_reading(flags)		 ? FOLLOW | READ
								 : FOLLOW;
	int error = find_route(route, AT_FDCWD, path, intent);

	if (error == 0)
		error = refuse_open(route, flags);
	if (error == 0 && (intent & READ) != 0)
		show_image(route);
	if (error == 0)
		return route->path;
	set_error(error);
	return NULL;
}

BORROW(int, fileno, void *stream);

static void *note_stream(void *stream, const char *path)
{
	if (__builtin_expect(is_audited, 0) && stream != NULL)
		note_opened(BORROWED(fileno)(stream), path);
	return stream;
}

#define WRAP_STREAM(name)                                                                          \
	INTERPOSE(void *, name, const char *path, const char *mode);                               \
	__attribute__((noinline)) static void *name##_routed(const char *path, const char *mode)   \
	{                                                                                          \
		ROUTE(route);                                                                      \
		const char *place = route_stream(&route, path, mode);                              \
		return place == NULL ? NULL : note_stream(REAL(name)(place, mode), path);          \
	}                                                                                          \
	void *name(const char *path, const char *mode)                                             \
	{                                                                                          \
		return is_plain(AT_FDCWD, path, FOLLOW | READ)                                     \
			       ? note_stream(REAL(name)(path, mode), path)                         \
			       : name##_routed(path, mode);                                        \
	}

WRAP_STREAM(fopen)
WRAP_STREAM(fopen64)
EXPORT void *_IO_fopen(const char *path, const char *mode) __attribute__((alias("fopen")));

/* A stream that is given a new file is closed whatever comes of it: a refusal has to go that way.
 */
#define WRAP_REOPEN(name)                                                                          \
	INTERPOSE(void *, name, const char *path, const char *mode, void *stream);                 \
	__attribute__((noinline)) static void *name##_routed(const char *path, const char *mode,   \
							     void *stream)                         \
	{                                                                                          \
		ROUTE(route);                                                                      \
		const char *place = route_stream(&route, path, mode);                              \
		const int error = last_error();                                                    \
		if (place != NULL)                                                                 \
			return REAL(name)(place, mode, stream);                                    \
		REAL(name)("", "r", stream);                                                       \
		set_error(error);                                                                  \
		return NULL;                                                                       \
	}                                                                                          \
	void *name(const char *path, const char *mode, void *stream)                               \
	{                                                                                          \
		forget_stream(stream);                                                             \
		return is_plain(AT_FDCWD, path, FOLLOW | READ)                                     \
			       ? REAL(name)(path, mode, stream)                                    \
			       : name##_routed(path, mode, stream);                                \
	}

WRAP_REOPEN(freopen)
WRAP_REOPEN(freopen64)

/* Tables of file systems are read by streams of their own. */
WRAP_PATH(void *, NULL, setmntent, FOLLOW, (const char *path, const char *mode), (path, mode),
	  (route.path, mode))
EXPORT void *__setmntent(const char *path, const char *mode) __attribute__((alias("setmntent")));
