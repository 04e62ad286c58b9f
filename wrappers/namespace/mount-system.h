/*
 * The system calls that make a namespace and its mounts, straight to the kernel.
 */
#ifndef DYNPK_MOUNT_SYSTEM_H
#define DYNPK_MOUNT_SYSTEM_H

#include "system.h"
#include <asm/stat.h>
#include <asm/statfs.h>
#include <stdbool.h>

enum {
	NEW_MOUNTS = 0x00020000,
	NEW_USER = 0x10000000,
};

enum {
	MOUNT_READ_ONLY = 1,
	MOUNT_NO_SETID = 2,
	MOUNT_NO_DEVICES = 4,
	MOUNT_NO_EXEC = 8,
	MOUNT_REMOUNT = 32,
	MOUNT_BIND = 4096,
	MOUNT_ALL_BELOW = 16384,
	MOUNT_SLAVE = 1 << 19,
};

enum { UMOUNT_DETACH = 2 };

enum {
	MODE_TYPE = 0170000,
	MODE_DIRECTORY = 0040000,
	MODE_FILE = 0100000,
	MODE_LINK = 0120000,
	MODE_DEVICE = 0020000,
};

enum { STATUS_UNFOLLOWED = 0x100, STATUS_DESCRIPTOR = 0x1000 };
#ifdef __aarch64__
enum { OPEN_DIRECTORY = 040000 };
#else
enum { OPEN_DIRECTORY = 0200000 };
#endif
enum { OPEN_WRITE_ONLY = 1 };

/* struct linux_dirent64 of the kernel. */
struct directory_entry {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

/* What is asked of a file: `mode` 0 where there is none. */
struct status {
	uint32_t mode;
	uint64_t device;
	uint64_t inode;
};

static inline struct status sys_status(int directory, const char *path, int flags)
{
#ifdef __i386__
	struct stat64 found;
	const long result =
		system_call(__NR_fstatat64, directory, (long)path, (long)&found, flags, 0, 0);
#else
	struct stat found;
	const long result =
		system_call(__NR_newfstatat, directory, (long)path, (long)&found, flags, 0, 0);
#endif

	if (SYSTEM_CALL_FAILED(result))
		return (struct status){ 0 };
	return (struct status){ .mode = found.st_mode,
				.device = found.st_dev,
				.inode = found.st_ino };
}

static inline long sys_unshare(int what)
{
	return system_call(__NR_unshare, what, 0, 0, 0, 0, 0);
}

static inline long sys_mount(const char *source, const char *target, const char *type, long flags,
			     const char *options)
{
	return system_call(__NR_mount, (long)source, (long)target, (long)type, flags, (long)options,
			   0);
}

static inline long sys_unmount(const char *target)
{
	return system_call(__NR_umount2, (long)target, UMOUNT_DETACH, 0, 0, 0, 0);
}

static inline long sys_pivot_root(const char *root, const char *old)
{
	return system_call(__NR_pivot_root, (long)root, (long)old, 0, 0, 0, 0);
}

static inline long sys_change_directory(const char *path)
{
	return system_call(__NR_chdir, (long)path, 0, 0, 0, 0, 0);
}

static inline long sys_enter_directory(int directory)
{
	return system_call(__NR_fchdir, directory, 0, 0, 0, 0, 0);
}

static inline long sys_working_directory(char *buffer, size_t size)
{
	return system_call(__NR_getcwd, (long)buffer, (long)size, 0, 0, 0, 0);
}

static inline long sys_open_at(int directory, const char *path, int flags)
{
	return system_call(__NR_openat, directory, (long)path, flags | OPEN_CLOSE_ON_EXEC, 0, 0, 0);
}

static inline long sys_make_directory(int directory, const char *path)
{
	return system_call(__NR_mkdirat, directory, (long)path, 0755, 0, 0, 0);
}

static inline long sys_remove_directory(int directory, const char *path)
{
	return system_call(__NR_unlinkat, directory, (long)path, 0x200, 0, 0, 0);
}

static inline long sys_make_file(int directory, const char *path)
{
	return system_call(__NR_mknodat, directory, (long)path, MODE_FILE | 0444, 0, 0, 0);
}

/* A whiteout of overlayfs: device 0 of no kind. */
static inline long sys_make_hidden(int directory, const char *path)
{
	return system_call(__NR_mknodat, directory, (long)path, MODE_DEVICE, 0, 0, 0);
}

static inline long sys_make_link(const char *text, int directory, const char *path)
{
	return system_call(__NR_symlinkat, (long)text, directory, (long)path, 0, 0, 0);
}

static inline long sys_link(int from, const char *path, int to, const char *name)
{
	return system_call(__NR_linkat, from, (long)path, to, (long)name, 0, 0);
}

static inline long sys_list(int directory, void *buffer, size_t size)
{
	return system_call(__NR_getdents64, directory, (long)buffer, (long)size, 0, 0, 0);
}

static inline long sys_read(int fd, void *buffer, size_t size)
{
	return system_call(__NR_read, fd, (long)buffer, (long)size, 0, 0, 0);
}

static inline long sys_write(int fd, const void *bytes, size_t size)
{
	return system_call(__NR_write, fd, (long)bytes, (long)size, 0, 0, 0);
}

static inline long sys_size(int fd)
{
	return system_call(__NR_lseek, fd, 0, 2, 0, 0, 0);
}

/* MOUNT_* of the mount that `path` lies on, and others. */
static inline long sys_mount_flags(const char *path)
{
#ifdef __i386__
	struct statfs64 found;
	const long result =
		system_call(__NR_statfs64, (long)path, sizeof(found), (long)&found, 0, 0, 0);
#else
	struct statfs found;
	const long result = system_call(__NR_statfs, (long)path, (long)&found, 0, 0, 0, 0);
#endif

	return SYSTEM_CALL_FAILED(result) ? 0 : (long)found.f_flags;
}

static inline bool may_execute(const char *path)
{
	return !SYSTEM_CALL_FAILED(
		system_call(__NR_faccessat, AT_WORKING_DIRECTORY, (long)path, 1, 0, 0, 0));
}

static inline bool may_write(const char *path)
{
	return !SYSTEM_CALL_FAILED(
		system_call(__NR_faccessat, AT_WORKING_DIRECTORY, (long)path, 2, 0, 0, 0));
}

#endif
