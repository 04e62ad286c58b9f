/*
 * What programs do at the edges of what the C library promises, one NAME a run: subject and oracle
 * of a test that compares what is printed with and without the shim.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void say(const char *what, long result)
{
	printf("%s %s\n", what, result < 0 ? strerrorname_np(errno) : "ok");
	fflush(stdout);
}

static long content(const char *path)
{
	char text[32];
	const int fd = open(path, O_RDONLY);
	const ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (size > 0)
		printf("%.*s", (int)size, text);
	if (fd >= 0)
		close(fd);
	return size;
}

/* What may be called in signal handlers, on the smallest stack that programs give them. */
enum { HANDLER_STACK = 8192, HANDLER_CALLS = 9 };

static long handler_results[HANDLER_CALLS];

static void handle(int signal)
{
	struct stat status;
	char text[16];
	long *result = handler_results;

	(void)signal;
	*result++ = open("/opt/view/share/magic", O_RDONLY);
	*result++ = stat("/opt/view/share/link-dir/../both", &status);
	*result++ = access("/opt/view/usr/bin/prog", X_OK);
	*result++ = readlink("/opt/view/share/link-file", text, sizeof(text));
	*result++ = unlink("/opt/view/share/whole/a");
	*result++ = rename("/opt/view/share/magic", "/opt/view/share/renamed");
	*result++ = chdir("/opt/view/share/whole/sub");
	*result++ = stat("../a", &status);
	*result++ = execve("/opt/view/share/none", (char *[]){ NULL }, environ);
}

static void in_handler(void)
{
	const struct sigaction action = { .sa_handler = handle, .sa_flags = SA_ONSTACK };
	const long page = sysconf(_SC_PAGESIZE);
	char *room = mmap(NULL, HANDLER_STACK + (size_t)page, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const stack_t stack = { .ss_sp = room + page, .ss_size = HANDLER_STACK };

	mprotect(room, (size_t)page, PROT_NONE);
	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	for (int i = 0; i < HANDLER_CALLS; i++)
		printf("%d", handler_results[i] < 0);
	printf("\n");
}

/* Pointers into the first page, as of a member of nothing. */
static void with_bad_pointers(void)
{
	const char *const bad[] = { NULL, (const char *)8, (const char *)-4096 };
	struct stat status;
	char text[16];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		say("open", open(bad[i], O_RDONLY));
		say("stat", fstatat(AT_FDCWD, bad[i], &status, 0));
		say("access", access(bad[i], F_OK));
		say("readlink", readlink(bad[i], text, sizeof(text)));
		say("chdir", chdir(bad[i]));
		say("rename", rename("/opt/view/share/magic", bad[i]));
		say("execve", execve(bad[i], (char *[]){ NULL }, environ));
	}
}

/* Down to where no absolute path leads, and up again. */
static void far_down(void)
{
	enum { LEVELS = 45, NAME_SIZE = 100 };
	char name[NAME_SIZE + 1];
	struct stat status;

	memset(name, 'n', NAME_SIZE);
	name[NAME_SIZE] = '\0';
	say("chdir", chdir("/opt/view/host/dir"));
	for (int i = 0; i < LEVELS; i++) {
		/* So that every length near the limit is met. */
		name[NAME_SIZE - i % 7] = '\0';
		if (mkdir(name, 0700) != 0 || chdir(name) != 0 || stat("..", &status) != 0 ||
		    stat("../.", &status) != 0 || open(".", O_RDONLY | O_DIRECTORY) < 0)
			say("down", -1);
		name[NAME_SIZE - i % 7] = 'n';
	}
	for (int i = 0; i < LEVELS; i++) {
		if (chdir("..") != 0)
			say("up", -1);
	}
	say("file", content("../file"));
	say("magic", content("../../share/magic"));
}

static void keeping_errno(void)
{
	char text[16] = "x";
	FILE *stream = fmemopen(text, sizeof(text), "r");

	errno = 0;
	fclose(stream);
	printf("errno %d\n", errno);
}

static void *run_commands(void *unused)
{
	for (int i = 0; i < 20; i++)
		unused = system(":") == 0 ? unused : (void *)1;
	return unused;
}

static void commands_at_once(void)
{
	pthread_t threads[4];
	struct sigaction action;
	sigset_t blocked;

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, run_commands, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	sigaction(SIGINT, NULL, &action);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	printf("default %d blocked %d\n", action.sa_handler == SIG_DFL,
	       sigismember(&blocked, SIGCHLD));
}

/* Closed by the other call, the first must not be taken for the second. */
static void closing_pipes(void)
{
	/* Not called as such: compilers know that pclose() is meant. */
	int (*volatile close_stream)(FILE *) = fclose;
	FILE *first = popen("exit 3", "r");
	FILE *second;

	printf("fclose %d\n", close_stream(first));
	second = popen("exit 4", "r");
	printf("pclose %d\n", WEXITSTATUS(pclose(second)));
	printf("wait %d\n", waitpid(-1, NULL, WNOHANG));
}

static void *go_elsewhere(void *unused)
{
	say("unshare", unshare(CLONE_FS));
	say("chdir", chdir("/opt/view/share/whole"));
	say("a", content("a"));
	return unused;
}

static void directory_of_a_thread(void)
{
	pthread_t thread;

	say("chdir", chdir("/opt/view/host"));
	say("file", content("file"));
	pthread_create(&thread, NULL, go_elsewhere, NULL);
	pthread_join(thread, NULL);
	say("a", content("a"));
	say("file", content("file"));
}

/* Nothing is allowed but what the program needs itself. */
static void in_sandbox(void)
{
#define ALLOW(number)                                                                              \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),                                         \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(__NR_openat),
		ALLOW(__NR_newfstatat),
		ALLOW(__NR_read),
		ALLOW(__NR_write),
		ALLOW(__NR_close),
		ALLOW(__NR_exit_group),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	const struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };
	struct stat status;

	say("chdir", chdir("/opt/view/host"));
	say("privileges", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	say("filter", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
	say("host", content("/opt/view/host/dir/x"));
	say("relative", content("dir/../file"));
	say("magic", content("/opt/view/share/magic"));
	say("whole", content("/opt/view/host/../share/whole/sub/b"));
	say("stat", stat("/opt/view/share/link-dir/a", &status));
	say("none", stat("/opt/view/share/none/x", &status));
	say("directory", stat("/opt/view/share", &status));
}

static void in_other_root(void)
{
	say("unshare", unshare(CLONE_NEWUSER));
	say("chroot", chroot("/opt/view/host/root"));
	say("chdir", chdir("/"));
	say("magic", content("/opt/view/share/magic"));
	say("none", content("/opt/view/share/whole/a"));
	say("relative", content("opt/view/share/magic"));
}

static void go_nowhere_else(void)
{
	say("unshare", unshare(CLONE_NEWUSER | CLONE_NEWNS));
	say("slave", mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL));
}

static void look_around(void)
{
	say("magic", content("/opt/view/share/magic"));
	say("none", content("/opt/view/share/whole/a"));
	say("relative", content("opt/view/share/magic"));
}

static void mount_over(void)
{
	go_nowhere_else();
	say("over", mount("/opt/view/host/root", "/opt/view/share/whole", NULL, MS_BIND, NULL));
	say("hidden", content("/opt/view/share/whole/a"));
	say("inner", content("/opt/view/share/whole/opt/view/share/magic"));
	say("under", umount2("/opt/view/share/whole", MNT_DETACH));
	say("shown", content("/opt/view/share/whole/a"));
	say("bound", mount("/opt/view/share/whole", "/opt/view/host/root", NULL, MS_BIND, NULL));
	say("there", content("/opt/view/host/root/a"));
}

static void pivot(void)
{
	go_nowhere_else();
	say("bind", mount("/opt/view/host/root", "/opt/view/host/root", NULL, MS_BIND, NULL));
	say("chdir", chdir("/opt/view/host/root"));
	say("pivot", syscall(SYS_pivot_root, ".", "."));
	look_around();
	say("old", umount2(".", MNT_DETACH));
	say("top", chdir("/"));
	look_around();
}

static void pivot_and_back(void)
{
	int old;

	go_nowhere_else();
	old = open("/", O_RDONLY | O_DIRECTORY);
	say("bind", mount("/opt/view/host/root", "/opt/view/host/root", NULL, MS_BIND, NULL));
	say("chroot", syscall(SYS_chroot, "/opt/view/host/root"));
	say("chdir", chdir("/"));
	look_around();
	say("fchdir", fchdir(old));
	say("back", syscall(SYS_chroot, "."));
	look_around();
}

static void start_from_directory(void)
{
	const int directory = open("/opt/view/usr/bin", O_RDONLY | O_DIRECTORY);
	char *const argv[] = { (char *)"prog", (char *)"x", NULL };

	say("execveat", execveat(directory, "prog", argv, environ, 0));
}

static void with_nothing_open(void)
{
	close_range(3, ~0u, 0);
	say("magic", content("/opt/view/share/magic"));
	close_range(0, 0, 0);
	say("both", content("/opt/view/share/whole/../both"));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} edges[] = {
		{ "handler", in_handler },
		{ "pointers", with_bad_pointers },
		{ "depth", far_down },
		{ "errno", keeping_errno },
		{ "commands", commands_at_once },
		{ "pipes", closing_pipes },
		{ "thread", directory_of_a_thread },
		{ "sandbox", in_sandbox },
		{ "root", in_other_root },
		{ "over", mount_over },
		{ "pivot", pivot },
		{ "back", pivot_and_back },
		{ "descriptor", start_from_directory },
		{ "closed", with_nothing_open },
	};

	for (size_t i = 0; argc > 1 && i < sizeof(edges) / sizeof(edges[0]); i++) {
		if (strcmp(argv[1], edges[i].name) == 0)
			edges[i].run();
	}
	return 0;
}
