/* Commands for the shell: system and popen, and streams that may be those of popen. */
#include "audit.h"
#include "base/file.h"
#include "base/process.h"
#include "descriptors.h"
#include "launch.h"
#include "symbols.h"
#include "view.h"
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ __attribute__((weak, visibility("default")));

INTERPOSE(int, system, const char *command);
INTERPOSE(void *, popen, const char *command, const char *mode);
INTERPOSE(int, pclose, void *stream);
INTERPOSE(int, fclose, void *stream);

BORROW(int, posix_spawn_file_actions_init, posix_spawn_file_actions_t *actions);
BORROW(int, posix_spawn_file_actions_destroy, posix_spawn_file_actions_t *actions);
BORROW(int, posix_spawn_file_actions_adddup2, posix_spawn_file_actions_t *actions, int fd, int to);
BORROW(int, posix_spawn_file_actions_addclose, posix_spawn_file_actions_t *actions, int fd);
BORROW(int, posix_spawnattr_init, posix_spawnattr_t *attributes);
BORROW(int, posix_spawnattr_destroy, posix_spawnattr_t *attributes);
BORROW(int, posix_spawnattr_setflags, posix_spawnattr_t *attributes, short flags);
BORROW(int, posix_spawnattr_setsigdefault, posix_spawnattr_t *attributes, const sigset_t *set);
BORROW(int, posix_spawnattr_setsigmask, posix_spawnattr_t *attributes, const sigset_t *set);
BORROW(int, sigaction, int signal, const struct sigaction *action, struct sigaction *before);
BORROW(int, pthread_sigmask, int how, const sigset_t *set, sigset_t *before);
BORROW(pid_t, waitpid, pid_t pid, int *status, int options);
BORROW(void *, fdopen, int fd, const char *mode);
BORROW(int, pthread_setcancelstate, int state, int *before);

static void set_of(sigset_t *set, const int *signals, size_t count)
{
	unsigned long *word = (unsigned long *)(void *)set;

	*set = (sigset_t){ 0 };
	for (size_t i = 0; i < count; i++)
		*word |= 1ul << (signals[i] - 1);
}

static int spawn_shell(pid_t *pid, const char *command, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes)
{
	char *const words[] = { (char *)"sh", (char *)"-c", (char *)command, NULL };

	return posix_spawn(pid, "/bin/sh", actions, attributes, words,
			   &environ == NULL ? NULL : environ);
}

static int wait_for(pid_t pid)
{
	int status;

	while (BORROWED(waitpid)(pid, &status, 0) < 0) {
		if (last_error() != EINTR)
			return -1;
	}
	return status;
}

/* Of all threads that wait for commands at the same time, the first changes the signals. */
struct waiters {
	char is_locked;
	unsigned count;
	struct sigaction before[2];
};

static struct waiters waiters;
static const int ignored[] = { SIGINT, SIGQUIT };

static void lock_waiters(void)
{
	while (__atomic_test_and_set(&waiters.is_locked, __ATOMIC_ACQUIRE))
		sys_sched_yield();
}

static void unlock_waiters(void)
{
	__atomic_clear(&waiters.is_locked, __ATOMIC_RELEASE);
}

/* `defaults` are the signals that a command gets back. */
static void begin_waiting(sigset_t *defaults)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	set_of(defaults, ignored, 0);
	lock_waiters();
	for (int i = 0; i < 2; i++) {
		if (waiters.count == 0)
			BORROWED(sigaction)(ignored[i], &ignore, &waiters.before[i]);
		if (waiters.before[i].sa_handler != SIG_IGN)
			*(unsigned long *)(void *)defaults |= 1ul << (ignored[i] - 1);
	}
	waiters.count++;
	unlock_waiters();
}

static void end_waiting(void)
{
	lock_waiters();
	waiters.count--;
	for (int i = 0; i < 2 && waiters.count == 0; i++)
		BORROWED(sigaction)(ignored[i], &waiters.before[i], NULL);
	unlock_waiters();
}

/* A thread that is cancelled here is so when the command has ended. */
static int run_command(const char *command)
{
	static const int blocked[] = { SIGCHLD };
	sigset_t defaults, block, mask;
	posix_spawnattr_t attributes;
	int state = 0;
	pid_t pid;
	int status;

	set_of(&block, blocked, 1);
	BORROWED(pthread_setcancelstate)(PTHREAD_CANCEL_DISABLE, &state);
	begin_waiting(&defaults);
	BORROWED(pthread_sigmask)(SIG_BLOCK, &block, &mask);
	BORROWED(posix_spawnattr_init)(&attributes);
	BORROWED(posix_spawnattr_setsigmask)(&attributes, &mask);
	BORROWED(posix_spawnattr_setsigdefault)(&attributes, &defaults);
	BORROWED(posix_spawnattr_setflags)
	(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	/* As if the shell had run and could not be found. */
	status = spawn_shell(&pid, command, NULL, &attributes) == 0 ? wait_for(pid) : 127 << 8;
	BORROWED(posix_spawnattr_destroy)(&attributes);
	end_waiting();
	BORROWED(pthread_sigmask)(SIG_SETMASK, &mask, NULL);
	BORROWED(pthread_setcancelstate)(state, NULL);
	return status;
}

int system(const char *command)
{
	if (launch_view() == NULL && !is_audited)
		return REAL(system)(command);
	return command == NULL ? run_command("exit 0") == 0 : run_command(command);
}

/* Streams of popen, with the process behind each. */
struct pipe_stream {
	void *stream;
	int fd;
	pid_t pid;
};

enum { PIPE_LIMIT = 64 };

static struct pipe_stream pipes[PIPE_LIMIT];
static char pipe_taken;

static struct pipe_stream *take_pipe(void)
{
	for (size_t i = 0; i < PIPE_LIMIT; i++) {
		void *none = NULL;

		if (__atomic_compare_exchange_n(&pipes[i].stream, &none, &pipe_taken, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return &pipes[i];
	}
	return NULL;
}

static bool start_pipe(struct pipe_stream *slot, const char *command, int child_fd, int child_end)
{
	posix_spawn_file_actions_t actions;
	int error;

	BORROWED(posix_spawn_file_actions_init)(&actions);
	/* A child does not see the streams of earlier calls. */
	for (size_t i = 0; i < PIPE_LIMIT; i++) {
		void *stream = __atomic_load_n(&pipes[i].stream, __ATOMIC_ACQUIRE);

		if (stream != NULL && stream != &pipe_taken && pipes[i].fd != child_fd)
			BORROWED(posix_spawn_file_actions_addclose)(&actions, pipes[i].fd);
	}
	BORROWED(posix_spawn_file_actions_adddup2)(&actions, child_fd, child_end);
	error = spawn_shell(&slot->pid, command, &actions, NULL);
	BORROWED(posix_spawn_file_actions_destroy)(&actions);
	if (error != 0)
		set_error(error);
	return error == 0;
}

static void *open_pipe(struct pipe_stream *slot, const char *command, bool reads, bool closes)
{
	int ends[2];
	const long made = sys_pipe2(ends, O_CLOEXEC);
	void *stream;

	if (failed(made)) {
		set_error((int)-made);
		return NULL;
	}
	slot->fd = ends[reads ? 0 : 1];
	stream = BORROWED(fdopen)(slot->fd, reads ? "r" : "w");
	if (stream != NULL && !start_pipe(slot, command, ends[reads ? 1 : 0], reads ? 1 : 0)) {
		const int error = last_error();

		REAL(fclose)(stream);
		sys_close(ends[reads ? 1 : 0]);
		set_error(error);
		return NULL;
	}
	sys_close(ends[reads ? 1 : 0]);
	if (stream == NULL)
		sys_close(slot->fd);
	else if (!closes)
		sys_fcntl(slot->fd, F_SETFD, 0);
	return stream;
}

void *popen(const char *command, const char *mode)
{
	bool reads = false;
	bool writes = false;
	bool closes = false;
	struct pipe_stream *slot;
	void *stream;

	for (const char *c = mode; *c != '\0'; c++) {
		reads |= *c == 'r';
		writes |= *c == 'w';
		closes |= *c == 'e';
	}
	slot = (launch_view() == NULL && !is_audited) || reads == writes ? NULL : take_pipe();
	if (slot == NULL)
		return REAL(popen)(command, mode);
	stream = open_pipe(slot, command, reads, closes);
	__atomic_store_n(&slot->stream, stream, __ATOMIC_RELEASE);
	return stream;
}

EXPORT void *_IO_popen(const char *command, const char *mode) __attribute__((alias("popen")));

/* Returns the process behind a stream, which is no stream of popen any more; 0: it was none. */
static pid_t forget_pipe(const void *stream)
{
	for (size_t i = 0; stream != NULL && i < PIPE_LIMIT; i++) {
		pid_t pid;

		if (__atomic_load_n(&pipes[i].stream, __ATOMIC_ACQUIRE) != stream)
			continue;
		pid = pipes[i].pid;
		__atomic_store_n(&pipes[i].stream, NULL, __ATOMIC_RELEASE);
		return pid;
	}
	return 0;
}

int pclose(void *stream)
{
	const pid_t pid = forget_pipe(stream);

	if (pid == 0)
		return REAL(pclose)(stream);
	REAL(fclose)(stream);
	return wait_for(pid);
}

/* glibc waits for the process whichever call closes the stream. */
int fclose(void *stream)
{
	const pid_t pid = forget_pipe(stream);
	int result;

	forget_stream(stream);
	result = REAL(fclose)(stream);
	return pid != 0 && is_glibc() ? wait_for(pid) : result;
}

EXPORT int _IO_fclose(void *stream) __attribute__((alias("fclose")));
