/*
 * Namespaces and mounts. MS_ and CLONE_ are the kernel's own.
 */
#ifndef DYNPK_BASE_MOUNT_H
#define DYNPK_BASE_MOUNT_H

#include "base/call.h"
#include <asm/statfs.h>
#include <linux/mount.h>
#include <linux/sched.h>

/* The kernel keeps it out of the headers it gives away. */
#define MNT_DETACH 2

static inline long sys_unshare(int what)
{
	return system_call(__NR_unshare, what);
}

static inline long sys_mount(const char *source, const char *target, const char *type, long flags,
			     const char *options)
{
	return system_call(__NR_mount, source, target, type, flags, options);
}

static inline long sys_umount2(const char *target, int flags)
{
	return system_call(__NR_umount2, target, flags);
}

static inline long sys_pivot_root(const char *root, const char *old)
{
	return system_call(__NR_pivot_root, root, old);
}

#ifdef __i386__
typedef struct statfs64 kernel_file_system;
#else
typedef struct statfs kernel_file_system;
#endif

/* Of the file system that `path` lies on. */
static inline long file_system_at(const char *path, kernel_file_system *found)
{
#ifdef __i386__
	return system_call(__NR_statfs64, path, sizeof(*found), found);
#else
	return system_call(__NR_statfs, path, found);
#endif
}

/* Flags of the mount that `path` lies on, MS_ and others; 0 where it is not known. */
static inline long mount_flags(const char *path)
{
	kernel_file_system found;

	return failed(file_system_at(path, &found)) ? 0 : (long)found.f_flags;
}

#endif
