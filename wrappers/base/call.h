/*
 * System calls without a C library.
 *
 * `system_call(__NR_name, arguments...)` takes up to six numbers or addresses and returns what the
 * kernel returns: a small negative number is minus the errno. It touches no errno of the program's
 * and is no cancellation point. Numbers, errors and flags have the names of the kernel's own
 * headers.
 *
 * What the headers beside this one call sys_NAME is the call of that name, its arguments in the
 * kernel's order. Linux 2.6.32 has all of them unless they say otherwise.
 */
#ifndef DYNPK_BASE_CALL_H
#define DYNPK_BASE_CALL_H

#include <asm/errno.h>
#include <asm/unistd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)

static inline long system_call_of_3(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

static inline long system_call_of_4(long number, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}

static inline long system_call_of_6(long number, long a, long b, long c, long d, long e, long f)
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

static inline long system_call_of_3(long number, long a, long b, long c)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
}

static inline long system_call_of_4(long number, long a, long b, long c, long d)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
	return x0;
}

static inline long system_call_of_6(long number, long a, long b, long c, long d, long e, long f)
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

#elif defined(__i386__)

/* The compiler does not give %ebp away, nor %ebx in position-independent code. */
static inline long system_call_of_6(long number, long a, long b, long c, long d, long e, long f)
{
	const long words[4] = { number, a, c, f };
	long result;

	__asm__ volatile("pushl %%ebp\n\t"
			 "pushl %%ebx\n\t"
			 "movl 4(%%eax), %%ebx\n\t"
			 "movl 8(%%eax), %%edx\n\t"
			 "movl 12(%%eax), %%ebp\n\t"
			 "movl 0(%%eax), %%eax\n\t"
			 "int $0x80\n\t"
			 "popl %%ebx\n\t"
			 "popl %%ebp"
			 : "=a"(result)
			 : "a"(words), "c"(b), "S"(d), "D"(e)
			 : "edx", "memory");
	return result;
}

static inline long system_call_of_3(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("xchgl %%ebx, %%edi\n\t"
			 "int $0x80\n\t"
			 "xchgl %%ebx, %%edi"
			 : "=a"(result)
			 : "a"(number), "D"(a), "c"(b), "d"(c)
			 : "memory");
	return result;
}

static inline long system_call_of_4(long number, long a, long b, long c, long d)
{
	long result;

	__asm__ volatile("xchgl %%ebx, %%edi\n\t"
			 "int $0x80\n\t"
			 "xchgl %%ebx, %%edi"
			 : "=a"(result)
			 : "a"(number), "D"(a), "c"(b), "d"(c), "S"(d)
			 : "memory");
	return result;
}

#else
#error "nothing that runs on targets is written for this architecture"
#endif

#define system_call(...)                                                                           \
	SYSTEM_CALL_PICK(__VA_ARGS__, SYSTEM_CALL_6, SYSTEM_CALL_5, SYSTEM_CALL_4, SYSTEM_CALL_3,  \
			 SYSTEM_CALL_2, SYSTEM_CALL_1, SYSTEM_CALL_0, )                            \
	(__VA_ARGS__)
#define SYSTEM_CALL_PICK(n, a, b, c, d, e, f, picked, ...) picked
#define SYSTEM_CALL_0(n) system_call_of_3(n, 0, 0, 0)
#define SYSTEM_CALL_1(n, a) system_call_of_3(n, (long)(a), 0, 0)
#define SYSTEM_CALL_2(n, a, b) system_call_of_3(n, (long)(a), (long)(b), 0)
#define SYSTEM_CALL_3(n, a, b, c) system_call_of_3(n, (long)(a), (long)(b), (long)(c))
#define SYSTEM_CALL_4(n, a, b, c, d) system_call_of_4(n, (long)(a), (long)(b), (long)(c), (long)(d))
#define SYSTEM_CALL_5(n, a, b, c, d, e)                                                            \
	system_call_of_6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define SYSTEM_CALL_6(n, a, b, c, d, e, f)                                                         \
	system_call_of_6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

static inline bool failed(long result)
{
	return (unsigned long)result >= (unsigned long)-4095L;
}

#endif
