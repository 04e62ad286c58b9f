/*
 * Signals. Sets of them are words in which the lowest bit stands for signal 1.
 *
 * The kernel's header for them cannot stand beside <signal.h>, nor beside <link.h>.
 */
#ifndef DYNPK_BASE_SIGNALS_H
#define DYNPK_BASE_SIGNALS_H

#include "base/call.h"
#include <asm/signal.h>

/* _NSIG, which not every architecture's header gives away. */
enum { SIGNAL_LAST = 64 };

#define SIGNAL_BIT(signal) ((uint64_t)1 << ((signal)-1))

/* `how` is SIG_BLOCK or SIG_SETMASK; returns the thread's mask as it was. */
static inline uint64_t sys_rt_sigprocmask(int how, uint64_t set)
{
	uint64_t before = 0;

	system_call(__NR_rt_sigprocmask, how, &set, &before, sizeof(set));
	return before;
}

static inline uint64_t sys_rt_sigpending(void)
{
	uint64_t set = 0;

	system_call(__NR_rt_sigpending, &set, sizeof(set));
	return set;
}

/* Take one of the signals, if it is pending, away from the thread. */
static inline void drop_signal(uint64_t set)
{
	const long at_once[2] = { 0, 0 };

	system_call(__NR_rt_sigtimedwait, &set, 0, at_once, sizeof(set));
}

/* One of the signals, which is taken away; minus EAGAIN where none comes in time. */
static inline long wait_for_signal(uint64_t set, const long time[2])
{
	return system_call(__NR_rt_sigtimedwait, &set, 0, time, sizeof(set));
}

/* struct sigaction of the kernel. Of use for SIG_DFL and SIG_IGN: there is no restorer. */
struct signal_action {
	uintptr_t handler;
	unsigned long flags;
	uintptr_t restorer;
	uint64_t mask;
};

enum { HANDLED_BY_DEFAULT = 0, IGNORED = 1 };

static inline long sys_rt_sigaction(int signal, const struct signal_action *to,
				    struct signal_action *from)
{
	return system_call(__NR_rt_sigaction, signal, to, from, sizeof(to->mask));
}

#endif
