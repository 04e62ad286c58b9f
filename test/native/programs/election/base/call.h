/*
 * Stands in the place of wrappers/base/call.h: what would be a system call is a step of the model.
 */
#ifndef DYNPK_BASE_CALL_H
#define DYNPK_BASE_CALL_H

#include <asm/errno.h>
#include <asm/unistd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct call {
	long number;
	long words[5];
};

/* In model.c; returns what the kernel would. */
long model_call(struct call call);

#define system_call(...)                                                                           \
	model_call((struct call){ SYSTEM_CALL_PICK(__VA_ARGS__, SYSTEM_CALL_5, SYSTEM_CALL_4,      \
						   SYSTEM_CALL_3, SYSTEM_CALL_2, SYSTEM_CALL_1,    \
						   SYSTEM_CALL_0, )(__VA_ARGS__) })
#define SYSTEM_CALL_PICK(n, a, b, c, d, e, picked, ...) picked
#define SYSTEM_CALL_0(n)                                                                           \
	n,                                                                                         \
	{                                                                                          \
		0                                                                                  \
	}
#define SYSTEM_CALL_1(n, a)                                                                        \
	n,                                                                                         \
	{                                                                                          \
		(long)(a)                                                                          \
	}
#define SYSTEM_CALL_2(n, a, b)                                                                     \
	n,                                                                                         \
	{                                                                                          \
		(long)(a), (long)(b)                                                               \
	}
#define SYSTEM_CALL_3(n, a, b, c)                                                                  \
	n,                                                                                         \
	{                                                                                          \
		(long)(a), (long)(b), (long)(c)                                                    \
	}
#define SYSTEM_CALL_4(n, a, b, c, d)                                                               \
	n,                                                                                         \
	{                                                                                          \
		(long)(a), (long)(b), (long)(c), (long)(d)                                         \
	}
#define SYSTEM_CALL_5(n, a, b, c, d, e)                                                            \
	n,                                                                                         \
	{                                                                                          \
		(long)(a), (long)(b), (long)(c), (long)(d), (long)(e)                              \
	}

static inline bool failed(long result)
{
	return (unsigned long)result >= (unsigned long)-4095L;
}

#endif
