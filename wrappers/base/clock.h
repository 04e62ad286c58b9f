/*
 * The clock.
 */
#ifndef DYNPK_BASE_CLOCK_H
#define DYNPK_BASE_CLOCK_H

#include "base/call.h"

/* struct timespec of the kernel. */
struct kernel_time {
	long seconds;
	long nanoseconds;
};

enum { SINCE_1970 = 0, SINCE_START = 1 };

static inline long sys_clock_gettime(int clock, struct kernel_time *time)
{
	return system_call(__NR_clock_gettime, clock, time);
}

#endif
