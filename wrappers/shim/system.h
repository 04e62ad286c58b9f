/*
 * The system calls the shim makes for itself, straight to the kernel: they touch no errno and are
 * no cancellation points. Each returns what the kernel returns; a small negative number is minus
 * the errno.
 */
#ifndef DYNPK_SHIM_SYSTEM_H
#define DYNPK_SHIM_SYSTEM_H

#include <asm/unistd.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)

static inline long system_call(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#elif defined(__aarch64__)

static inline long system_call(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

#else
#error "no path shim for this architecture"
#endif

static inline int failed(long result)
{
	return (unsigned long)result >= (unsigned long)-4095L;
}

/* Numbers of the kernel's interface, the same on every architecture the shim is built for. */
enum {
	E_PERM = 1,
	E_NOENT = 2,
	E_NOEXEC = 8,
	E_NOMEM = 12,
	E_ACCES = 13,
	E_EXIST = 17,
	E_XDEV = 18,
	E_NOTDIR = 20,
	E_ISDIR = 21,
	E_INVAL = 22,
	E_ROFS = 30,
	E_RANGE = 34,
	E_NAMETOOLONG = 36,
	E_NOSYS = 38,
	E_LOOP = 40,
	E_ADDRINUSE = 98,
	E_STALE = 116,
};

enum { CWD_FD = -100 };

enum {
	FLAG_NOFOLLOW = 0x100,	  /* AT_SYMLINK_NOFOLLOW */
	FLAG_REMOVEDIR = 0x200,	  /* AT_REMOVEDIR */
	FLAG_FOLLOW = 0x400,	  /* AT_SYMLINK_FOLLOW */
	FLAG_EMPTY_PATH = 0x1000, /* AT_EMPTY_PATH */
};

#ifdef __aarch64__
enum { OPEN_DIRECTORY = 040000, OPEN_NOFOLLOW = 0100000 };
#else
enum { OPEN_DIRECTORY = 0200000, OPEN_NOFOLLOW = 0400000 };
#endif

enum {
	OPEN_ACCESS = 3,
	OPEN_WRITE = 1,
	OPEN_CREATE = 0100,
	OPEN_EXCLUSIVE = 0200,
	OPEN_TRUNCATE = 01000,
	OPEN_CLOEXEC = 02000000,
	OPEN_PATH = 010000000,
	OPEN_TEMPORARY = 020000000, /* without O_DIRECTORY, which it holds too */
};

static inline long sys_readlink(const char *path, char *buffer, size_t size)
{
	return system_call(__NR_readlinkat, CWD_FD, (long)path, (long)buffer, (long)size, 0, 0);
}

static inline long sys_access(const char *path, int mode)
{
	return system_call(__NR_faccessat, CWD_FD, (long)path, mode, 0, 0, 0);
}

static inline long sys_getcwd(char *buffer, size_t size)
{
	return system_call(__NR_getcwd, (long)buffer, (long)size, 0, 0, 0, 0);
}

static inline long sys_getpid(void)
{
	return system_call(__NR_getpid, 0, 0, 0, 0, 0, 0);
}

static inline long sys_gettid(void)
{
	return system_call(__NR_gettid, 0, 0, 0, 0, 0, 0);
}

static inline long sys_yield(void)
{
	return system_call(__NR_sched_yield, 0, 0, 0, 0, 0, 0);
}

static inline long sys_open(const char *path, int flags)
{
	return system_call(__NR_openat, CWD_FD, (long)path, flags, 0, 0, 0);
}

static inline long sys_read(int fd, void *buffer, size_t size)
{
	return system_call(__NR_read, fd, (long)buffer, (long)size, 0, 0, 0);
}

static inline long sys_close(int fd)
{
	return system_call(__NR_close, fd, 0, 0, 0, 0, 0);
}

static inline long sys_entries(int fd, void *buffer, size_t size)
{
	return system_call(__NR_getdents64, fd, (long)buffer, (long)size, 0, 0, 0);
}

static inline long sys_position(int fd)
{
	return system_call(__NR_lseek, fd, 0, 1, 0, 0, 0);
}

static inline long sys_seek_end(int fd)
{
	return system_call(__NR_lseek, fd, 0, 2, 0, 0, 0);
}

/* Memory that is nobody else's. */
static inline long sys_map(size_t size)
{
	return system_call(__NR_mmap, 0, (long)size, 3, 0x22, -1, 0);
}

static inline long sys_unmap(void *address, size_t size)
{
	return system_call(__NR_munmap, (long)address, (long)size, 0, 0, 0, 0);
}

static inline long sys_map_read_only(int fd, size_t size)
{
	return system_call(__NR_mmap, 0, (long)size, 1, 2, fd, 0);
}

#endif
