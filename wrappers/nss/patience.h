/*
 * Time as waiting for an answer counts it: in seconds since the machine started.
 */
#ifndef DYNPK_NSS_PATIENCE_H
#define DYNPK_NSS_PATIENCE_H

#include "base/clock.h"
#include <asm/poll.h>

static inline long seconds_now(void)
{
	struct kernel_time now = { 0, 0 };

	sys_clock_gettime(SINCE_START, &now);
	return now.seconds;
}

/* Wait for POLLIN or POLLOUT of a descriptor; false where the second has come before. */
static inline bool wait_ready(int fd, short wanted, long until)
{
	for (;;) {
		struct pollfd entry = { .fd = fd, .events = wanted };
		struct kernel_time left = { until - seconds_now(), 0 };
		long ready;

		if (left.seconds <= 0)
			return false;
		ready = system_call(__NR_ppoll, &entry, 1, &left, 0);
		if (ready > 0)
			return true;
		if (ready < 0 && ready != -EINTR)
			return false;
	}
}

#endif
