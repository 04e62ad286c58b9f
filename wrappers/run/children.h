/*
 * Work done by other processes, while this one shows that it lives and minds what ends it.
 *
 * Nothing is done by handlers: the signals are held, and taken from the kernel in the one place
 * that waits. Whoever has begun ends with end_holding().
 */
#ifndef DYNPK_RUN_CHILDREN_H
#define DYNPK_RUN_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>

struct held {
	uint64_t mask;
	/* Those to be minded: of the ones that end programs, what the caller does not ignore. */
	uint64_t ending;
	bool children_were_ignored;
};

struct held hold_signals(void);
void end_holding(const struct held *held);
/* End as the signal would have ended it. */
_Noreturn void die_by(const struct held *held, int signal);

enum { CHILDREN_LIMIT = 16 };

struct children {
	const struct held *held;
	/* Called about every second. */
	void (*beat)(void *argument);
	void *beat_argument;
	/* The signal that interrupted them, or 0. */
	int interrupted;
};

/*
 * Run it in so many processes; false where one of them does not end with true, where none can be
 * made, or where a signal interrupted them. None is left then.
 */
bool run_children(struct children *children, uint32_t count, bool (*run)(void *), void *argument);

/* A signal that came while no child ran. */
bool is_interrupted(struct children *children);

#endif
