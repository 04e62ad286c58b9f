/*
 * A process that executes a program becomes an ordinary child again, whatever signal it was made
 * with: the program would get SIGCHLD for it, and its wait() would answer with it. So one process
 * more stands between. The helper is made with no signal, shares the memory and executes nothing,
 * and is therefore invisible to wait() without __WALL or __WCLONE; it starts the errand's program,
 * reads what that says and reaps it. Its descriptors are its own, so the program's table holds no
 * pipe at any time.
 */
#include "errand.h"
#include "base/directory.h"
#include "base/file.h"
#include "base/process.h"
#include "base/signals.h"
#include "base/text.h"
#include "clone.h"
#include "patience.h"
#include <linux/wait.h>

/* Seconds: who is started may have to wait for servers far away. */
enum { PATIENCE = 30 };

enum { EXIT_NOT_STARTED = 127 };

/* In a helper's child: `1` is the only descriptor that is not /dev/null. */
static int become_program(void *argument)
{
	const struct errand *errand = &((struct workplace *)argument)->errand;
	const long duplicated = sys_dup3(errand->output, 1, 0);

	sys_rt_sigprocmask(SIG_SETMASK, 0);
	if (!failed(duplicated))
		system_call(__NR_execve, errand->program, errand->arguments, errand->environment);
	return EXIT_NOT_STARTED;
}

static void set_action(int signal, uintptr_t handler)
{
	const struct signal_action action = { .handler = handler };

	sys_rt_sigaction(signal, &action, NULL);
}

/*
 * Handlers are the program's code and must not run here, where its memory is shared. What it
 * ignores stays ignored, but for the signal that must not be: children would be reaped by the
 * kernel. Who stops the program from its terminal does not stop the errand, which the program is
 * waiting for.
 */
static void drop_handlers(void)
{
	struct signal_action action;

	for (int signal = 1; signal <= SIGNAL_LAST; signal++) {
		const long known = sys_rt_sigaction(signal, NULL, &action);

		if (signal >= SIGTSTP && signal <= SIGTTOU)
			set_action(signal, IGNORED);
		else if (signal == SIGCHLD || (!failed(known) && action.handler > IGNORED))
			set_action(signal, HANDLED_BY_DEFAULT);
	}
}

/* Close what /proc lists; true where something was closed, so that the list is to be read anew. */
static bool close_listed(int directory)
{
	_Alignas(8) char entries[2048];
	bool closed = false;
	long size;

	sys_lseek(directory, 0, SEEK_SET);
	while ((size = sys_getdents64(directory, entries, sizeof(entries))) > 0) {
		for (long at = 0; at < size;) {
			const struct directory_entry *entry = (const void *)(entries + at);
			uint32_t fd;

			at += entry->size;
			if (!read_number(entry->name, text_length(entry->name), &fd) ||
			    fd == (uint32_t)directory)
				continue;
			closed = sys_close((int)fd) == 0 || closed;
		}
	}
	return closed;
}

/* By the one call for it since Linux 5.9, by /proc before, and without that as far as is likely. */
static void close_all(void)
{
	const long close_range = 436;
	long directory;

	if (!failed(system_call(close_range, 0, ~0U, 0)))
		return;
	directory = sys_open("/proc/self/fd", O_CLOEXEC);
	if (failed(directory)) {
		for (int fd = 0; fd < 4096; fd++)
			sys_close(fd);
		return;
	}
	while (close_listed((int)directory))
		;
	sys_close((int)directory);
}

/* Read to the end; false where there is too much, or it takes too long. */
static bool read_reply(struct workplace *workplace, int from, long until)
{
	struct errand *errand = &workplace->errand;

	while (errand->size < REPLY_LIMIT && wait_ready(from, POLLIN, until)) {
		const long got = sys_read(from, workplace->reply + errand->size,
					  (size_t)(REPLY_LIMIT - errand->size));

		if (got == 0)
			return true;
		if (failed(got) && got != -EINTR)
			return false;
		errand->size += got > 0 ? got : 0;
	}
	return false;
}

/*
 * Who has said all may still not end. Every signal is blocked here, so that the child's end waits
 * to be seen however early it comes.
 */
static bool has_ended(long child, long until, int *status)
{
	const uint64_t of_child = SIGNAL_BIT(SIGCHLD);

	for (;;) {
		const long ended = sys_wait4(child, status, __WALL | WNOHANG);
		const struct kernel_time left = { until - seconds_now(), 0 };

		if (ended != 0 && ended != -EINTR)
			return ended == child;
		if (left.seconds <= 0)
			return false;
		system_call(__NR_rt_sigtimedwait, &of_child, 0, &left, sizeof(of_child));
	}
}

static int help(void *argument)
{
	struct workplace *workplace = argument;
	struct errand *errand = &workplace->errand;
	int pipe[2], status = -1;
	bool whole;
	long child, until;

	drop_handlers();
	close_all();
	/* The three that every program expects, whatever becomes of the first. */
	if (sys_open("/dev/null", O_RDWR) != 0 || failed(sys_dup3(0, 1, 0)) ||
	    failed(sys_dup3(0, 2, 0)) || failed(sys_pipe2(pipe, O_CLOEXEC)))
		return 1;
	errand->output = pipe[1];
	child = sys_clone(CLONE_VM | CLONE_VFORK | SIGCHLD, workplace->stacks[1] + STACK_SIZE,
			  become_program, workplace);
	if (failed(child))
		return 1;
	sys_close(pipe[1]);
	until = seconds_now() + PATIENCE;
	whole = read_reply(workplace, pipe[0], until) && has_ended(child, until, &status);
	if (!whole) {
		system_call(__NR_kill, child, SIGKILL);
		while (sys_wait4(child, NULL, __WALL) == -EINTR)
			;
	}
	errand->status = whole ? status : -1;
	return 0;
}

bool carry_out(struct workplace *workplace)
{
	const uint64_t every_signal = ~(uint64_t)0;
	const uint64_t mask = sys_rt_sigprocmask(SIG_SETMASK, every_signal);
	int status = 0;
	long helper;

	workplace->errand.status = -1;
	workplace->errand.size = 0;
	helper = sys_clone(CLONE_VM | CLONE_VFORK, workplace->stacks[0] + STACK_SIZE, help,
			   workplace);
	if (!failed(helper)) {
		while (sys_wait4(helper, &status, __WALL) == -EINTR)
			;
	}
	sys_rt_sigprocmask(SIG_SETMASK, mask);
	return !failed(helper) && workplace->errand.status >= 0;
}
