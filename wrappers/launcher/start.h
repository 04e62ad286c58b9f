/*
 * The initial process stack, as the kernel hands it over and as the next in line expects it:
 * argc, argv, environment, auxiliary vector.
 */
#ifndef DYNPK_START_H
#define DYNPK_START_H

#include "image.h"

typedef ELF(auxv_t) auxv_entry;

struct start {
	uintptr_t *stack;
	size_t argc;
	char **argv;
	char **environment;
	auxv_entry *auxv;
};

static inline struct start read_start(uintptr_t *stack)
{
	struct start start = { .stack = stack, .argc = stack[0], .argv = (char **)(stack + 1) };
	char **end;

	start.environment = start.argv + start.argc + 1;
	for (end = start.environment; *end != NULL; end++)
		;
	start.auxv = (auxv_entry *)(end + 1);
	return start;
}

static inline auxv_entry *find_auxv(auxv_entry *auxv, uintptr_t type)
{
	for (; auxv->a_type != AT_NULL; auxv++) {
		if (auxv->a_type == type)
			return auxv;
	}
	return NULL;
}

static inline uintptr_t auxv_value(const struct start *start, uintptr_t type)
{
	const auxv_entry *entry = find_auxv(start->auxv, type);

	return entry == NULL ? 0 : entry->a_un.a_val;
}

/* Continue at `entry` with the initial stack at `stack`, never to come back. */
_Noreturn static inline void enter(uintptr_t entry, uintptr_t *stack)
{
#if defined(__x86_64__)
	__asm__ volatile("movq %0, %%rsp\n\t"
			 "xorl %%edx, %%edx\n\t"
			 "xorl %%ebp, %%ebp\n\t"
			 "jmp *%1"
			 :
			 : "r"(stack), "a"(entry)
			 : "memory", "rdx");
#elif defined(__aarch64__)
	__asm__ volatile("mov sp, %0\n\t"
			 "mov x0, #0\n\t"
			 "mov x29, #0\n\t"
			 "mov x30, #0\n\t"
			 "br %1"
			 :
			 : "r"(stack), "r"(entry)
			 : "memory", "x0");
#elif defined(__i386__)
	__asm__ volatile("movl %0, %%esp\n\t"
			 "xorl %%edx, %%edx\n\t"
			 "xorl %%ebp, %%ebp\n\t"
			 "jmp *%1"
			 :
			 : "c"(stack), "a"(entry)
			 : "memory", "edx");
#endif
	__builtin_unreachable();
}

#endif
