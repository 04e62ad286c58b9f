/*
 * What only trying tells: user namespaces, ptrace(2), FUSE. A process of its own tries, so that
 * nothing of it stays.
 */
#include "base/mount.h"
#include "base/process.h"
#include "base/signals.h"
#include "host.h"
#include "look.h"
#include "namespace/unshare.h"

static void tell_outcome(struct telling *telling, const char *name, const char *why)
{
	open_record(telling, name);
	tell_flag(telling, "works", why == NULL);
	if (why != NULL)
		tell_text(telling, "why", why);
}

static enum obstacle try_namespace(const char *mark)
{
	const long child = fork_process(SIGCHLD);
	int status = 0;

	if (child == 0) {
		enum obstacle obstacle = unshare_as_user();

		if (obstacle == NO_OBSTACLE && failed(sys_mount(mark, mark, NULL, MS_BIND, NULL)))
			obstacle = OBSTACLE_NO_MOUNTS;
		sys_exit_group((int)obstacle);
	}
	if (failed(child))
		return OBSTACLE_REFUSED;
	sys_wait4(child, &status, 0);
	return (status & 0x7f) != 0 ? OBSTACLE_REFUSED : (enum obstacle)(status >> 8 & 0xff);
}

static void tell_namespaces(struct telling *telling, const struct start *start)
{
	/* A file that is there: this one. */
	const char *mark = (const char *)auxv_value(start, AT_EXECFN);
	const enum obstacle obstacle = try_namespace(mark == NULL ? "/" : mark);

	tell_outcome(telling, "userNamespaces",
		     obstacle == NO_OBSTACLE ? NULL : obstacle_text(obstacle));
	close_record(telling);
}

enum { TRACE_ME = 0, TRACE_CONTINUE = 7, WAIT_FOR_STOPS = 2, REFUSED = 1 };

/* Asks to be traced, and stops. */
_Noreturn static void be_traced(void)
{
	if (failed(system_call(__NR_ptrace, TRACE_ME, 0, 0, 0)))
		sys_exit_group(REFUSED);
	sys_kill(sys_getpid(), SIGSTOP);
	sys_exit_group(0);
}

static const char *try_ptrace(void)
{
	const long child = fork_process(SIGCHLD);
	int status = 0;
	bool has_stopped;

	if (child == 0)
		be_traced();
	if (failed(child))
		return "no process could be started to try it";
	sys_wait4(child, &status, WAIT_FOR_STOPS);
	has_stopped = (status & 0xff) == 0x7f;
	if (has_stopped) {
		const long result = system_call(__NR_ptrace, TRACE_CONTINUE, child, 0, 0);

		/* Stopped and not traced, it would stay. */
		if (failed(result))
			sys_kill(child, SIGKILL);
		sys_wait4(child, &status, 0);
	}
	return has_stopped && status == 0 ? NULL
					  : "the host forbids ptrace(2), or traces this already";
}

static const char *try_fuse(void)
{
	const long fd = sys_open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (failed(fd))
		return fd == -ENOENT ? "there is no /dev/fuse" : "/dev/fuse cannot be opened";
	sys_close((int)fd);
	return NULL;
}

void tell_trials(struct telling *telling, const struct start *start)
{
	const struct signal_action by_default = { .handler = HANDLED_BY_DEFAULT };
	char path[PATH_MAX];

	/* Where it is ignored, nobody is told how a child ended. */
	sys_rt_sigaction(SIGCHLD, &by_default, NULL);
	tell_namespaces(telling, start);
	tell_outcome(telling, "ptrace", try_ptrace());
	close_record(telling);
	tell_outcome(telling, "fuse", try_fuse());
	tell_text_or(telling, "mountProgram",
		     find_program(start->environment, "fusermount3", path) ||
				     find_program(start->environment, "fusermount", path)
			     ? path
			     : NULL,
		     "there is no fusermount on PATH");
	close_record(telling);
}
