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

static inline uint64_t milliseconds_since_start(void)
{
	struct kernel_time now = { 0, 0 };

	sys_clock_gettime(SINCE_START, &now);
	return (uint64_t)now.seconds * 1000 + (uint64_t)now.nanoseconds / 1000000;
}

static inline void sleep_milliseconds(unsigned count)
{
	const struct kernel_time time = { (long)(count / 1000), (long)(count % 1000) * 1000000 };

	system_call(__NR_nanosleep, &time, 0);
}

/* When a file last changed, to the second; `path` may be NULL: then it is `fd` itself. */
static inline long set_modified(int fd, const char *path, uint64_t seconds)
{
	enum { LATEST_OF_32_BITS = 0x7fffffff };
	const bool is_late = sizeof(long) == 4 && seconds > LATEST_OF_32_BITS;
	const long time = is_late ? LATEST_OF_32_BITS : (long)seconds;
	const struct kernel_time times[2] = { { time, 0 }, { time, 0 } };

	return system_call(__NR_utimensat, fd, path, times, 0);
}

/* Now, by the clock of the open file's own file system. */
static inline long set_modified_now(int fd)
{
	enum { TIME_OF_NOW = 0x3fffffff };
	const struct kernel_time now[2] = { { 0, TIME_OF_NOW }, { 0, TIME_OF_NOW } };

	return system_call(__NR_utimensat, fd, NULL, now, 0);
}

#endif
