/*
 * A process that runs a function on a stack of its own and ends with what that returns.
 */
#ifndef DYNPK_NSS_CLONE_H
#define DYNPK_NSS_CLONE_H

#include "base/call.h"
#include <linux/sched.h>

#if defined(__x86_64__)

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

#endif
