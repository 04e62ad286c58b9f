/*
 * Files by name and by descriptor. O_, AT_, F_ and PATH_MAX are the kernel's own.
 */
#ifndef DYNPK_BASE_FILE_H
#define DYNPK_BASE_FILE_H

#include "base/call.h"
#include <linux/fcntl.h>
#include <linux/limits.h>

/* Of the C library's headers, which cannot stand beside the kernel's. */
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define F_OK 0
#define W_OK 2
#define R_OK 4
#define X_OK 1

/* Files may be larger than 2 GB. */
static inline long sys_openat(int directory, const char *path, int flags)
{
#ifdef __i386__
	return system_call(__NR_openat, directory, path, flags | O_LARGEFILE);
#else
	return system_call(__NR_openat, directory, path, flags);
#endif
}

static inline long sys_open(const char *path, int flags)
{
	return sys_openat(AT_FDCWD, path, flags);
}

/* A file that is not there yet, to be written; the mode loses what the umask takes. */
static inline long create_file(int directory, const char *path, unsigned mode)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

#ifdef __i386__
	return system_call(__NR_openat, directory, path, flags | O_LARGEFILE, mode);
#else
	return system_call(__NR_openat, directory, path, flags, mode);
#endif
}

static inline long sys_close(int fd)
{
	return system_call(__NR_close, fd);
}

static inline long sys_read(int fd, void *buffer, size_t size)
{
	return system_call(__NR_read, fd, buffer, size);
}

/* Offsets stay below 2 GB. */
static inline long sys_pread(int fd, void *buffer, size_t size, uint32_t offset)
{
	return system_call(__NR_pread64, fd, buffer, size, offset, 0);
}

/* The same of files of any size. */
static inline long read_at(int fd, void *buffer, size_t size, uint64_t offset)
{
#ifdef __i386__
	return system_call(__NR_pread64, fd, buffer, size, (uint32_t)offset,
			   (uint32_t)(offset >> 32));
#else
	return system_call(__NR_pread64, fd, buffer, size, offset);
#endif
}

static inline long sys_write(int fd, const void *bytes, size_t size)
{
	return system_call(__NR_write, fd, bytes, size);
}

/* struct iovec of the kernel. */
struct io_vector {
	const void *base;
	size_t length;
};

/* Since Linux 3.17. */
static inline long sys_memfd_create(const char *name, unsigned flags)
{
	return system_call(__NR_memfd_create, name, flags);
}

/* From where `offset` says, which moves on. */
static inline long sys_sendfile(int to, int from, long *offset, size_t size)
{
	return system_call(__NR_sendfile, to, from, offset, size);
}

static inline long sys_writev(int fd, const struct io_vector *vector, int count)
{
	return system_call(__NR_writev, fd, vector, count);
}

static inline long sys_lseek(int fd, long offset, int whence)
{
	return system_call(__NR_lseek, fd, offset, whence);
}

/* The same of files of any size; minus the errno where it fails. */
static inline int64_t seek(int fd, int64_t offset, int whence)
{
#ifdef __NR__llseek
	int64_t position;
	const long result = system_call(__NR__llseek, fd, (uint32_t)((uint64_t)offset >> 32),
					(uint32_t)offset, &position, whence);

	return failed(result) ? result : position;
#else
	return sys_lseek(fd, offset, whence);
#endif
}

/* Of files of any size. */
static inline long set_file_size(int fd, uint64_t size)
{
#ifdef __NR_ftruncate64
	return system_call(__NR_ftruncate64, fd, (uint32_t)size, (uint32_t)(size >> 32));
#else
	return system_call(__NR_ftruncate, fd, size);
#endif
}

static inline long sys_dup3(int from, int to, int flags)
{
	return system_call(__NR_dup3, from, to, flags);
}

static inline long sys_pipe2(int ends[2], int flags)
{
	return system_call(__NR_pipe2, ends, flags);
}

static inline long sys_fcntl(int fd, int command, long argument)
{
#ifdef __NR_fcntl64
	return system_call(__NR_fcntl64, fd, command, argument);
#else
	return system_call(__NR_fcntl, fd, command, argument);
#endif
}

static inline long sys_readlinkat(int directory, const char *path, char *buffer, size_t size)
{
	return system_call(__NR_readlinkat, directory, path, buffer, size);
}

static inline long sys_readlink(const char *path, char *buffer, size_t size)
{
	return sys_readlinkat(AT_FDCWD, path, buffer, size);
}

/* The text of a link, ended by NUL and cut off where there is no room; returns its length. */
static inline long read_link_text(const char *path, char *buffer, size_t size)
{
	const long length = sys_readlink(path, buffer, size - 1);

	if (!failed(length))
		buffer[length] = '\0';
	return length;
}

static inline long sys_faccessat(int directory, const char *path, int mode)
{
	return system_call(__NR_faccessat, directory, path, mode);
}

static inline long sys_access(const char *path, int mode)
{
	return sys_faccessat(AT_FDCWD, path, mode);
}

static inline long sys_mknodat(int directory, const char *path, unsigned mode)
{
	return system_call(__NR_mknodat, directory, path, mode, 0);
}

static inline long sys_symlinkat(const char *text, int directory, const char *path)
{
	return system_call(__NR_symlinkat, text, directory, path);
}

static inline long sys_linkat(int from_directory, const char *from, int to_directory,
			      const char *to)
{
	return system_call(__NR_linkat, from_directory, from, to_directory, to, 0);
}

static inline long sys_renameat(int from_directory, const char *from, int to_directory,
				const char *to)
{
	return system_call(__NR_renameat, from_directory, from, to_directory, to);
}

static inline long sys_fchmodat(int directory, const char *path, unsigned mode)
{
	return system_call(__NR_fchmodat, directory, path, mode);
}

static inline unsigned sys_umask(unsigned mask)
{
	return (unsigned)system_call(__NR_umask, mask);
}

/* Of the whole file system that it lies on: since Linux 2.6.39, and with an answer since 5.8. */
static inline long sys_syncfs(int fd)
{
	return system_call(__NR_syncfs, fd);
}

static inline void sys_sync(void)
{
	system_call(__NR_sync);
}

static inline long sys_unlinkat(int directory, const char *path, int flags)
{
	return system_call(__NR_unlinkat, directory, path, flags);
}

#endif
