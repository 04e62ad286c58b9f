/* What changes files, and makes and removes their names: the host's only. */
#include "base/file.h"
#include "known-names.h"
#include "wrap.h"

WRAP_PATH(int, -1, truncate, FOLLOW | CHANGE | CONTENT, (const char *path, long size), (path, size),
	  (route.path, size))
WRAP_PATH(int, -1, truncate64, FOLLOW | CHANGE | CONTENT, (const char *path, int64_t size),
	  (path, size), (route.path, size))
WRAP_PATH(int, -1, chmod, FOLLOW | CHANGE, (const char *path, unsigned mode), (path, mode),
	  (route.path, mode))
WRAP_PATH(int, -1, lchmod, CHANGE, (const char *path, unsigned mode), (path, mode),
	  (route.path, mode))
WRAP_PATH(int, -1, chown, FOLLOW | CHANGE, (const char *path, unsigned user, unsigned group),
	  (path, user, group), (route.path, user, group))
WRAP_PATH(int, -1, lchown, CHANGE, (const char *path, unsigned user, unsigned group),
	  (path, user, group), (route.path, user, group))
WRAP(int, -1, fchmodat, directory, path, follow_by(flags) | CHANGE,
     (int directory, const char *path, unsigned mode, int flags), (directory, path, mode, flags),
     (route.directory, route.path, mode, flags))
WRAP(int, -1, fchownat, directory, path, follow_by(flags) | CHANGE,
     (int directory, const char *path, unsigned user, unsigned group, int flags),
     (directory, path, user, group, flags), (route.directory, route.path, user, group, flags))
WRAP_PATH(int, -1, utime, FOLLOW | CHANGE, (const char *path, const void *times), (path, times),
	  (route.path, times))
WRAP_PATH(int, -1, utimes, FOLLOW | CHANGE, (const char *path, const void *times), (path, times),
	  (route.path, times))
WRAP_PATH(int, -1, lutimes, CHANGE, (const char *path, const void *times), (path, times),
	  (route.path, times))
/* Both take a path that is missing for the descriptor itself. */
WRAP(int, -1, futimesat, directory, path, FOLLOW | CHANGE,
     (int directory, const char *path, const void *times), (directory, path, times),
     (route.directory, route.path, times))
WRAP(int, -1, utimensat, directory, path, follow_by(flags) | CHANGE,
     (int directory, const char *path, const void *times, int flags),
     (directory, path, times, flags), (route.directory, route.path, times, flags))
#ifdef __i386__
/* With 64 bits for the time. */
WRAP_PATH(int, -1, __utime64, FOLLOW | CHANGE, (const char *path, const void *times), (path, times),
	  (route.path, times))
WRAP_PATH(int, -1, __utimes64, FOLLOW | CHANGE, (const char *path, const void *times),
	  (path, times), (route.path, times))
WRAP_PATH(int, -1, __lutimes64, CHANGE, (const char *path, const void *times), (path, times),
	  (route.path, times))
WRAP(int, -1, __futimesat64, directory, path, FOLLOW | CHANGE,
     (int directory, const char *path, const void *times), (directory, path, times),
     (route.directory, route.path, times))
WRAP(int, -1, __utimensat64, directory, path, follow_by(flags) | CHANGE,
     (int directory, const char *path, const void *times, int flags),
     (directory, path, times, flags), (route.directory, route.path, times, flags))
#endif
WRAP_PATH(int, -1, setxattr, FOLLOW | CHANGE,
	  (const char *path, const char *name, const void *value, size_t size, int flags),
	  (path, name, value, size, flags), (route.path, name, value, size, flags))
WRAP_PATH(int, -1, lsetxattr, CHANGE,
	  (const char *path, const char *name, const void *value, size_t size, int flags),
	  (path, name, value, size, flags), (route.path, name, value, size, flags))
WRAP_PATH(int, -1, removexattr, FOLLOW | CHANGE, (const char *path, const char *name), (path, name),
	  (route.path, name))
WRAP_PATH(int, -1, lremovexattr, CHANGE, (const char *path, const char *name), (path, name),
	  (route.path, name))

WRAP_PATH(int, -1, mkdir, ENTRY | MAKE, (const char *path, unsigned mode), (path, mode),
	  (route.path, mode))
WRAP(int, -1, mkdirat, directory, path, ENTRY | MAKE,
     (int directory, const char *path, unsigned mode), (directory, path, mode),
     (route.directory, route.path, mode))
WRAP_PATH(int, -1, mkfifo, ENTRY | MAKE, (const char *path, unsigned mode), (path, mode),
	  (route.path, mode))
WRAP(int, -1, mkfifoat, directory, path, ENTRY | MAKE,
     (int directory, const char *path, unsigned mode), (directory, path, mode),
     (route.directory, route.path, mode))
WRAP_PATH(int, -1, mknod, ENTRY | MAKE, (const char *path, unsigned mode, uint64_t device),
	  (path, mode, device), (route.path, mode, device))
WRAP(int, -1, mknodat, directory, path, ENTRY | MAKE,
     (int directory, const char *path, unsigned mode, uint64_t device),
     (directory, path, mode, device), (route.directory, route.path, mode, device))
WRAP_PATH(int, -1, __xmknod, ENTRY | MAKE,
	  (int version, const char *path, unsigned mode, uint64_t *device),
	  (version, path, mode, device), (version, route.path, mode, device))
WRAP(int, -1, __xmknodat, directory, path, ENTRY | MAKE,
     (int version, int directory, const char *path, unsigned mode, uint64_t *device),
     (version, directory, path, mode, device), (version, route.directory, route.path, mode, device))
WRAP_PATH(int, -1, unlink, ENTRY, (const char *path), (path), (route.path))

/* These may make way for a link where a directory was. */
#define WRAP_REMOVE(name)                                                                          \
	INTERPOSE(int, name, const char *path);                                                    \
	__attribute__((noinline)) static int name##_routed(const char *path)                       \
	{                                                                                          \
		ROUTE(route);                                                                      \
		const int error = find_route(&route, AT_FDCWD, path, ENTRY);                       \
		return error != 0 ? fail_with(error) : REAL(name)(route.path);                     \
	}                                                                                          \
	int name(const char *path)                                                                 \
	{                                                                                          \
		forget_names();                                                                    \
		return is_plain(AT_FDCWD, path, ENTRY) ? REAL(name)(path) : name##_routed(path);   \
	}

WRAP_REMOVE(rmdir)
WRAP_REMOVE(remove)

INTERPOSE(int, unlinkat, int directory, const char *path, int flags);

__attribute__((noinline)) static int unlinkat_routed(int directory, const char *path, int flags)
{
	ROUTE(route);
	const int error = find_route(&route, directory, path, ENTRY);

	return error != 0 ? fail_with(error) : REAL(unlinkat)(route.directory, route.path, flags);
}

int unlinkat(int directory, const char *path, int flags)
{
	if ((flags & AT_REMOVEDIR) != 0)
		forget_names();
	return is_plain(directory, path, ENTRY) ? REAL(unlinkat)(directory, path, flags)
						: unlinkat_routed(directory, path, flags);
}

/* The text of a link is the program's: it is followed in the program's view, whoever reads it. */
#define WRAP_SYMLINK(name, DIRECTORY_PARAMETER, DIRECTORY, start, ROUTED)                          \
	INTERPOSE(int, name, const char *text, DIRECTORY_PARAMETER const char *path);              \
	__attribute__((noinline)) static int name##_routed(const char *text,                       \
							   DIRECTORY_PARAMETER const char *path)   \
	{                                                                                          \
		ROUTE(route);                                                                      \
		const int error = find_route(&route, start, path, ENTRY | MAKE);                   \
		return error != 0 ? fail_with(error) : REAL(name)(text, ROUTED route.path);        \
	}                                                                                          \
	int name(const char *text, DIRECTORY_PARAMETER const char *path)                           \
	{                                                                                          \
		forget_names();                                                                    \
		return is_plain(start, path, ENTRY | MAKE) ? REAL(name)(text, DIRECTORY path)      \
							   : name##_routed(text, DIRECTORY path);  \
	}

#define NOTHING
#define DIRECTORY_PARAMETER int directory,
#define DIRECTORY directory,
#define ROUTED_DIRECTORY route.directory,

WRAP_SYMLINK(symlink, NOTHING, NOTHING, AT_FDCWD, NOTHING)
WRAP_SYMLINK(symlinkat, DIRECTORY_PARAMETER, DIRECTORY, directory, ROUTED_DIRECTORY)

/* The kernel compares mounts first, and the bundle is one of its own. */
static int refuse_pair(const struct route *from, const struct route *to)
{
	/* The kernel reads both before it looks for either. */
	if (!is_path(from->path) || !is_path(to->path))
		return 0;
	if (from->is_bundled != to->is_bundled)
		return EXDEV;
	return from->is_bundled ? EROFS : 0;
}

INTERPOSE(int, rename, const char *from, const char *to);
INTERPOSE(int, renameat, int from_directory, const char *from, int to_directory, const char *to);
INTERPOSE(int, renameat2, int from_directory, const char *from, int to_directory, const char *to,
	  unsigned flags);
INTERPOSE(int, link, const char *from, const char *to);
INTERPOSE(int, linkat, int from_directory, const char *from, int to_directory, const char *to,
	  int flags);

static bool are_plain(int from_directory, const char *from, int to_directory, const char *to)
{
	return is_plain(from_directory, from, 0) && is_plain(to_directory, to, 0);
}

__attribute__((noinline)) static int rename_routed(int from_directory, const char *from,
						   int to_directory, const char *to, unsigned flags)
{
	ROUTE(source);
	ROUTE(target);
	int error = find_route(&source, from_directory, from, 0);

	if (error == 0)
		error = find_route(&target, to_directory, to, 0);
	if (error == 0)
		error = refuse_pair(&source, &target);
	if (error != 0)
		return fail_with(error);
	if (flags != 0)
		return REAL(renameat2)(source.directory, source.path, target.directory, target.path,
				       flags);
	return REAL(renameat)(source.directory, source.path, target.directory, target.path);
}

int rename(const char *from, const char *to)
{
	forget_names();
	return are_plain(AT_FDCWD, from, AT_FDCWD, to)
		       ? REAL(rename)(from, to)
		       : rename_routed(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat(int from_directory, const char *from, int to_directory, const char *to)
{
	forget_names();
	return are_plain(from_directory, from, to_directory, to)
		       ? REAL(renameat)(from_directory, from, to_directory, to)
		       : rename_routed(from_directory, from, to_directory, to, 0);
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to,
	      unsigned flags)
{
	forget_names();
	return are_plain(from_directory, from, to_directory, to)
		       ? REAL(renameat2)(from_directory, from, to_directory, to, flags)
		       : rename_routed(from_directory, from, to_directory, to, flags);
}

__attribute__((noinline)) static int link_routed(int from_directory, const char *from,
						 int to_directory, const char *to, int flags)
{
	ROUTE(source);
	ROUTE(target);
	int error = find_route(&source, from_directory, from,
			       (flags & AT_SYMLINK_FOLLOW) != 0 ? FOLLOW : 0);

	if (error == 0)
		error = find_route(&target, to_directory, to, 0);
	if (error == 0)
		error = refuse_pair(&source, &target);
	if (error != 0)
		return fail_with(error);
	return REAL(linkat)(source.directory, source.path, target.directory, target.path, flags);
}

int link(const char *from, const char *to)
{
	return are_plain(AT_FDCWD, from, AT_FDCWD, to)
		       ? REAL(link)(from, to)
		       : link_routed(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
	return (flags & AT_SYMLINK_FOLLOW) == 0 && are_plain(from_directory, from, to_directory, to)
		       ? REAL(linkat)(from_directory, from, to_directory, to, flags)
		       : link_routed(from_directory, from, to_directory, to, flags);
}
