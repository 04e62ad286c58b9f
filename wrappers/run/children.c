#include "children.h"
#include "base/clock.h"
#include "base/process.h"
#include "base/signals.h"

enum { WITHOUT_WAITING = 1 };

/* SIGXFSZ is held too: then a file that may grow no longer is an error that can be told. */
struct held hold_signals(void)
{
	static const int ends[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
				    SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU };
	const struct signal_action by_default = { .handler = HANDLED_BY_DEFAULT };
	struct signal_action before = { 0 };
	struct held held = { 0 };

	for (unsigned i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		sys_rt_sigaction(ends[i], NULL, &before);
		if (before.handler != IGNORED)
			held.ending |= SIGNAL_BIT(ends[i]);
	}
	held.mask = sys_rt_sigprocmask(SIG_BLOCK,
				       held.ending | SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGXFSZ));
	/* What the caller held already is the program's to take. */
	held.ending &= ~held.mask;
	/* Children of whoever ignores their end leave no status behind. */
	sys_rt_sigaction(SIGCHLD, &by_default, &before);
	held.children_were_ignored = before.handler == IGNORED;
	return held;
}

void end_holding(const struct held *held)
{
	const struct signal_action ignored = { .handler = IGNORED };
	const uint64_t ours = SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGXFSZ);

	if (held->children_were_ignored)
		sys_rt_sigaction(SIGCHLD, &ignored, NULL);
	drop_signal(ours & ~held->mask);
	drop_signal(ours & ~held->mask);
	sys_rt_sigprocmask(SIG_SETMASK, held->mask);
}

_Noreturn void die_by(const struct held *held, int signal)
{
	enum { STATUS_OF_SIGNALS = 128 };

	sys_rt_sigprocmask(SIG_SETMASK, held->mask & ~SIGNAL_BIT(signal));
	sys_kill(sys_getpid(), signal);
	sys_exit_group(STATUS_OF_SIGNALS + signal);
}

static bool take_signal(struct children *children, uint64_t set, long seconds)
{
	const long time[2] = { seconds, 0 };
	const long signal = wait_for_signal(set, time);

	if (signal > 0 && signal != SIGCHLD)
		children->interrupted = (int)signal;
	return children->interrupted != 0;
}

bool is_interrupted(struct children *children)
{
	return children->interrupted != 0 || take_signal(children, children->held->ending, 0);
}

/* A process that the kernel ends with its parent; it takes signals as the caller would. */
static long start_child(const struct children *children, bool (*run)(void *), void *argument)
{
	const long parent = sys_getpid();
	const long pid = fork_process(SIGCHLD);

	if (pid != 0)
		return pid;
	end_with_parent(SIGKILL);
	sys_rt_sigprocmask(SIG_SETMASK, children->held->mask | SIGNAL_BIT(SIGXFSZ));
	if (sys_getppid() != parent)
		sys_exit_group(1);
	sys_exit_group(run(argument) ? 0 : 1);
}

/*
 * How many of them have ended now; `all_well` becomes false where one did not end well. Each is
 * asked for by its number: the caller may have left us children of his own.
 */
static uint32_t reap(long *pids, uint32_t count, int options, bool *all_well)
{
	uint32_t ended = 0;

	for (uint32_t i = 0; i < count; i++) {
		int status = 0;
		long pid = 0;

		if (pids[i] == 0)
			continue;
		do
			pid = sys_wait4(pids[i], &status, options);
		while (pid == -EINTR);
		if (pid == 0)
			continue;
		pids[i] = 0;
		ended++;
		*all_well = *all_well && !failed(pid) && status == 0;
	}
	return ended;
}

bool run_children(struct children *children, uint32_t count, bool (*run)(void *), void *argument)
{
	const uint64_t set = children->held->ending | SIGNAL_BIT(SIGCHLD);
	uint64_t last_beat = milliseconds_since_start();
	long pids[CHILDREN_LIMIT];
	uint32_t started = 0, ended = 0;
	bool all_well = true;

	while (started < count && started < CHILDREN_LIMIT) {
		const long pid = start_child(children, run, argument);

		if (failed(pid))
			break;
		pids[started++] = pid;
	}
	while (ended < started && !take_signal(children, set, 1)) {
		const uint64_t now = milliseconds_since_start();

		ended += reap(pids, started, WITHOUT_WAITING, &all_well);
		if (children->beat != NULL && now - last_beat >= 900) {
			children->beat(children->beat_argument);
			last_beat = now;
		}
	}
	if (ended < started) {
		for (uint32_t i = 0; i < started; i++) {
			if (pids[i] != 0)
				sys_kill(pids[i], SIGKILL);
		}
		reap(pids, started, 0, &all_well);
	}
	return started > 0 && all_well && children->interrupted == 0;
}
