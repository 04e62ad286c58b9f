/*
 * Time calls that take a path: `time-calls CALL PATH COUNT [DIRECTORY]` prints the nanoseconds of
 * one, the least of some batches. With DIRECTORY the path counts from a descriptor of it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BATCHES = 9 };

static const char *path;
static int directory = AT_FDCWD;

static void do_stat(void)
{
	struct stat status;

	stat(path, &status);
}

static void do_stat_at(void)
{
	struct stat status;

	fstatat(directory, path, &status, 0);
}

static void do_access(void)
{
	access(path, R_OK);
}

static void do_open(void)
{
	const int fd = open(path, O_RDONLY);

	if (fd >= 0)
		close(fd);
}

static void do_readdir(void)
{
	DIR *stream = opendir(path);

	while (stream != NULL && readdir(stream) != NULL)
		;
	if (stream != NULL)
		closedir(stream);
}

/* Not timed: which mounts the program sees. */
static void say_namespace(void)
{
	char name[64] = "";

	if (readlink("/proc/self/ns/mnt", name, sizeof(name) - 1) > 0)
		puts(name);
	exit(0);
}

static void do_exec(void)
{
	const pid_t pid = vfork();

	if (pid == 0) {
		execl(path, path, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static const struct {
	const char *name;
	void (*run)(void);
} calls[] = {
	{ "stat", do_stat },	 { "stat-at", do_stat_at },
	{ "access", do_access }, { "namespace", say_namespace },
	{ "open", do_open },	 { "readdir", do_readdir },
	{ "exec", do_exec },
};

static double time_batch(void (*run)(void), long count)
{
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (long i = 0; i < count; i++)
		run();
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) /
	       (double)count;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	path = argv[2];
	if (argc > 4)
		directory = open(argv[4], O_RDONLY | O_DIRECTORY);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		double least = 1e18;

		if (strcmp(calls[i].name, argv[1]) != 0)
			continue;
		for (int batch = 0; batch < BATCHES; batch++) {
			const double each = time_batch(calls[i].run, atol(argv[3]));

			least = each < least ? each : least;
		}
		printf("%.1f\n", least);
		return 0;
	}
	return 2;
}
