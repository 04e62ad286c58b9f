/* Where names lead: links, whole paths and the working directory. */
#include "probe.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void call_readlink(void)
{
	char text[256];
	ssize_t size = readlinkat(base, path, text, sizeof(text) - 1);

	if (size < 0) {
		answer(false);
		return;
	}
	text[size] = '\0';
	printf("'%s'", text);
}

static void call_realpath(void)
{
	char *real = realpath(path, NULL);

	printf("%s", real == NULL ? strerrorname_np(errno) : real);
}

/* The checked form, as programs get it that are compiled with _FORTIFY_SOURCE. */
extern char *__realpath_chk(const char *path, char *resolved, size_t space);

static void call_realpath_checked(void)
{
	char resolved[4096];

	printf("%s", __realpath_chk(path, resolved, sizeof(resolved)) == NULL
			     ? strerrorname_np(errno)
			     : resolved);
}

static void call_chdir(void)
{
	char here[4096];

	if (chdir(path) != 0)
		answer(false);
	else
		printf("%s", getcwd(here, sizeof(here)));
}

static void call_fchdir(void)
{
	char here[4096];
	int fd = openat(base, path, O_RDONLY | O_DIRECTORY);

	if (fd < 0 || fchdir(fd) != 0)
		answer(false);
	else
		printf("%s", getcwd(here, sizeof(here)));
}

static void call_up(void)
{
	struct stat status;
	char here[4096];

	if (chdir(path) != 0 || chdir("..") != 0)
		answer(false);
	else
		printf("%s %d", getcwd(here, sizeof(here)), stat(".", &status));
}

const struct call names_calls[] = {
	{ "readlink", call_readlink },
	{ "realpath", call_realpath },
	{ "realpath-checked", call_realpath_checked },
	{ "chdir", call_chdir },
	{ "fchdir", call_fchdir },
	{ "up", call_up },
	{ NULL, NULL },
};
