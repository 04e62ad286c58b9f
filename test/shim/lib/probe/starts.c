/* Programs started, and descriptors that change hands. */
#include "probe.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void say_child(pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	printf(" %d", WEXITSTATUS(status));
}

static void call_exec(void)
{
	char *const words[] = { (char *)"word", (char *)"one", NULL };
	pid_t pid;

	fflush(stdout);
	pid = vfork();
	if (pid == 0) {
		execve(path, words, environ);
		_exit(errno);
	}
	say_child(pid);
}

static void call_spawn(void)
{
	char *const words[] = { (char *)"word", (char *)"one", NULL };
	pid_t pid;
	int error;

	fflush(stdout);
	error = posix_spawn(&pid, path, NULL, NULL, words, environ);
	if (error != 0)
		printf("%s", strerrorname_np(error));
	else
		say_child(pid);
}

/* A descriptor that was counted from, and then became another directory's. */
static void call_moved_descriptor(void)
{
	struct stat status;
	int other = open("/opt/view/share/whole", O_RDONLY | O_DIRECTORY);
	int fd = open("/opt/view/host/dir", O_RDONLY | O_DIRECTORY);

	printf("%d ", fstatat(fd, path, &status, 0));
	printf("%d ", fstatat(other, path, &status, 0));
	dup2(other, fd);
	printf("%d ", fstatat(fd, path, &status, 0));
	close(other);
	other = open("/opt/view/host", O_RDONLY | O_DIRECTORY);
	printf("%d ", fstatat(other, path, &status, 0));
	fclose(fdopen(fd, "r"));
	fd = open("/opt/view/share", O_RDONLY | O_DIRECTORY);
	printf("%d ", fstatat(fd, path, &status, 0));
	syscall(SYS_close, fd);
	fd = open("/opt/view/share/whole/sub", O_RDONLY | O_DIRECTORY);
	printf("%d ", fstatat(fd, path, &status, 0));
	closedir(fdopendir(fd));
	fd = open("/opt/view/usr/bin", O_RDONLY | O_DIRECTORY);
	printf("%d", fstatat(fd, path, &status, 0));
}

/* A child in the same memory, with descriptors of its own. */
static void call_child_descriptor(void)
{
	struct stat status;
	int fd = open("/opt/view/host/dir", O_RDONLY | O_DIRECTORY);
	int result = fstatat(fd, path, &status, 0);
	pid_t pid = vfork();

	if (pid == 0) {
		dup2(open("/opt/view/share/whole", O_RDONLY | O_DIRECTORY), fd);
		fstatat(fd, path, &status, 0);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	printf("%d %d", result, fstatat(fd, path, &status, 0));
}

const struct call starts_calls[] = {
	{ "exec", call_exec },
	{ "spawn", call_spawn },
	{ "moved-descriptor", call_moved_descriptor },
	{ "child-descriptor", call_child_descriptor },
	{ NULL, NULL },
};
