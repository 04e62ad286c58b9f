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

#elif defined(__i386__)

/* What the child is to do stands on its stack: the registers that are left are the compiler's. */
static inline long sys_clone(unsigned long flags, void *stack, int (*run)(void *), void *argument)
{
	uint32_t *top = (uint32_t *)(((uintptr_t)stack & ~(uintptr_t)15) - 16);
	long result;

	top[0] = (uint32_t)(uintptr_t)argument;
	*--top = (uint32_t)(uintptr_t)run;
	__asm__ volatile("xchgl %%ebx, %%edi\n\t"
			 "int $0x80\n\t"
			 "xchgl %%ebx, %%edi\n\t"
			 "testl %%eax, %%eax\n\t"
			 "jnz 1f\n\t"
			 "xorl %%ebp, %%ebp\n\t"
			 "popl %%eax\n\t"
			 "call *%%eax\n\t"
			 "movl %%eax, %%ebx\n\t"
			 "movl %[leave], %%eax\n\t"
			 "int $0x80\n\t"
			 "hlt\n"
			 "1:"
			 : "=a"(result)
			 : "a"((long)__NR_clone), "D"(flags), "c"(top), "d"(0L),
			   "S"(0L), [leave] "i"(__NR_exit)
			 : "memory", "cc");
	return result;
}

#else
#error "no module for names on this architecture"
#endif

#endif
