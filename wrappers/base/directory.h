/*
 * Directories: the working directory, and what is in one.
 */
#ifndef DYNPK_BASE_DIRECTORY_H
#define DYNPK_BASE_DIRECTORY_H

#include "base/call.h"

/* struct linux_dirent64 of the kernel. */
struct directory_entry {
	uint64_t inode;
	int64_t offset;
	/* Of the entry, to the next one. */
	uint16_t size;
	uint8_t type;
	char name[];
};

static inline long sys_getdents64(int directory, void *buffer, size_t size)
{
	return system_call(__NR_getdents64, directory, buffer, size);
}

/* The length with the final NUL. "(unreachable)" comes first where it lies outside the root. */
static inline long sys_getcwd(char *buffer, size_t size)
{
	return system_call(__NR_getcwd, buffer, size);
}

static inline long sys_chdir(const char *path)
{
	return system_call(__NR_chdir, path);
}

static inline long sys_fchdir(int directory)
{
	return system_call(__NR_fchdir, directory);
}

static inline long sys_mkdirat(int directory, const char *path, unsigned mode)
{
	return system_call(__NR_mkdirat, directory, path, mode);
}

#endif
