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

static inline long sys_getppid(void)
{
	return system_call(__NR_getppid);
}

/* The effective user. */
static inline uint32_t own_user(void)
{
#ifdef __NR_geteuid32
	return (uint32_t)system_call(__NR_geteuid32);
#else
	return (uint32_t)system_call(__NR_geteuid);
#endif
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

/* 0 in the child, which goes on with a copy of everything. `signal` tells the parent of its end. */
static inline long fork_process(int signal)
{
	return system_call(__NR_clone, signal, 0, 0, 0, 0);
}

static inline long sys_kill(long pid, int signal)
{
	return system_call(__NR_kill, pid, signal);
}

/* This process is killed when its parent ends. */
static inline long end_with_parent(int signal)
{
	return system_call(__NR_prctl, PR_SET_PDEATHSIG, signal);
}

/* Bytes of the set of processors that it may run on; the set is filled up to there. */
static inline long sys_sched_getaffinity(long pid, size_t size, void *set)
{
	return system_call(__NR_sched_getaffinity, pid, size, set);
}

/* Since Linux 3.17. */
static inline long sys_getrandom(void *bytes, size_t size, unsigned flags)
{
	return system_call(__NR_getrandom, bytes, size, flags);
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
