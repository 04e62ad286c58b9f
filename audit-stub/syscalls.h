/*
 * System calls without libc: an errno is returned negative and nothing of the program's own errno
 * is touched. Only calls that every kernel since 2.6.32 has.
 */
#ifndef DYNPK_AUDIT_SYSCALLS_H
#define DYNPK_AUDIT_SYSCALLS_H

#include <asm/signal.h>
#include <asm/stat.h>
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <stddef.h>

#if defined(__x86_64__)
static inline long system_call(long number, long a, long b, long c, long d)
{
	long result;
	register long fourth __asm__("r10") = d;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
static inline long system_call(long number, long a, long b, long c, long d)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
	return x0;
}
#else
#error "the audit stub is written for x86-64 and aarch64"
#endif

static inline long sys_open(const char *path, int flags, int mode)
{
	return system_call(__NR_openat, AT_FDCWD, (long)path, flags, mode);
}

static inline long sys_read(long descriptor, void *to, size_t room)
{
	return system_call(__NR_read, descriptor, (long)to, (long)room, 0);
}

static inline long sys_write(long descriptor, const void *from, size_t count)
{
	return system_call(__NR_write, descriptor, (long)from, (long)count, 0);
}

static inline void sys_close(long descriptor)
{
	system_call(__NR_close, descriptor, 0, 0, 0);
}

static inline long sys_stat(const char *path, struct stat *facts)
{
	return system_call(__NR_newfstatat, AT_FDCWD, (long)path, (long)facts, 0);
}

static inline long sys_fstat(long descriptor, struct stat *facts)
{
	return system_call(__NR_fstat, descriptor, (long)facts, 0, 0);
}

static inline long sys_readlink(const char *path, char *to, size_t room)
{
	return system_call(__NR_readlinkat, AT_FDCWD, (long)path, (long)to, (long)room);
}

/* The length with the final NUL, or a negative errno. */
static inline long sys_getcwd(char *to, size_t room)
{
	return system_call(__NR_getcwd, (long)to, (long)room, 0, 0);
}

/* Writes two words, or answers -EFAULT where they cannot be written. */
static inline long sys_clock(void *words)
{
	return system_call(__NR_clock_gettime, 0, (long)words, 0, 0);
}

/* Sets of signals are words in which the lowest bit stands for signal 1. */
static inline unsigned long sys_block_signals(unsigned long set)
{
	unsigned long before = 0;

	system_call(__NR_rt_sigprocmask, SIG_BLOCK, (long)&set, (long)&before, sizeof set);
	return before;
}

static inline void sys_set_signal_mask(unsigned long set)
{
	system_call(__NR_rt_sigprocmask, SIG_SETMASK, (long)&set, 0, sizeof set);
}

static inline unsigned long sys_pending_signals(void)
{
	unsigned long set = 0;

	system_call(__NR_rt_sigpending, (long)&set, sizeof set, 0, 0);
	return set;
}

/* Take one of the signals, if it is pending, away from the thread. */
static inline void sys_drop_signal(unsigned long set)
{
	const long at_once[2] = {0, 0};

	system_call(__NR_rt_sigtimedwait, (long)&set, 0, (long)at_once, sizeof set);
}

static inline long sys_getpid(void)
{
	return system_call(__NR_getpid, 0, 0, 0, 0);
}

_Noreturn static inline void sys_exit(int status)
{
	for (;;)
		system_call(__NR_exit_group, status, 0, 0, 0);
}

#endif
