/* Programs started in this process's place. */
#include "aside.h"
#include "audit.h"
#include "base/file.h"
#include "launch.h"
#include "plain.h"
#include "route.h"
#include "symbols.h"
#include "table/host-environment.h"
#include "view.h"
#include <stdarg.h>

extern char **environ __attribute__((weak, visibility("default")));

INTERPOSE(int, execve, const char *path, char *const *argv, char *const *environment);
INTERPOSE(int, execv, const char *path, char *const *argv);
INTERPOSE(int, execvp, const char *file, char *const *argv);
INTERPOSE(int, execvpe, const char *file, char *const *argv, char *const *environment);
INTERPOSE(int, execl, const char *path, const char *word, ...);
INTERPOSE(int, execle, const char *path, const char *word, ...);
INTERPOSE(int, execlp, const char *file, const char *word, ...);
INTERPOSE(int, fexecve, int fd, char *const *argv, char *const *environment);
INTERPOSE(int, execveat, int directory, const char *path, char *const *argv,
	  char *const *environment, int flags);

static char *const *own_environment(void)
{
	return &environ == NULL ? NULL : environ;
}

static int replace(const struct start *start, void *context)
{
	(void)context;
	return REAL(execve)(start->path, start->argv, start->environment);
}

int execve(const char *path, char *const *argv, char *const *environment)
{
	const struct start start = { path, argv, environment };

	return is_path(path) ? with_start(&start, replace, NULL)
			     : REAL(execve)(path, argv, environment);
}

int execv(const char *path, char *const *argv)
{
	return execve(path, argv, own_environment());
}

int execvpe(const char *file, char *const *argv, char *const *environment)
{
	const struct start start = { file, argv, environment };

	return with_search(&start, replace, NULL);
}

int execvp(const char *file, char *const *argv)
{
	return execvpe(file, argv, own_environment());
}

/* The words of a call that ends with NULL, and after it perhaps the environment. */
#define WITH_WORDS(first, call)                                                                    \
	do {                                                                                       \
		va_list list;                                                                      \
		size_t count = 1;                                                                  \
		va_start(list, first);                                                             \
		while (va_arg(list, char *) != NULL)                                               \
			count++;                                                                   \
		va_end(list);                                                                      \
		{                                                                                  \
			char *words[count + 1];                                                    \
			va_start(list, first);                                                     \
			words[0] = (char *)first;                                                  \
			for (size_t i = 1; i <= count; i++)                                        \
				words[i] = va_arg(list, char *);                                   \
			call;                                                                      \
		}                                                                                  \
	} while (0)

int execl(const char *path, const char *word, ...)
{
	int result;

	WITH_WORDS(word, result = execve(path, words, own_environment()); va_end(list));
	return result;
}

int execlp(const char *file, const char *word, ...)
{
	int result;

	WITH_WORDS(word, result = execvp(file, words); va_end(list));
	return result;
}

int execle(const char *path, const char *word, ...)
{
	int result;

	WITH_WORDS(word, char *const *environment = va_arg(list, char *const *); va_end(list);
		   result = execve(path, words, environment));
	return result;
}

/*
 * By descriptor: what a launcher stands for is started by its launcher, a host's file gets the
 * user's environment.
 */
struct by_descriptor {
	int directory;
	const char *path;
	int flags;
};

static int replace_by_descriptor(const struct start *start, void *context)
{
	const struct by_descriptor *by = context;

	if (by->path == NULL)
		return REAL(fexecve)(by->directory, start->argv, start->environment);
	return REAL(execveat)(by->directory, by->path, start->argv, start->environment, by->flags);
}

/* A name that counts from a directory is left alone: the user's own are named so. */
static int audit_by_descriptor(const struct by_descriptor *by)
{
	return is_audited && (by->path == NULL || (is_path(by->path) && *by->path == '\0'))
		       ? audit_open_program(by->directory)
		       : 0;
}

__attribute__((noinline)) static int
with_host_environment(const struct by_descriptor *by, char *const *argv, char *const *environment)
{
	const struct bundle bundle = { launch_view()->table, launch_view()->top };
	size_t bytes;
	const size_t count = measure_environment(&bundle, environment, &bytes);
	char *entries[count + 1];
	char space[bytes];
	const struct start start = { by->path, argv, entries };
	const int error = audit_by_descriptor(by);

	write_host_environment(&bundle, environment, entries, space);
	return error != 0 ? fail_with(error) : replace_by_descriptor(&start, (void *)by);
}

static int execute_open(const struct by_descriptor *by, char *const *argv, char *const *environment)
{
	char *seen = seen_behind_descriptor(launch_view(), by->directory);
	int result;

	if (seen == NULL)
		return with_host_environment(by, argv, environment);
	result = execve(seen, argv, environment);
	drop_seen(seen);
	return result;
}

int fexecve(int fd, char *const *argv, char *const *environment)
{
	const struct by_descriptor by = { fd, NULL, 0 };

	return launch_view() == NULL ? REAL(fexecve)(fd, argv, environment)
				     : execute_open(&by, argv, environment);
}

__attribute__((noinline)) static int execute_from(const struct by_descriptor *by, char *const *argv,
						  char *const *environment)
{
	ROUTE(route);

	if (find_route(&route, by->directory, by->path, FOLLOW | LAUNCH) == 0 && route.is_bundled)
		return execve(route.seen, argv, environment);
	return with_host_environment(by, argv, environment);
}

int execveat(int directory, const char *path, char *const *argv, char *const *environment,
	     int flags)
{
	const struct by_descriptor by = { directory, path, flags };

	if (launch_view() == NULL)
		return REAL(execveat)(directory, path, argv, environment, flags);
	if (is_path(path) && (*path == '/' || directory == AT_FDCWD))
		return execve(path, argv, environment);
	if (is_path(path) && *path != '\0')
		return execute_from(&by, argv, environment);
	return (flags & AT_EMPTY_PATH) != 0 && is_path(path)
		       ? execute_open(&by, argv, environment)
		       : with_host_environment(&by, argv, environment);
}
