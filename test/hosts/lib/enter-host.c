/*
 * Run one program on a foreign host: a directory tree that becomes its root.
 *
 *   enter-host [OPTION...] BASE -- FILE ARGV0 [ARG...]
 *
 * BASE is an empty directory to build the new root on. New user, mount and process namespaces, the
 * trees of --lower stacked by overlayfs under a throw-away upper layer, then read-only; the
 * program runs as an ordinary user without any capability, in its own process tree, which dies
 * with it. The same steps serve root and, where user namespaces are allowed, everybody else.
 *
 * How the program ended is written to descriptor 3 ("exited 7" or "signalled 9"). Nothing
 * written there means that the host could not be entered; stderr says why.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INSIDE_ID = 1000, REPORT_FD = 3, MAX_LAYERS = 8, MAX_BINDS = 64 };

#define HOME "/home/user"
#define HARMLESS (MS_NOSUID | MS_NODEV)

struct bind {
	const char *from;
	const char *to;
	bool read_only;
	/* The detached copy of the mount, taken while `from` can still be reached. */
	int tree;
	bool directory;
};

struct request {
	const char *base;
	const char *layers[MAX_LAYERS];
	int layer_count;
	struct bind binds[MAX_BINDS];
	int bind_count;
	const char *cwd;
	bool no_proc;
	bool noexec_tmp;
	bool no_user_namespaces;
	char **program;
};

static _Noreturn void die(const char *format, ...)
{
	int reason = errno;
	va_list arguments;

	fputs("enter-host: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, ": %s\n", strerror(reason));
	exit(125);
}

static _Noreturn void misuse(const char *what)
{
	errno = EINVAL;
	die("%s", what);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die("write %s", path);
	close(fd);
}

static void add_bind(struct request *request, char **operands, bool read_only)
{
	if (request->bind_count == MAX_BINDS || !operands[0] || !operands[1])
		misuse("--bind needs two paths");
	request->binds[request->bind_count++] =
		(struct bind){ .from = operands[0], .to = operands[1], .read_only = read_only };
}

static struct request read_arguments(char **argument)
{
	struct request request = { .cwd = "/" };

	for (argument++; *argument && strncmp(*argument, "--", 2) == 0; argument++) {
		if (strcmp(*argument, "--lower") == 0 && argument[1] &&
		    request.layer_count < MAX_LAYERS) {
			request.layers[request.layer_count++] = *++argument;
		} else if (strcmp(*argument, "--bind") == 0) {
			add_bind(&request, argument + 1, false);
			argument += 2;
		} else if (strcmp(*argument, "--bind-read-only") == 0) {
			add_bind(&request, argument + 1, true);
			argument += 2;
		} else if (strcmp(*argument, "--cwd") == 0 && argument[1]) {
			request.cwd = *++argument;
		} else if (strcmp(*argument, "--no-proc") == 0) {
			request.no_proc = true;
		} else if (strcmp(*argument, "--noexec-tmp") == 0) {
			request.noexec_tmp = true;
		} else if (strcmp(*argument, "--no-user-namespaces") == 0) {
			request.no_user_namespaces = true;
		} else {
			misuse(*argument);
		}
	}
	if (!argument[0] || !argument[1] || !argument[2] || !argument[3] ||
	    request.layer_count == 0)
		misuse("usage: enter-host --lower DIR [OPTION...] BASE -- FILE ARGV0 [ARG...]");
	request.base = argument[0];
	request.program = argument + 2;
	return request;
}

/* A single id is mapped, because that is all an ordinary user may do. */
static void enter_namespaces(void)
{
	char uids[64], gids[64];

	snprintf(uids, sizeof(uids), "%d %d 1", INSIDE_ID, (int)geteuid());
	snprintf(gids, sizeof(gids), "%d %d 1", INSIDE_ID, (int)getegid());
	/* Where root is that of a namespace already, groups are as for everybody else. */
	if (geteuid() == 0 && setgroups(0, NULL) != 0 && errno != EPERM)
		die("drop groups");
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID) != 0)
		die("make user, mount and process namespaces");
	write_file("/proc/self/uid_map", uids);
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/gid_map", gids);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		die("make mounts private");
}

static int detach(const char *path, unsigned long attributes)
{
	struct mount_attr attr = { .attr_set = attributes };
	int tree = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);

	if (tree < 0)
		die("bind %s", path);
	if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof(attr)) != 0)
		die("protect %s", path);
	return tree;
}

static void attach(int tree, const char *path)
{
	if (move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) != 0)
		die("mount %s", path);
	close(tree);
}

static void take_binds(struct request *request)
{
	for (int i = 0; i < request->bind_count; i++) {
		struct bind *bind = &request->binds[i];
		struct stat status;

		bind->tree = detach(bind->from, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
							(bind->read_only ? MOUNT_ATTR_RDONLY : 0));
		if (fstat(bind->tree, &status) != 0)
			die("stat %s", bind->from);
		bind->directory = S_ISDIR(status.st_mode);
	}
}

/*
 * The kernel gives a new proc only to who can see a whole one, so it is made before the old root
 * goes, and shows the new process namespace because its maker is the first process there.
 */
static int make_proc(void)
{
	int context = fsopen("proc", FSOPEN_CLOEXEC);
	int tree;

	if (context < 0 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) != 0)
		die("make /proc");
	tree = fsmount(context, FSMOUNT_CLOEXEC,
		       MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	if (tree < 0)
		die("make /proc");
	close(context);
	return tree;
}

/* Layers get short names on BASE, so that no path has to be escaped in the overlay's options. */
static void make_root(const struct request *request)
{
	char options[256] = "userxattr,upperdir=upper,workdir=work,lowerdir=";
	int layers[MAX_LAYERS];

	for (int i = 0; i < request->layer_count; i++)
		layers[i] = detach(request->layers[i], MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	if (mount("tmpfs", request->base, "tmpfs", HARMLESS, "mode=0755") != 0)
		die("mount %s", request->base);
	if (chdir(request->base) != 0 || mkdir("upper", 0755) != 0 || mkdir("work", 0755) != 0 ||
	    mkdir("root", 0755) != 0)
		die("make directories in %s", request->base);
	for (int i = 0; i < request->layer_count; i++) {
		char name[8];

		snprintf(name, sizeof(name), "%d", i);
		if (mkdir(name, 0755) != 0)
			die("make directories in %s", request->base);
		attach(layers[i], name);
		if (i > 0)
			strcat(options, ":");
		strcat(options, name);
	}
	if (mount("overlay", "root", "overlay", HARMLESS, options) != 0)
		die("stack the layers of the host (overlayfs in a user namespace: Linux 5.11)");
}

static void change_root(void)
{
	if (chdir("root") != 0 || syscall(SYS_pivot_root, ".", ".") != 0)
		die("change root");
	if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0)
		die("leave the old root");
}

/* Inside the new root, so that every link on the way is the host's own. */
static void make_place(const char *path, bool directory)
{
	char *copy = strdup(path);

	for (char *slash = copy + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(copy, 0755) != 0 && errno != EEXIST)
			die("make %s", copy);
		*slash = '/';
	}
	free(copy);
	if (directory) {
		if (mkdir(path, 0755) != 0 && errno != EEXIST)
			die("make %s", path);
	} else {
		int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

		if (fd < 0)
			die("make %s", path);
		close(fd);
	}
}

static void mount_tmpfs(const char *path, unsigned long flags, const char *options)
{
	make_place(path, true);
	if (mount("tmpfs", path, "tmpfs", MS_NOSUID | flags, options) != 0)
		die("mount %s", path);
}

static const char *const devices[] = { "/dev/null", "/dev/zero",   "/dev/full",
				       "/dev/tty",  "/dev/random", "/dev/urandom" };
enum { DEVICE_COUNT = sizeof(devices) / sizeof(devices[0]) };

static void fill_dev(const int *device_trees)
{
	static const char *const links[][2] = { { "/proc/self/fd", "/dev/fd" },
						{ "/proc/self/fd/0", "/dev/stdin" },
						{ "/proc/self/fd/1", "/dev/stdout" },
						{ "/proc/self/fd/2", "/dev/stderr" },
						{ "pts/ptmx", "/dev/ptmx" } };

	mount_tmpfs("/dev", MS_NOEXEC, "mode=0755");
	for (int i = 0; i < DEVICE_COUNT; i++) {
		make_place(devices[i], false);
		attach(device_trees[i], devices[i]);
	}
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (symlink(links[i][0], links[i][1]) != 0)
			die("make %s", links[i][1]);
	}
	make_place("/dev/pts", true);
	if (mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
		  "newinstance,ptmxmode=0666,mode=0620") != 0)
		die("mount /dev/pts");
	mount_tmpfs("/dev/shm", MS_NODEV, "mode=1777");
}

/*
 * Started by root, the ordinary user inside is still root to the files of proc, which are kept
 * by their owner's mode alone: without this it could set the machine's kernel parameters.
 */
static void protect_proc(void)
{
	static const char *const kernel[] = { "/proc/sys", "/proc/sysrq-trigger", "/proc/irq",
					      "/proc/bus", "/proc/fs" };

	for (size_t i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++) {
		if (access(kernel[i], F_OK) == 0)
			attach(detach(kernel[i], MOUNT_ATTR_RDONLY), kernel[i]);
	}
}

static void furnish(const struct request *request, int proc, const int *device_trees)
{
	struct mount_attr read_only = { .attr_set = MOUNT_ATTR_RDONLY };

	make_place("/proc", true);
	if (!request->no_proc) {
		attach(proc, "/proc");
		protect_proc();
	}
	fill_dev(device_trees);
	mount_tmpfs("/tmp", MS_NODEV | (request->noexec_tmp ? MS_NOEXEC : 0), "mode=1777");
	mount_tmpfs(HOME, MS_NODEV, "mode=0755");
	for (int i = 0; i < request->bind_count; i++) {
		const struct bind *bind = &request->binds[i];

		make_place(bind->to, bind->directory);
		attach(bind->tree, bind->to);
	}
	if (mount_setattr(AT_FDCWD, "/", 0, &read_only, sizeof(read_only)) != 0)
		die("make the root read-only");
}

static void drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++) {
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
			die("drop capability %d", capability);
	}
	if (syscall(SYS_capset, &header, none) != 0)
		die("drop capabilities");
}

static _Noreturn void start_program(const struct request *request)
{
	if (chdir(request->cwd) != 0)
		die("change directory to %s", request->cwd);
	drop_capabilities();
	fcntl(REPORT_FD, F_SETFD, FD_CLOEXEC);
	umask(022);
	execvp(request->program[0], request->program + 1);
	/* What a shell answers, so that a test can expect it. */
	fprintf(stderr, "enter-host: %s: %s\n", request->program[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* A parent that was killed before this asked to end with it holds its end of the pipe no longer. */
static void end_with_parent(const int lifeline[2])
{
	struct pollfd held = { .fd = lifeline[0] };

	close(lifeline[1]);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (poll(&held, 1, 0) != 0)
		_exit(125);
	close(lifeline[0]);
}

/* The first process of the namespace: when it ends, the kernel ends all that is left there. */
static _Noreturn void run_inside(struct request *request)
{
	int device_trees[DEVICE_COUNT];
	int proc = -1, status = 0;
	pid_t program, ended;

	take_binds(request);
	for (int i = 0; i < DEVICE_COUNT; i++)
		device_trees[i] = detach(devices[i], 0);
	if (request->no_user_namespaces)
		write_file("/proc/sys/user/max_user_namespaces", "0");
	if (!request->no_proc)
		proc = make_proc();
	make_root(request);
	change_root();
	furnish(request, proc, device_trees);

	program = fork();
	if (program < 0)
		die("fork");
	if (program == 0)
		start_program(request);
	/* Orphans of the program are reaped on the way. */
	while ((ended = wait(&status)) != program) {
		if (ended < 0 && errno != EINTR)
			die("wait");
	}
	if (WIFSIGNALED(status)) {
		dprintf(REPORT_FD, "signalled %d\n", WTERMSIG(status));
		exit(128 + WTERMSIG(status));
	}
	dprintf(REPORT_FD, "exited %d\n", WEXITSTATUS(status));
	exit(WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
	static const struct rlimit no_core = { 0, 0 };
	struct request request = read_arguments(argv);
	int lifeline[2], status;
	pid_t first;

	(void)argc;
	setrlimit(RLIMIT_CORE, &no_core);
	umask(0);
	enter_namespaces();
	if (pipe2(lifeline, O_CLOEXEC) != 0)
		die("make a pipe");
	first = fork();
	if (first < 0)
		die("fork");
	if (first == 0) {
		end_with_parent(lifeline);
		run_inside(&request);
	}
	/* A key pressed in the terminal is meant for the program. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	while (waitpid(first, &status, 0) < 0) {
		if (errno != EINTR)
			die("wait");
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
