/*
 * What programs mount, in a namespace of their own: over the bundle's file where they see that.
 * Afterwards another root, another mount or another link may stand where something was known.
 *
 * Not every C library has all of these; where one has them, they are the system calls and no more.
 */
#include "base/mount.h"
#include "known-names.h"
#include "root.h"
#include "route.h"
#include "symbols.h"
#include "wrap.h"
#include <linux/fcntl.h>

EXPORT int mount(const char *source, const char *target, const char *type, unsigned long flags,
		 const void *options);
EXPORT int umount(const char *path);
EXPORT int umount2(const char *path, int flags);
EXPORT int pivot_root(const char *root, const char *old);
EXPORT int open_tree(int directory, const char *path, unsigned flags);
EXPORT int move_mount(int from_directory, const char *from, int to_directory, const char *to,
		      unsigned flags);

enum { UNMOUNT_NOFOLLOW = 8 };

static int answer(long result)
{
	return failed(result) ? fail_with((int)-result) : (int)result;
}

static int note(long result)
{
	if (result == 0)
		note_root();
	return answer(result);
}

/* Of all other kinds of mount, the source is no path. */
static bool has_source_path(unsigned long flags)
{
	return (flags & MS_REMOUNT) == 0 && (flags & (MS_BIND | MS_MOVE)) != 0;
}

__attribute__((noinline)) static long mount_routed(const char *source, const char *target,
						   const char *type, long flags,
						   const void *options)
{
	ROUTE(from);
	ROUTE(to);
	int error = find_route(&to, AT_FDCWD, target, FOLLOW);

	if (error == 0 && has_source_path(flags)) {
		error = find_route(&from, AT_FDCWD, source, FOLLOW);
		source = from.path;
	}
	return error != 0 ? -error : sys_mount(source, to.path, type, flags, options);
}

int mount(const char *source, const char *target, const char *type, unsigned long flags,
	  const void *options)
{
	const bool is_left = is_plain(AT_FDCWD, target, FOLLOW) &&
			     (!has_source_path(flags) || is_plain(AT_FDCWD, source, FOLLOW));

	return note(is_left ? sys_mount(source, target, type, (long)flags, options)
			    : mount_routed(source, target, type, (long)flags, options));
}

__attribute__((noinline)) static long umount_routed(const char *path, int flags)
{
	ROUTE(route);
	const int error =
		find_route(&route, AT_FDCWD, path, (flags & UNMOUNT_NOFOLLOW) != 0 ? 0 : FOLLOW);

	return error != 0 ? -error : sys_umount2(route.path, flags);
}

int umount2(const char *path, int flags)
{
	return note(is_plain(AT_FDCWD, path, FOLLOW) ? sys_umount2(path, flags)
						     : umount_routed(path, flags));
}

int umount(const char *path)
{
	return umount2(path, 0);
}

int pivot_root(const char *root, const char *old)
{
	return note(sys_pivot_root(root, old));
}

__attribute__((noinline)) static long open_tree_routed(int directory, const char *path,
						       unsigned flags)
{
	ROUTE(route);
	const int error = find_route(&route, directory, path, follow_by((int)flags));

	return error != 0 ? -error
			  : system_call(__NR_open_tree, route.directory, route.path, flags);
}

int open_tree(int directory, const char *path, unsigned flags)
{
	return answer(is_plain(directory, path, FOLLOW)
			      ? system_call(__NR_open_tree, directory, path, flags)
			      : open_tree_routed(directory, path, flags));
}

__attribute__((noinline)) static long move_mount_routed(int from_directory, const char *from,
							int to_directory, const char *to,
							unsigned flags)
{
	ROUTE(source);
	ROUTE(target);
	int error = find_route(&source, from_directory, from,
			       (flags & MOVE_MOUNT_F_SYMLINKS) != 0 ? FOLLOW : 0);

	if (error == 0)
		error = find_route(&target, to_directory, to,
				   (flags & MOVE_MOUNT_T_SYMLINKS) != 0 ? FOLLOW : 0);
	return error != 0 ? -error
			  : system_call(__NR_move_mount, source.directory, source.path,
					target.directory, target.path, flags);
}

int move_mount(int from_directory, const char *from, int to_directory, const char *to,
	       unsigned flags)
{
	const bool is_left =
		is_plain(from_directory, from, FOLLOW) && is_plain(to_directory, to, FOLLOW);

	return note(is_left ? system_call(__NR_move_mount, from_directory, from, to_directory, to,
					  flags)
			    : move_mount_routed(from_directory, from, to_directory, to, flags));
}
