/*
 * What a file is: as much of struct stat as is asked for.
 *
 * The kernel's struct cannot stand beside the C library's, nor can the names of its types.
 */
#ifndef DYNPK_BASE_FILE_STATUS_H
#define DYNPK_BASE_FILE_STATUS_H

#include "base/file.h"
#include <asm/stat.h>

#define S_IFMT 0170000
#define S_IFLNK 0120000
#define S_IFREG 0100000
#define S_IFDIR 0040000
#define S_IFCHR 0020000

/* `mode` is 0 where there is no file. */
struct file_status {
	uint32_t mode;
	uint32_t owner;
	uint64_t device;
	uint64_t inode;
	uint64_t links;
	uint64_t size;
	/* When it last changed. */
	uint64_t seconds;
	uint64_t nanoseconds;
	/* When its contents did. */
	uint64_t modified;
	uint64_t modified_nanoseconds;
};

#ifdef __i386__
typedef struct stat64 kernel_status;
#else
typedef struct stat kernel_status;
#endif

static inline struct file_status file_status_of(long result, const kernel_status *found)
{
	if (failed(result))
		return (struct file_status){ 0 };
	return (struct file_status){ .mode = found->st_mode,
				     .owner = found->st_uid,
				     .device = found->st_dev,
				     .inode = found->st_ino,
				     .links = found->st_nlink,
				     .size = (uint64_t)found->st_size,
				     .seconds = (uint64_t)found->st_ctime,
				     .nanoseconds = (uint64_t)found->st_ctime_nsec,
				     .modified = (uint64_t)found->st_mtime,
				     .modified_nanoseconds = (uint64_t)found->st_mtime_nsec };
}

/* Of a name; `flags` may be AT_SYMLINK_NOFOLLOW. */
static inline struct file_status file_status_at(int directory, const char *path, int flags)
{
	kernel_status found;
#ifdef __i386__
	const long result = system_call(__NR_fstatat64, directory, path, &found, flags);
#else
	const long result = system_call(__NR_newfstatat, directory, path, &found, flags);
#endif

	return file_status_of(result, &found);
}

/* Of an open file. */
static inline struct file_status file_status_of_open(int fd)
{
	kernel_status found;
#ifdef __i386__
	const long result = system_call(__NR_fstat64, fd, &found);
#else
	const long result = system_call(__NR_fstat, fd, &found);
#endif

	return file_status_of(result, &found);
}

/* Whether they are one file; nothing is the same as what is not there. */
static inline bool is_same_file(const struct file_status *one, const struct file_status *other)
{
	return one->mode != 0 && other->mode != 0 && one->device == other->device &&
	       one->inode == other->inode;
}

/*
 * The same where one of them may be seen through an overlay, which has a device of its own and may
 * mark the upper bits of inodes; the rest it leaves as it is.
 */
static inline bool is_same_in_layers(const struct file_status *one, const struct file_status *other)
{
	return one->mode != 0 && one->mode == other->mode &&
	       (uint32_t)one->inode == (uint32_t)other->inode && one->size == other->size &&
	       one->seconds == other->seconds && one->nanoseconds == other->nanoseconds;
}

#endif
