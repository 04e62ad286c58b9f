/* What is asked about files. */
#include "base/file-status.h"
#include "own-file.h"
#include "status.h"
#include "wrap.h"

enum { STATX_MODE = 28, STATX_SIZE = 40 };

static bool is_launched(const struct route *route)
{
	return route->is_bundled && route->node != NO_NODE &&
	       (node_at(view()->table, route->node)->flags & NODE_LAUNCHED) != 0;
}

static uint32_t *mode_of(void *status)
{
	return &((union status *)status)->of.mode;
}

/* Whether what was asked without following is not yet the answer. */
static bool goes_on(enum plainness how, unsigned intent, int result, void *status)
{
	const uint32_t type = result == 0 ? *mode_of(status) & S_IFMT : 0;

	if (how == PLAIN_IF_THERE)
		return type != S_IFDIR;
	return type == S_IFLNK && (intent & FOLLOW) != 0;
}

/* A program's own file is kept without the right to execute it: its launcher has that. */
static int show_executable(const struct route *route, int result, void *status)
{
	if (result == 0 && is_launched(route))
		*mode_of(status) |= (*mode_of(status) & 0444) >> 2;
	return result;
}

/* With READ: of the program's own it is as long as what a reader gets. */
static int show_status(enum form form, const struct route *route, int result, void *status)
{
	const long size = result == 0 ? shown_size(route) : -1;

	if (size >= 0)
		set_size(status, form, (uint64_t)size);
	return show_executable(route, result, status);
}

static int show_if(bool follows, enum form form, const struct route *route, int result,
		   void *status)
{
	return follows ? show_status(form, route, result, status)
		       : show_executable(route, result, status);
}

/* With `flags` of which one says whether the last link is followed. */
static unsigned read_by(int flags)
{
	return (flags & AT_SYMLINK_NOFOLLOW) != 0 ? 0 : FOLLOW | READ;
}

/*
 * A path that is the host's is asked without following first: that is one call, and tells whether
 * there is a link to be followed.
 */
#define WRAP_STAT(name, without_follow, form)                                                      \
	INTERPOSE(int, name, const char *path, void *status);                                      \
	__attribute__((noinline)) static int name##_routed(const char *path, void *status)         \
	{                                                                                          \
		ROUTE(route);                                                                      \
		const int error = find_route(&route, AT_FDCWD, path, FOLLOW | READ);               \
		if (error != 0)                                                                    \
			return fail_with(error);                                                   \
		return show_status(form, &route, REAL(name)(route.path, status), status);          \
	}                                                                                          \
	int name(const char *path, void *status)                                                   \
	{                                                                                          \
		const enum plainness how = how_plain(AT_FDCWD, path, FOLLOW | READ | UNFOLLOWED);  \
		int result;                                                                        \
		if (how == NOT_PLAIN)                                                              \
			return name##_routed(path, status);                                        \
		result = REAL(without_follow)(path, status);                                       \
		return goes_on(how, FOLLOW, result, status) ? name##_routed(path, status)          \
							    : result;                              \
	}

#define WRAP_LSTAT(name)                                                                           \
	INTERPOSE(int, name, const char *path, void *status);                                      \
	__attribute__((noinline)) static int name##_routed(const char *path, void *status)         \
	{                                                                                          \
		ROUTE(route);                                                                      \
		const int error = find_route(&route, AT_FDCWD, path, 0);                           \
		if (error != 0)                                                                    \
			return fail_with(error);                                                   \
		return show_executable(&route, REAL(name)(route.path, status), status);            \
	}                                                                                          \
	int name(const char *path, void *status)                                                   \
	{                                                                                          \
		const enum plainness how = how_plain(AT_FDCWD, path, UNFOLLOWED);                  \
		int result;                                                                        \
		if (how == NOT_PLAIN)                                                              \
			return name##_routed(path, status);                                        \
		result = REAL(name)(path, status);                                                 \
		return goes_on(how, 0, result, status) ? name##_routed(path, status) : result;     \
	}

WRAP_LSTAT(lstat)
WRAP_LSTAT(lstat64)
WRAP_STAT(stat, lstat, FORM_USUAL)
WRAP_STAT(stat64, lstat64, FORM_LARGE)

#define WRAP_XSTAT(name, without_follow, intent, form)                                             \
	INTERPOSE(int, name, int version, const char *path, void *status);                         \
	__attribute__((noinline)) static int name##_routed(int version, const char *path,          \
							   void *status)                           \
	{                                                                                          \
		ROUTE(route);                                                                      \
		const int error = find_route(&route, AT_FDCWD, path, intent);                      \
		if (error != 0)                                                                    \
			return fail_with(error);                                                   \
		return show_if((intent) != 0, form, &route,                                        \
			       REAL(name)(version, route.path, status), status);                   \
	}                                                                                          \
	int name(int version, const char *path, void *status)                                      \
	{                                                                                          \
		const enum plainness how = how_plain(AT_FDCWD, path, (intent) | UNFOLLOWED);       \
		int result;                                                                        \
		if (how == NOT_PLAIN)                                                              \
			return name##_routed(version, path, status);                               \
		result = REAL(without_follow)(version, path, status);                              \
		return goes_on(how, intent, result, status) ? name##_routed(version, path, status) \
							    : result;                              \
	}

WRAP_XSTAT(__lxstat, __lxstat, 0, FORM_USUAL)
WRAP_XSTAT(__lxstat64, __lxstat64, 0, FORM_LARGE)
WRAP_XSTAT(__xstat, __lxstat, FOLLOW | READ, FORM_USUAL)
WRAP_XSTAT(__xstat64, __lxstat64, FOLLOW | READ, FORM_LARGE)

#define WRAP_STATAT(name, form, LEADING_PARAMETER, LEADING)                                        \
	INTERPOSE(int, name, LEADING_PARAMETER int directory, const char *path, void *status,      \
		  int flags);                                                                      \
	__attribute__((noinline)) static int name##_routed(                                        \
		LEADING_PARAMETER int directory, const char *path, void *status, int flags)        \
	{                                                                                          \
		ROUTE(route);                                                                      \
		const int error = find_route(&route, directory, path, read_by(flags));             \
		if (error != 0)                                                                    \
			return fail_with(error);                                                   \
		return show_if(read_by(flags) != 0, form, &route,                                  \
			       REAL(name)(LEADING route.directory, route.path, status, flags),     \
			       status);                                                            \
	}                                                                                          \
	int name(LEADING_PARAMETER int directory, const char *path, void *status, int flags)       \
	{                                                                                          \
		const enum plainness how =                                                         \
			how_plain(directory, path, read_by(flags) | UNFOLLOWED);                   \
		int result;                                                                        \
		if (how == NOT_PLAIN)                                                              \
			return name##_routed(LEADING directory, path, status, flags);              \
		result = REAL(name)(LEADING directory, path, status, flags | AT_SYMLINK_NOFOLLOW); \
		return goes_on(how, read_by(flags), result, status)                                \
			       ? name##_routed(LEADING directory, path, status, flags)             \
			       : result;                                                           \
	}

#define NOTHING
#define VERSION_PARAMETER int version,
#define VERSION version,

WRAP_STATAT(fstatat, FORM_USUAL, NOTHING, NOTHING)
WRAP_STATAT(fstatat64, FORM_LARGE, NOTHING, NOTHING)
WRAP_STATAT(__fxstatat, FORM_USUAL, VERSION_PARAMETER, VERSION)
WRAP_STATAT(__fxstatat64, FORM_LARGE, VERSION_PARAMETER, VERSION)

/* What the structures of today are called before 2.33. */
#if defined(__x86_64__)
enum { STAT_VERSION = 1 };
#elif defined(__i386__)
enum { STAT_VERSION = 3 };
#else
enum { STAT_VERSION = 0 };
#endif

#define IS_MISSING(name) ((long (*)(void))function_of(&real_##name) == no_such_function)

/* With 32 bits, of the one form or the other; musl has no names with 64. */
#ifdef __i386__

WRAP_LSTAT(__lstat64_time64)
WRAP_STAT(__stat64_time64, __lstat64_time64, FORM_TIME64)
WRAP_STATAT(__fstatat64_time64, FORM_TIME64, NOTHING, NOTHING)

int status_at(enum form form, int directory, const char *path, void *status, int flags)
{
	if (form == FORM_TIME64)
		return __fstatat64_time64(directory, path, status, flags);
	if (form == FORM_LARGE && IS_MISSING(fstatat64))
		return __fxstatat64(STAT_VERSION, directory, path, status, flags);
	if (form == FORM_LARGE)
		return fstatat64(directory, path, status, flags);
	if (IS_MISSING(fstatat))
		return __fxstatat(STAT_VERSION, directory, path, status, flags);
	return fstatat(directory, path, status, flags);
}

#else

int status_at(enum form form, int directory, const char *path, void *status, int flags)
{
	(void)form;
	if (IS_MISSING(fstatat))
		return __fxstatat(STAT_VERSION, directory, path, status, flags);
	return fstatat(directory, path, status, flags);
}

#endif

int status_of(enum form form, const char *path, void *status)
{
	return status_at(form, AT_FDCWD, path, status, 0);
}

int status_of_link(enum form form, const char *path, void *status)
{
	return status_at(form, AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

/* An image has another file's name, and is to be that file. */
#define WRAP_FSTAT(name, form, LEADING_PARAMETER, LEADING)                                         \
	INTERPOSE(int, name, LEADING_PARAMETER int fd, void *status);                              \
	int name(LEADING_PARAMETER int fd, void *status)                                           \
	{                                                                                          \
		const int result = REAL(name)(LEADING fd, status);                                 \
		if (result == 0)                                                                   \
			show_file_of_image(form, status);                                          \
		return result;                                                                     \
	}

WRAP_FSTAT(fstat, FORM_USUAL, NOTHING, NOTHING)
WRAP_FSTAT(fstat64, FORM_LARGE, NOTHING, NOTHING)
WRAP_FSTAT(__fxstat, FORM_USUAL, VERSION_PARAMETER, VERSION)
WRAP_FSTAT(__fxstat64, FORM_LARGE, VERSION_PARAMETER, VERSION)
#ifdef __i386__
WRAP_FSTAT(__fstat64_time64, FORM_TIME64, NOTHING, NOTHING)
#endif

INTERPOSE(int, statx, int directory, const char *path, int flags, unsigned mask, void *status);

static uint16_t *statx_mode_of(void *status)
{
	return (uint16_t *)(void *)((char *)status + STATX_MODE);
}

__attribute__((noinline)) static int statx_routed(int directory, const char *path, int flags,
						  unsigned mask, void *status)
{
	ROUTE(route);
	const int error = find_route(&route, directory, path, read_by(flags));
	long size = -1;
	int result;

	if (error != 0)
		return fail_with(error);
	result = REAL(statx)(route.directory, route.path, flags, mask, status);
	if (result == 0 && read_by(flags) != 0)
		size = shown_size(&route);
	if (result == 0 && is_launched(&route))
		*statx_mode_of(status) |= (uint16_t)((*statx_mode_of(status) & 0444) >> 2);
	if (size >= 0)
		*(uint64_t *)(void *)((char *)status + STATX_SIZE) = (uint64_t)size;
	return result;
}

/* The type is asked for too: without it nobody can tell whether there is a link. */
int statx(int directory, const char *path, int flags, unsigned mask, void *status)
{
	const enum plainness how = how_plain(directory, path, read_by(flags) | UNFOLLOWED);
	const unsigned with_type = mask | 1;
	uint32_t type;
	int result;

	if (how == NOT_PLAIN)
		return statx_routed(directory, path, flags, mask, status);
	result = REAL(statx)(directory, path, flags | AT_SYMLINK_NOFOLLOW, with_type, status);
	type = result == 0 ? *statx_mode_of(status) & S_IFMT : 0;
	if (how == PLAIN_IF_THERE ? type != S_IFDIR
				  : type == S_IFLNK && (flags & AT_SYMLINK_NOFOLLOW) == 0)
		return statx_routed(directory, path, flags, mask, status);
	return result;
}

/* ACCESS: a launcher may be executed, the file it stands for may not; nothing may be written. */
static int refuse_access(const struct route *route, int mode)
{
	return route->is_bundled && route->node != NO_NODE && (mode & 2) != 0 ? EROFS : 0;
}

#define WRAP_ACCESS(name)                                                                          \
	INTERPOSE(int, name, const char *path, int mode);                                          \
	__attribute__((noinline)) static int name##_routed(const char *path, int mode)             \
	{                                                                                          \
		ROUTE(route);                                                                      \
		int error = find_route(&route, AT_FDCWD, path, FOLLOW | LAUNCH);                   \
		if (error == 0)                                                                    \
			error = refuse_access(&route, mode);                                       \
		return error != 0 ? fail_with(error) : REAL(name)(route.path, mode);               \
	}                                                                                          \
	int name(const char *path, int mode)                                                       \
	{                                                                                          \
		return is_plain(AT_FDCWD, path, FOLLOW) ? REAL(name)(path, mode)                   \
							: name##_routed(path, mode);               \
	}

WRAP_ACCESS(access)
WRAP_ACCESS(eaccess)
WRAP_ACCESS(euidaccess)

INTERPOSE(int, faccessat, int directory, const char *path, int mode, int flags);

__attribute__((noinline)) static int faccessat_routed(int directory, const char *path, int mode,
						      int flags)
{
	ROUTE(route);
	int error = find_route(&route, directory, path, follow_by(flags) | LAUNCH);

	if (error == 0)
		error = refuse_access(&route, mode);
	return error != 0 ? fail_with(error)
			  : REAL(faccessat)(route.directory, route.path, mode, flags);
}

int faccessat(int directory, const char *path, int mode, int flags)
{
	return is_plain(directory, path, follow_by(flags))
		       ? REAL(faccessat)(directory, path, mode, flags)
		       : faccessat_routed(directory, path, mode, flags);
}

WRAP_PATH(int, -1, statfs, FOLLOW, (const char *path, void *status), (path, status),
	  (route.path, status))
EXPORT int __statfs(const char *path, void *status) __attribute__((alias("statfs")));
WRAP_PATH(int, -1, statfs64, FOLLOW, (const char *path, void *status), (path, status),
	  (route.path, status))
WRAP_PATH(int, -1, statvfs, FOLLOW, (const char *path, void *status), (path, status),
	  (route.path, status))
WRAP_PATH(int, -1, statvfs64, FOLLOW, (const char *path, void *status), (path, status),
	  (route.path, status))
WRAP_PATH(long, -1, pathconf, FOLLOW, (const char *path, int name), (path, name),
	  (route.path, name))
WRAP_PATH(long, -1, getxattr, FOLLOW,
	  (const char *path, const char *name, void *value, size_t size), (path, name, value, size),
	  (route.path, name, value, size))
WRAP_PATH(long, -1, lgetxattr, 0, (const char *path, const char *name, void *value, size_t size),
	  (path, name, value, size), (route.path, name, value, size))
WRAP_PATH(long, -1, listxattr, FOLLOW, (const char *path, char *list, size_t size),
	  (path, list, size), (route.path, list, size))
WRAP_PATH(long, -1, llistxattr, 0, (const char *path, char *list, size_t size), (path, list, size),
	  (route.path, list, size))
WRAP_PATH(int, -1, inotify_add_watch, FOLLOW, (int fd, const char *path, uint32_t mask),
	  (fd, path, mask), (fd, route.path, mask))
WRAP(int, -1, name_to_handle_at, directory, path, (flags & AT_SYMLINK_FOLLOW) != 0 ? FOLLOW : 0,
     (int directory, const char *path, void *handle, int *mount, int flags),
     (directory, path, handle, mount, flags), (route.directory, route.path, handle, mount, flags))
WRAP(int, -1, fanotify_mark, directory, path, (flags & 4) != 0 ? 0 : FOLLOW /* DONT_FOLLOW */,
     (int fd, unsigned flags, uint64_t mask, int directory, const char *path),
     (fd, flags, mask, directory, path), (fd, flags, mask, route.directory, route.path))
WRAP_PATH(int, -1, ftok, FOLLOW, (const char *path, int project), (path, project),
	  (route.path, project))
