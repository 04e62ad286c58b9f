/*
 * The process itself. PR_ and struct prctl_mm_map are the kernel's own.
 */
#ifndef DYNPK_BASE_PROCESS_H
#define DYNPK_BASE_PROCESS_H

#include "base/call.h"
#include <linux/personality.h>
#include <linux/prctl.h>
#include <linux/utsname.h>
#include <stdbool.h>
#include <stdint.h>

static inline long sys_getpid(void)
{
	return system_call(__NR_getpid);
}

static inline long sys_gettid(void)
{
	return system_call(__NR_gettid);
}

static inline void sys_sched_yield(void)
{
	system_call(__NR_sched_yield);
}

static inline long sys_execve(const char *path, char *const *argv, char *const *envp)
{
	return system_call(__NR_execve, path, argv, envp);
}

static inline long sys_wait4(long pid, int *status, int options)
{
	return system_call(__NR_wait4, pid, status, options, 0);
}

/* Where the heap ends; at a program's very start also where it begins. */
static inline uintptr_t sys_brk(void)
{
	return (uintptr_t)system_call(__NR_brk, 0);
}

static inline long sys_uname(struct new_utsname *name)
{
	return system_call(__NR_uname, name);
}

static inline long set_process_name(const char *name)
{
	return system_call(__NR_prctl, PR_SET_NAME, name);
}

/* Whether this process asked for addresses that are the same each time (setarch -R). */
static inline bool has_fixed_addresses(void)
{
	const long persona = system_call(__NR_personality, UINT32_MAX);

	return !failed(persona) && (persona & ADDR_NO_RANDOMIZE) != 0;
}

/* Only with a kernel that knows how to restore processes. */
static inline long set_memory_map(const struct prctl_mm_map *map)
{
	return system_call(__NR_prctl, PR_SET_MM, PR_SET_MM_MAP, map, sizeof(*map), 0);
}

/* All threads of it. */
_Noreturn static inline void sys_exit_group(int status)
{
	for (;;)
		system_call(__NR_exit_group, status);
}

#endif
