/*
 * Start one program after the other, and let one system call of each fail, or send it a signal
 * there: an x86-64 tracer, for it writes registers.
 *
 * A request is a line on stdin, words split by tabs: seconds to wait, the place, whether only calls
 * on files below the place count, whether the processes it starts are traced as well, the number of
 * the call (none: 0), the error it ends with (none: 0), the signal that is sent before it (none:
 * 0), to the first process, or, less than 0, to the one that calls, the directory to start in, the number of settings of the environment, these, and the
 * program's words. The answer is a line of numbers (exit status or -1, signal or 0, whether it was
 * too late, how many calls counted, the lengths of its output, of its errors, and of what we tell)
 * and then the three. We tell in lines which call it was, and of what nobody may do: `outside: CALL
 * PATH` for a change, `library: PATH` for a library, outside the place.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORD_LIMIT = 96, LINE_LIMIT = 65536, TOLD_LIMIT = 4096, LISTED_OUTSIDE = 8 };

struct request {
	long seconds;
	const char *place;
	int only_place;
	int follow;
	long at;
	int error;
	int signal;
	const char *directory;
	char **settings;
	char **words;
};

/* Which argument is a descriptor that a path is relative to, a path, or a file's descriptor; or -1.
 */
struct call {
	long number;
	const char *name;
	signed char directory, path, fd;
	/* The second path, behind its directory, for those that have one. */
	signed char second;
	/* Whether it changes what the path names. */
	signed char changes;
};

static const struct call calls[] = {
	{ SYS_open, "open", -1, 0, -1, -1, 0 },
	{ SYS_openat, "openat", 0, 1, -1, -1, 0 },
	{ SYS_creat, "creat", -1, 0, -1, -1, 1 },
	{ SYS_stat, "stat", -1, 0, -1, -1, 0 },
	{ SYS_lstat, "lstat", -1, 0, -1, -1, 0 },
	{ SYS_newfstatat, "newfstatat", 0, 1, -1, -1, 0 },
	{ SYS_statx, "statx", 0, 1, -1, -1, 0 },
	{ SYS_access, "access", -1, 0, -1, -1, 0 },
	{ SYS_faccessat, "faccessat", 0, 1, -1, -1, 0 },
	{ SYS_faccessat2, "faccessat2", 0, 1, -1, -1, 0 },
	{ SYS_readlink, "readlink", -1, 0, -1, -1, 0 },
	{ SYS_readlinkat, "readlinkat", 0, 1, -1, -1, 0 },
	{ SYS_statfs, "statfs", -1, 0, -1, -1, 0 },
	{ SYS_inotify_add_watch, "inotify_add_watch", -1, 1, -1, -1, 0 },
	{ SYS_execve, "execve", -1, 0, -1, -1, 0 },
	{ SYS_mkdir, "mkdir", -1, 0, -1, -1, 1 },
	{ SYS_mkdirat, "mkdirat", 0, 1, -1, -1, 1 },
	{ SYS_rmdir, "rmdir", -1, 0, -1, -1, 1 },
	{ SYS_unlink, "unlink", -1, 0, -1, -1, 1 },
	{ SYS_unlinkat, "unlinkat", 0, 1, -1, -1, 1 },
	{ SYS_rename, "rename", -1, 0, -1, 1, 1 },
	{ SYS_renameat, "renameat", 0, 1, -1, 3, 1 },
	{ SYS_renameat2, "renameat2", 0, 1, -1, 3, 1 },
	{ SYS_link, "link", -1, 0, -1, 1, 1 },
	{ SYS_linkat, "linkat", 0, 1, -1, 3, 1 },
	{ SYS_symlink, "symlink", -1, 1, -1, -1, 1 },
	{ SYS_symlinkat, "symlinkat", 1, 2, -1, -1, 1 },
	{ SYS_chmod, "chmod", -1, 0, -1, -1, 1 },
	{ SYS_fchmodat, "fchmodat", 0, 1, -1, -1, 1 },
	{ SYS_chown, "chown", -1, 0, -1, -1, 1 },
	{ SYS_lchown, "lchown", -1, 0, -1, -1, 1 },
	{ SYS_utimensat, "utimensat", 0, 1, -1, -1, 1 },
	{ SYS_truncate, "truncate", -1, 0, -1, -1, 1 },
	{ SYS_chdir, "chdir", -1, 0, -1, -1, 0 },
	{ SYS_read, "read", -1, -1, 0, -1, 0 },
	{ SYS_pread64, "pread64", -1, -1, 0, -1, 0 },
	{ SYS_readv, "readv", -1, -1, 0, -1, 0 },
	{ SYS_preadv, "preadv", -1, -1, 0, -1, 0 },
	{ SYS_write, "write", -1, -1, 0, -1, 0 },
	{ SYS_pwrite64, "pwrite64", -1, -1, 0, -1, 0 },
	{ SYS_writev, "writev", -1, -1, 0, -1, 0 },
	{ SYS_pwritev, "pwritev", -1, -1, 0, -1, 0 },
	{ SYS_close, "close", -1, -1, 0, -1, 0 },
	{ SYS_fstat, "fstat", -1, -1, 0, -1, 0 },
	{ SYS_lseek, "lseek", -1, -1, 0, -1, 0 },
	{ SYS_fchmod, "fchmod", -1, -1, 0, -1, 0 },
	{ SYS_fchown, "fchown", -1, -1, 0, -1, 0 },
	{ SYS_ftruncate, "ftruncate", -1, -1, 0, -1, 0 },
	{ SYS_fallocate, "fallocate", -1, -1, 0, -1, 0 },
	{ SYS_fsync, "fsync", -1, -1, 0, -1, 0 },
	{ SYS_fdatasync, "fdatasync", -1, -1, 0, -1, 0 },
	{ SYS_getdents64, "getdents64", -1, -1, 0, -1, 0 },
	{ SYS_copy_file_range, "copy_file_range", -1, -1, 0, -1, 0 },
	{ SYS_sendfile, "sendfile", -1, -1, 1, -1, 0 },
	{ SYS_mmap, "mmap", -1, -1, 4, -1, 0 },
	{ SYS_fcntl, "fcntl", -1, -1, 0, -1, 0 },
	{ SYS_ioctl, "ioctl", -1, -1, 0, -1, 0 },
};

/* Without an error of their own, or with nobody left to be told. */
static const long unfailing[] = {
	SYS_exit,   SYS_exit_group,  SYS_rt_sigreturn,	  SYS_getpid,	       SYS_gettid,
	SYS_getuid, SYS_geteuid,     SYS_getgid,	  SYS_getegid,	       SYS_getppid,
	SYS_umask,  SYS_sched_yield, SYS_set_tid_address, SYS_restart_syscall,
};

static struct {
	struct request request;
	pid_t first;
	/* Whether it is the program already. */
	int has_begun;
	long count;
	/* The process whose call is to end with the error, once it does. */
	pid_t failing;
	/* What brk(2) was asked for, which its caller takes to be unchanged. */
	unsigned long long asked;
	/* A mount namespace of its own shows other paths. */
	int is_apart;
	int outside_count;
	char told[TOLD_LIMIT];
	size_t told_length;
} state;

static volatile sig_atomic_t is_late;

static void end_late(int number)
{
	(void)number;
	is_late = 1;
	kill(-state.first, SIGKILL);
}

static void tell(const char *format, ...)
{
	const size_t room = sizeof(state.told) - state.told_length;
	va_list values;
	int length;

	va_start(values, format);
	length = vsnprintf(state.told + state.told_length, room, format, values);
	va_end(values);
	if (length > 0)
		state.told_length += (size_t)length < room ? (size_t)length : room - 1;
}

static const struct call *call_of(long number)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (calls[i].number == number)
			return &calls[i];
	}
	return NULL;
}

static int may_fail(long number)
{
	for (size_t i = 0; i < sizeof(unfailing) / sizeof(unfailing[0]); i++) {
		if (unfailing[i] == number)
			return 0;
	}
	return 1;
}

/* What a descriptor leads to; false where it is no file. */
static int path_of_fd(pid_t process, int fd, char *path)
{
	char name[64];
	ssize_t length;

	if (fd == AT_FDCWD)
		snprintf(name, sizeof(name), "/proc/%d/cwd", process);
	else
		snprintf(name, sizeof(name), "/proc/%d/fd/%d", process, fd);
	length = readlink(name, path, PATH_MAX - 1);
	path[length > 0 ? length : 0] = '\0';
	return path[0] == '/';
}

static int path_at(pid_t process, int directory, unsigned long long address, char *path)
{
	char name[PATH_MAX];
	struct iovec ours = { name, sizeof(name) - 1 };
	ssize_t got = -1;

	/* A string near the end of a mapping: what is there in pages. */
	for (size_t want = sizeof(name) - 1; got <= 0 && want > 0;
	     want = want > 256 ? 256 : want / 2) {
		struct iovec theirs = { (void *)(size_t)address, want };

		ours.iov_len = want;
		got = process_vm_readv(process, &ours, 1, &theirs, 1, 0);
	}
	if (got <= 0)
		return 0;
	name[got] = '\0';
	if (name[0] == '/') {
		strcpy(path, name);
		return 1;
	}
	if (!path_of_fd(process, directory, path))
		return 0;
	if (name[0] != '\0' && strlen(path) + strlen(name) + 2 < PATH_MAX) {
		strcat(path, "/");
		strcat(path, name);
	}
	return 1;
}

static int is_in_place(const char *path)
{
	const char *place = state.request.place;
	const size_t length = strlen(place);

	return strncmp(path, place, length) == 0 &&
	       (place[length - 1] == '/' || path[length] == '/' || path[length] == '\0' ||
		path[length] == ' ');
}

static int is_system(const char *path)
{
	return strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/dev/", 5) == 0;
}

static int opens_to_write(const struct call *call, const unsigned long long *words)
{
	const unsigned long long flags = call->number == SYS_open     ? words[1]
					 : call->number == SYS_openat ? words[2]
								      : 0;

	return (flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0;
}

static void look_outside(const struct call *call, const unsigned long long *words, const char *path)
{
	const char *end = strstr(path, ".so");

	if (is_in_place(path) || is_system(path) || state.is_apart ||
	    state.outside_count >= LISTED_OUTSIDE)
		return;
	if (call->changes || opens_to_write(call, words)) {
		state.outside_count++;
		tell("outside: %s %s\n", call->name, path);
	} else if (state.request.follow && end != NULL && (end[3] == '\0' || end[3] == '.') &&
		   (call->number == SYS_open || call->number == SYS_openat) &&
		   access(path, F_OK) == 0) {
		state.outside_count++;
		tell("library: %s\n", path);
	}
}

/* Whether it is on a file below the place; the path it names first is left in `path`. */
static int is_on_place(pid_t process, const struct call *call, const unsigned long long *words,
		       char *path)
{
	char second[PATH_MAX];
	int is_there;

	path[0] = '\0';
	if (call->fd >= 0)
		return path_of_fd(process, (int)words[call->fd], path) && is_in_place(path);
	if (!path_at(process, call->directory < 0 ? AT_FDCWD : (int)words[call->directory],
		     words[call->path], path))
		return 0;
	look_outside(call, words, path);
	is_there = is_in_place(path);
	if (call->second >= 0 &&
	    path_at(process, call->directory < 0 ? AT_FDCWD : (int)words[call->second - 1],
		    words[call->second], second)) {
		look_outside(call, words, second);
		is_there |= is_in_place(second);
	}
	return is_there;
}

/* The name of the file that the code of the call is in. */
static void tell_caller(pid_t process, unsigned long long address)
{
	char name[64], line[PATH_MAX + 128];
	FILE *maps;

	snprintf(name, sizeof(name), "/proc/%d/maps", process);
	maps = fopen(name, "r");
	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		unsigned long long from, to;

		if (sscanf(line, "%llx-%llx", &from, &to) != 2 || address < from || address >= to)
			continue;
		line[strcspn(line, "\n")] = '\0';
		tell(" by %s", strchr(line, '/') != NULL ? strchr(line, '/') : "no file");
		break;
	}
	if (maps != NULL)
		fclose(maps);
}

static void fail_at_entry(pid_t process, long number)
{
	struct user_regs_struct registers;

	state.failing = process;
	/* What is closed is gone, whatever the answer. */
	if (number == SYS_close)
		return;
	ptrace(PTRACE_GETREGS, process, NULL, &registers);
	if (number == SYS_brk) {
		/* It has no errors: the old end is the answer. */
		state.asked = registers.rdi;
		registers.rdi = 0;
	} else {
		registers.orig_rax = (unsigned long long)-1;
	}
	ptrace(PTRACE_SETREGS, process, NULL, &registers);
}

static void meet_entry(pid_t process, const struct __ptrace_syscall_info *info)
{
	const struct request *request = &state.request;
	const long number = (long)info->entry.nr;
	const unsigned long long *words = (const unsigned long long *)info->entry.args;
	const struct call *call = call_of(number);
	char path[PATH_MAX] = "";
	int counts = call != NULL && is_on_place(process, call, words, path);

	if (number == SYS_unshare || number == SYS_setns || number == SYS_pivot_root)
		state.is_apart = 1;
	if (!state.has_begun || !may_fail(number) || (request->only_place && !counts))
		return;
	state.count++;
	if (state.count != request->at)
		return;
	tell("%s", call == NULL ? "call" : call->name);
	if (call == NULL)
		tell(" %ld", number);
	tell(" %s", path);
	tell_caller(process, info->instruction_pointer);
	tell("\n");
	if (request->signal != 0)
		kill(request->signal > 0 ? state.first : process, abs(request->signal));
	if (request->error != 0)
		fail_at_entry(process, number);
}

static void meet_exit(pid_t process)
{
	struct user_regs_struct registers;

	if (process != state.failing)
		return;
	state.failing = 0;
	ptrace(PTRACE_GETREGS, process, NULL, &registers);
	if (state.asked != 0)
		registers.rdi = state.asked;
	else
		registers.rax = (unsigned long long)-state.request.error;
	ptrace(PTRACE_SETREGS, process, NULL, &registers);
}

static void meet_call(pid_t process)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, process, sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		meet_entry(process, &info);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		meet_exit(process);
}

static void go_on(pid_t process, int status)
{
	const int signal = WSTOPSIG(status);
	const int event = status >> 16;

	if (signal == (SIGTRAP | 0x80))
		meet_call(process);
	if (event == PTRACE_EVENT_EXEC)
		state.has_begun = 1;
	if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
		ptrace(PTRACE_LISTEN, process, NULL, NULL);
		return;
	}
	ptrace(PTRACE_SYSCALL, process, NULL,
	       event != 0 || signal == (SIGTRAP | 0x80) ? 0L : (long)signal);
}

/* Its end is the answer; what it leaves running is ended. */
static int watch(void)
{
	int ended = 0, status;
	pid_t process;

	while ((process = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (process <= 0)
			continue;
		if (WIFSTOPPED(status)) {
			go_on(process, status);
		} else if (process == state.first) {
			ended = status;
			kill(-state.first, SIGKILL);
		}
	}
	return ended;
}

static pid_t begin(const struct request *request, const int *outputs)
{
	int gate[2];
	char byte;
	pid_t child;

	if (pipe2(gate, O_CLOEXEC) != 0)
		exit(2);
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(outputs[0], 1);
		dup2(outputs[1], 2);
		if (read(gate[0], &byte, 1) != 1 || chdir(request->directory) != 0)
			_exit(126);
		execve(request->words[0], request->words, request->settings);
		dprintf(2, "kernel: %s\n", strerror(errno));
		_exit(126);
	}
	setpgid(child, child);
	state.first = child;
	if (ptrace(PTRACE_SEIZE, child, NULL,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE |
			   PTRACE_O_TRACEEXEC |
			   (request->follow ? PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK : 0)) != 0 ||
	    ptrace(PTRACE_INTERRUPT, child, NULL, NULL) != 0 || write(gate[1], "", 1) != 1)
		exit(2);
	close(gate[0]);
	close(gate[1]);
	return child;
}

static void copy_out(int fd, off_t length)
{
	char piece[4096];
	off_t at = 0;

	while (at < length) {
		const ssize_t got = pread(fd, piece, sizeof(piece), at);

		if (got <= 0)
			exit(2);
		fwrite(piece, 1, (size_t)got, stdout);
		at += got;
	}
	close(fd);
}

static void answer(void)
{
	const int outputs[2] = { memfd_create("output", MFD_CLOEXEC),
				 memfd_create("errors", MFD_CLOEXEC) };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	const struct itimerval patience = { { 1, 0 }, { state.request.seconds, 0 } };
	off_t lengths[2];
	int status;

	is_late = 0;
	begin(&state.request, outputs);
	setitimer(ITIMER_REAL, &patience, NULL);
	status = watch();
	setitimer(ITIMER_REAL, &never, NULL);
	for (int i = 0; i < 2; i++)
		lengths[i] = lseek(outputs[i], 0, SEEK_END);
	printf("%d %d %d %ld %ld %ld %zu\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1,
	       WIFSIGNALED(status) ? WTERMSIG(status) : 0, (int)is_late, state.count,
	       (long)lengths[0], (long)lengths[1], state.told_length);
	for (int i = 0; i < 2; i++)
		copy_out(outputs[i], lengths[i]);
	fwrite(state.told, 1, state.told_length, stdout);
	fflush(stdout);
}

int main(void)
{
	static char line[LINE_LIMIT];
	const struct sigaction late = { .sa_handler = end_late };

	sigaction(SIGALRM, &late, NULL);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *words[WORD_LIMIT + 1];
		char *settings[WORD_LIMIT + 1];
		int count = 0, setting_count, i;

		line[strcspn(line, "\n")] = '\0';
		for (char *word = strtok(line, "\t"); word != NULL && count < WORD_LIMIT;
		     word = strtok(NULL, "\t"))
			words[count++] = word;
		words[count] = NULL;
		if (count < 10)
			return 2;
		setting_count = atoi(words[8]);
		for (i = 0; i < setting_count; i++)
			settings[i] = words[9 + i];
		settings[setting_count] = NULL;
		memset(&state, 0, sizeof(state));
		state.request = (struct request){
			.seconds = atol(words[0]),
			.place = words[1],
			.only_place = atoi(words[2]),
			.follow = atoi(words[3]),
			.at = atol(words[4]),
			.error = atoi(words[5]),
			.signal = atoi(words[6]),
			.directory = words[7],
			.settings = settings,
			.words = words + 9 + setting_count,
		};
		answer();
	}
	return 0;
}
