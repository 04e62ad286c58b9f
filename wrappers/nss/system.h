/*
 * The system calls the module makes, straight to the kernel: they touch no errno of the program's
 * and are no cancellation points. Each returns what the kernel returns; a small negative number is
 * minus the errno. Those that Linux 2.6.32 lacks are allowed to fail.
 */
#ifndef DYNPK_NSS_SYSTEM_H
#define DYNPK_NSS_SYSTEM_H

#include <asm/unistd.h>
#include <stdbool.h>
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

/* Run a function in a new process on a stack of its own; the process ends with what it returns. */
static inline long sys_clone(unsigned long flags, void *stack, int (*run)(void *), void *argument)
{
	register long none __asm__("r10") = 0;
	register int (*child)(void *) __asm__("r8") = run;
	register void *given __asm__("r9") = argument;
	long result;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r9, %%rdi\n\t"
			 "call *%%r8\n\t"
			 "mov %%eax, %%edi\n\t"
			 "mov %[leave], %%eax\n\t"
			 "syscall\n\t"
			 "hlt\n"
			 "1:"
			 : "=a"(result)
			 : "a"((long)__NR_clone), "D"(flags), "S"(stack), "d"(0L), "r"(none),
			   "r"(child), "r"(given), [leave] "i"(__NR_exit)
			 : "rcx", "r11", "memory", "cc");
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

/* Run a function in a new process on a stack of its own; the process ends with what it returns. */
static inline long sys_clone(unsigned long flags, void *stack, int (*run)(void *), void *argument)
{
	register long x8 __asm__("x8") = __NR_clone;
	register unsigned long x0 __asm__("x0") = flags;
	register void *x1 __asm__("x1") = stack;
	register long x2 __asm__("x2") = 0;
	register long x3 __asm__("x3") = 0;
	register long x4 __asm__("x4") = 0;
	register int (*child)(void *) __asm__("x5") = run;
	register void *given __asm__("x6") = argument;

	__asm__ volatile("svc 0\n\t"
			 "cbnz x0, 1f\n\t"
			 "mov x29, xzr\n\t"
			 "mov x0, x6\n\t"
			 "blr x5\n\t"
			 "mov x8, %[leave]\n\t"
			 "svc 0\n\t"
			 "brk 1\n"
			 "1:"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(child),
			   "r"(given), [leave] "i"(__NR_exit)
			 : "x30", "memory", "cc");
	return (long)x0;
}

#else
#error "no module for names on this architecture"
#endif

/* Numbers of the kernel's interface, the same on both architectures. */
enum {
	E_NOENT = 2,
	E_INTR = 4,
	E_AGAIN = 11,
	E_RANGE = 34,
};

enum { CWD_FD = -100 };

enum {
	OPEN_READ_WRITE = 02,
	OPEN_CLOEXEC = 02000000,
};

enum {
	READY_TO_READ = 1,
	READY_TO_WRITE = 4,
};

enum {
	SIGNAL_KILL = 9,
	SIGNAL_CHILD = 17,
	SIGNAL_TERMINAL_FIRST = 20, /* SIGTSTP, SIGTTIN, SIGTTOU */
	SIGNAL_TERMINAL_LAST = 22,
	SIGNAL_LAST = 64,
};

enum {
	CLONE_SHARES_MEMORY = 0x100,
	CLONE_SUSPENDS_PARENT = 0x4000,
};

struct poll_entry {
	int fd;
	short wanted;
	short seen;
};

struct kernel_time {
	long seconds;
	long nanoseconds;
};

static inline bool failed(long result)
{
	return (unsigned long)result >= (unsigned long)-4095L;
}

static inline long sys_close(int fd)
{
	return system_call(__NR_close, fd, 0, 0, 0, 0, 0);
}

static inline long sys_open(const char *path, int flags)
{
	return system_call(__NR_openat, CWD_FD, (long)path, flags, 0, 0, 0);
}

static inline long sys_read(int fd, void *buffer, size_t size)
{
	return system_call(__NR_read, fd, (long)buffer, (long)size, 0, 0, 0);
}

static inline bool sys_can_execute(const char *path)
{
	return system_call(__NR_faccessat, CWD_FD, (long)path, 1, 0, 0, 0) == 0;
}

/* Shared memory is one with a child's even where a kernel that only resembles Linux makes copies.
 */
enum sharing { SHARED_MEMORY = 0x4021, PRIVATE_MEMORY = 0x4022 };

/* Memory that costs nothing until it is written to; NULL where there is none. */
static inline void *sys_map(size_t size, enum sharing sharing)
{
	const long read_write = 3;
	const long result = system_call(__NR_mmap, 0, (long)size, read_write, (long)sharing, -1, 0);

	return failed(result) ? NULL : (void *)result;
}

static inline void sys_unmap(void *from, size_t size)
{
	system_call(__NR_munmap, (long)from, (long)size, 0, 0, 0, 0);
}

/* Seconds since the machine started. */
static inline long sys_seconds(void)
{
	const long monotonic = 1;
	struct kernel_time now = { 0, 0 };

	system_call(__NR_clock_gettime, monotonic, (long)&now, 0, 0, 0, 0);
	return now.seconds;
}

/* Wait until the descriptor is ready or the second has come; false where it has come. */
static inline bool sys_wait_ready(int fd, short wanted, long until)
{
	for (;;) {
		struct poll_entry entry = { fd, wanted, 0 };
		struct kernel_time left = { until - sys_seconds(), 0 };
		long ready;

		if (left.seconds <= 0)
			return false;
		ready = system_call(__NR_ppoll, (long)&entry, 1, (long)&left, 0, 0, 0);
		if (ready > 0)
			return true;
		if (ready < 0 && ready != -E_INTR)
			return false;
	}
}

/* `set` takes the place of the thread's signal mask, which is returned. */
static inline uint64_t sys_set_signal_mask(uint64_t set)
{
	const long replace = 2;
	uint64_t before = 0;

	system_call(__NR_rt_sigprocmask, replace, (long)&set, (long)&before, sizeof(set), 0, 0);
	return before;
}

#endif
