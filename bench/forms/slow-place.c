/*
 * `slow-place MICROSECONDS DIRECTORY PROGRAM ARG...`: run a program for which each call that opens, executes or asks
 * about a path below a directory begins so much later, as on a file system whose server is far away and
 * whose answers nobody has yet. At the end the number of such calls is told on standard error.
 *
 * What is open costs nothing: reading and mapping is a matter of throughput. Each process waits for
 * itself, so several wait at once.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_WAITING = 4096, NO_DIRECTORY = -1 };

/* Which argument is the path, and which the directory that it is relative to. */
static const struct call {
	long number;
	signed char path, directory;
} calls[] = {
	{ SYS_open, 0, NO_DIRECTORY },	   { SYS_openat, 1, 0 },
	{ SYS_openat2, 1, 0 },		   { SYS_stat, 0, NO_DIRECTORY },
	{ SYS_lstat, 0, NO_DIRECTORY },	   { SYS_newfstatat, 1, 0 },
	{ SYS_statx, 1, 0 },		   { SYS_access, 0, NO_DIRECTORY },
	{ SYS_faccessat, 1, 0 },	   { SYS_faccessat2, 1, 0 },
	{ SYS_readlink, 0, NO_DIRECTORY }, { SYS_readlinkat, 1, 0 },
	{ SYS_execve, 0, NO_DIRECTORY },
};
enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

static struct waiting {
	pid_t process;
	struct timespec until;
} waiting[MOST_WAITING];
static size_t waiting_count;
static unsigned long slow_calls;

static void fail(const char *what)
{
	perror(what);
	exit(125);
}

/* Trace the calls of the table and no others. */
static void install_filter(void)
{
	struct sock_filter filter[2 * CALLS + 2];
	size_t count = 0;

	filter[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						       offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < CALLS; i++) {
		filter[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							       (unsigned int)calls[i].number, 0, 1);
		filter[count++] =
			(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
	}
	filter[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = { .len = (unsigned short)count, .filter = filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		fail("cannot filter calls");
}

static unsigned long long argument(const struct user_regs_struct *registers, int number)
{
	const unsigned long long all[] = { registers->rdi, registers->rsi, registers->rdx,
					   registers->r10 };

	return all[number];
}

/* Text of another process, page by page, since the page behind it may not be there. */
static int read_text(pid_t process, unsigned long long address, char *text, size_t size)
{
	size_t have = 0;

	while (have < size) {
		const size_t page = 4096 - (address + have) % 4096;
		const size_t part = page < size - have ? page : size - have;
		const struct iovec here = { text + have, part };
		const struct iovec there = { (void *)(uintptr_t)(address + have), part };

		if (process_vm_readv(process, &here, 1, &there, 1, 0) != (ssize_t)part)
			return 0;
		if (memchr(text + have, '\0', part) != NULL)
			return 1;
		have += part;
	}
	return 0;
}

/* Where a path that does not begin at the root begins. */
static int read_directory(pid_t process, int descriptor, char *text)
{
	char link[64];
	ssize_t length;

	if (descriptor == -100)
		snprintf(link, sizeof(link), "/proc/%d/cwd", process);
	else
		snprintf(link, sizeof(link), "/proc/%d/fd/%d", process, descriptor);
	length = readlink(link, text, PATH_MAX - 1);
	text[length < 0 ? 0 : length] = '\0';
	return length > 0;
}

static int is_slow(pid_t process, const char *place)
{
	struct user_regs_struct registers;
	static char path[2 * PATH_MAX + 2], name[PATH_MAX];
	const struct call *call = NULL;
	const size_t length = strlen(place);

	if (ptrace(PTRACE_GETREGS, process, 0, &registers) != 0)
		return 0;
	for (size_t i = 0; i < CALLS; i++)
		call = calls[i].number == (long)registers.orig_rax ? &calls[i] : call;
	if (call == NULL || !read_text(process, argument(&registers, call->path), name, PATH_MAX))
		return 0;
	/* What is asked of a descriptor is known. */
	if (name[0] == '\0')
		return 0;
	if (name[0] == '/') {
		strcpy(path, name);
	} else {
		const int descriptor =
			call->directory == NO_DIRECTORY ?
				-100 :
				(int)argument(&registers, call->directory);

		if (!read_directory(process, descriptor, path))
			return 0;
		strcat(strcat(path, "/"), name);
	}
	return strncmp(path, place, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static struct timespec later(long microseconds)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now.tv_nsec += microseconds % 1000000 * 1000;
	now.tv_sec += microseconds / 1000000 + now.tv_nsec / 1000000000;
	now.tv_nsec %= 1000000000;
	return now;
}

static int is_over(const struct timespec *until)
{
	const struct timespec now = later(0);

	return now.tv_sec > until->tv_sec ||
	       (now.tv_sec == until->tv_sec && now.tv_nsec >= until->tv_nsec);
}

/* All wait for as long, so who began first is first. Returns whether somebody still waits. */
static int release(void)
{
	size_t over = 0;

	while (over < waiting_count && is_over(&waiting[over].until))
		ptrace(PTRACE_CONT, waiting[over++].process, 0, 0);
	waiting_count -= over;
	memmove(waiting, waiting + over, waiting_count * sizeof(waiting[0]));
	return waiting_count > 0;
}

static void wait_for_news(const sigset_t *child)
{
	if (!release()) {
		sigwaitinfo(child, NULL);
		return;
	}
	const struct timespec now = later(0), *until = &waiting[0].until;
	long long left = (until->tv_sec - now.tv_sec) * 1000000000LL + until->tv_nsec - now.tv_nsec;
	const struct timespec rest = { left < 0 ? 0 : left / 1000000000, left < 0 ? 0 : left % 1000000000 };

	sigtimedwait(child, NULL, &rest);
}

static void stopped(pid_t process, int status, const char *place, long microseconds)
{
	const int signal = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_SECCOMP && is_slow(process, place)) {
		slow_calls++;
		if (waiting_count == MOST_WAITING)
			fail("too many processes");
		waiting[waiting_count++] = (struct waiting){ process, later(microseconds) };
		return;
	}
	/* The first stop of a new process is the tracer's affair. */
	ptrace(PTRACE_CONT, process, 0, event != 0 || signal == SIGSTOP ? 0 : signal);
}

int main(int argc, char **argv)
{
	sigset_t child;
	int status, answer = 125;

	if (argc < 4) {
		fprintf(stderr, "usage: slow-place MICROSECONDS DIRECTORY PROGRAM ARG...\n");
		return 2;
	}
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);

	const pid_t first = fork();

	if (first == 0) {
		sigprocmask(SIG_UNBLOCK, &child, NULL);
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		install_filter();
		execvp(argv[3], argv + 3);
		fail(argv[3]);
	}
	if (waitpid(first, &status, 0) != first ||
	    ptrace(PTRACE_SETOPTIONS, first, 0,
		   PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			   PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
			   PTRACE_O_EXITKILL) != 0)
		fail("cannot trace");
	ptrace(PTRACE_CONT, first, 0, 0);
	for (;;) {
		const pid_t process = waitpid(-1, &status, __WALL | WNOHANG);

		if (process < 0 && errno == ECHILD)
			break;
		if (process <= 0)
			wait_for_news(&child);
		else if (WIFSTOPPED(status))
			stopped(process, status, argv[2], atol(argv[1]));
		else if (process == first)
			answer = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	fprintf(stderr, "slow calls: %lu\n", slow_calls);
	return answer;
}
