/*
 * Start a program in every way the C library has: `starter CALL PROGRAM [WORD...]`, or do one of
 * the other things a test needs a process of its own for.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int failure(void)
{
	printf("%s\n", strerrorname_np(errno));
	return 1;
}

static int wait_for(int error, pid_t pid)
{
	int status;

	if (error != 0) {
		errno = error;
		return failure();
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int pipe_from(const char *command)
{
	char line[4096];
	FILE *stream = popen(command, "r");

	if (stream == NULL)
		return failure();
	while (fgets(line, sizeof(line), stream) != NULL)
		fputs(line, stdout);
	return WEXITSTATUS(pclose(stream));
}

static int pipe_to(const char *command)
{
	FILE *first = popen("cat >/dev/null", "w");
	FILE *stream = popen(command, "w");

	if (first == NULL || stream == NULL)
		return failure();
	/* Where the second still held the first open, this would not end. */
	pclose(first);
	fputs("piped\n", stream);
	return WEXITSTATUS(pclose(stream));
}

/* A child made by vfork goes elsewhere; paths of this process still count from where it is. */
static int change_directory_in_child(const char *here, const char *elsewhere)
{
	struct stat status;
	pid_t pid;

	if (chdir(here) != 0 || stat("file", &status) != 0)
		return failure();
	pid = vfork();
	if (pid == 0)
		_exit(chdir(elsewhere) == 0 && access("a", R_OK) == 0 ? 0 : 1);
	if (wait_for(0, pid) != 0 || access("a", R_OK) == 0 || stat("file", &status) != 0)
		return failure();
	return 0;
}

/* The same where nobody has asked for a path from here before. */
static int change_directory_in_first_child(const char *name, const char *elsewhere)
{
	struct stat status;
	pid_t pid = vfork();

	if (pid == 0)
		_exit(chdir(elsewhere) == 0 && access("a", R_OK) == 0 ? 0 : 1);
	if (wait_for(0, pid) != 0 || access("a", R_OK) == 0 || stat(name, &status) != 0)
		return failure();
	return 0;
}

static void *look(void *path)
{
	struct stat status;
	long wrong = 0;

	for (int i = 0; i < 20000; i++)
		wrong += stat(path, &status) != 0;
	return (void *)wrong;
}

static int look_from_threads(char **paths)
{
	pthread_t threads[8];
	long wrong = 0;
	void *answer;

	for (int i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, look, paths[i % 2]);
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], &answer);
		wrong += (long)answer;
	}
	printf("%ld wrong\n", wrong);
	return 0;
}

static int load(const char *path)
{
	void *object = dlopen(path, RTLD_NOW);
	int (*load_more)(void) = object == NULL ? NULL : (int (*)(void))dlsym(object, "load_more");

	if (load_more == NULL) {
		printf("%s\n", dlerror());
		return 1;
	}
	return load_more();
}

static char *name_of_open(const char *form, const char *program)
{
	static char name[64];

	snprintf(name, sizeof(name), form, open(program, O_RDONLY | O_CLOEXEC));
	return name;
}

static void execv_open(const char *form, char **words)
{
	execv(name_of_open(form, words[0]), words);
}

static int spawn_open(char **words)
{
	pid_t pid = -1;
	char *name = name_of_open("/proc/self/fd/%d", words[0]);

	return wait_for(posix_spawn(&pid, name, NULL, NULL, words, environ), pid);
}

/* RESOLVE_ flags, a directory or `-`, and a path: what the file holds. */
static int open_by_rules(char **words)
{
	struct open_how how = { .resolve = strtoul(words[0], NULL, 16) };
	const int directory =
		strcmp(words[1], "-") == 0 ? AT_FDCWD : open(words[1], O_PATH | O_DIRECTORY);
	const int fd = (int)syscall(SYS_openat2, directory, words[2], &how, sizeof(how));
	char text[64];
	const ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (got < 0)
		return failure();
	return fwrite(text, 1, (size_t)got, stdout) == (size_t)got ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *call = argc > 2 ? argv[1] : "";
	char *program = argv[2];
	char **words = argv + 2;
	pid_t pid = -1;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (strcmp(call, "execve") == 0)
		execve(program, words, environ);
	else if (strcmp(call, "execve-nothing") == 0)
		execve(program, words, NULL);
	else if (strcmp(call, "execv") == 0)
		execv(program, words);
	else if (strcmp(call, "execvp") == 0)
		execvp(program, words);
	else if (strcmp(call, "execvpe") == 0)
		execvpe(program, words, environ);
	else if (strcmp(call, "execl") == 0)
		execl(program, program, words[1], NULL);
	else if (strcmp(call, "execlp") == 0)
		execlp(program, program, words[1], NULL);
	else if (strcmp(call, "execle") == 0 && words[1] == NULL)
		execle(program, program, NULL, environ);
	else if (strcmp(call, "execle") == 0)
		execle(program, program, words[1], NULL, environ);
	else if (strcmp(call, "fexecve") == 0)
		fexecve(open(program, O_RDONLY), words, environ);
	else if (strcmp(call, "fexecve-named") == 0)
		fexecve(open(program, O_PATH), words, environ);
	else if (strcmp(call, "execveat-empty") == 0)
		execveat(open(program, O_RDONLY), "", words, environ, AT_EMPTY_PATH);
	else if (strcmp(call, "execve-raw-empty") == 0)
		syscall(SYS_execveat, open(program, O_RDONLY), "", words, environ, AT_EMPTY_PATH);
	else if (strcmp(call, "execv-proc") == 0)
		execv_open("/proc/self/fd/%d", words);
	else if (strcmp(call, "execv-dev") == 0)
		execv_open("/dev/fd/%d", words);
	else if (strcmp(call, "spawn-proc") == 0)
		return spawn_open(words);
	else if (strcmp(call, "openat2") == 0)
		return open_by_rules(words);
	else if (strcmp(call, "execveat") == 0)
		execveat(AT_FDCWD, program, words, environ, 0);
	else if (strcmp(call, "posix_spawn") == 0)
		return wait_for(posix_spawn(&pid, program, NULL, NULL, words, environ), pid);
	else if (strcmp(call, "posix_spawnp") == 0)
		return wait_for(posix_spawnp(&pid, program, NULL, NULL, words, environ), pid);
	else if (strcmp(call, "system") == 0)
		return WEXITSTATUS(system(program));
	else if (strcmp(call, "popen") == 0)
		return pipe_from(program);
	else if (strcmp(call, "popen-write") == 0)
		return pipe_to(program);
	else if (strcmp(call, "child-directory") == 0)
		return change_directory_in_child(program, argv[3]);
	else if (strcmp(call, "first-child-directory") == 0)
		return change_directory_in_first_child(program, argv[3]);
	else if (strcmp(call, "threads") == 0)
		return look_from_threads(argv + 2);
	else if (strcmp(call, "dlopen") == 0)
		return load(program);
	return failure();
}
