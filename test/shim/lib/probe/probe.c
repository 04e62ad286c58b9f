/*
 * Make one call after another and say what came of each: the subject and the oracle of the
 * conformance test, which compares what it prints with and without the shim.
 *
 * With --knowing each call is made before, of its path and of another name beside it. Reads lines
 * `CALL<TAB>PATH<TAB>HOW<TAB>DIRECTORY`: the directory is entered before the call where HOW is
 * `in`, opened and passed as a descriptor where it is `at`. Each line runs in a child of
 * its own; nothing but what the call answers is printed, one line a case.
 */
#include "probe.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char *path;
int base = AT_FDCWD;

static const struct call *find_call(const char *name)
{
	static const struct call *const subjects[] = {
		status_calls, open_calls,   names_calls,   lists_calls,	  walks_calls,
		raw_calls,    starts_calls, sockets_calls, changes_calls,
	};

	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		for (const struct call *call = subjects[i]; call->name != NULL; call++) {
			if (strcmp(call->name, name) == 0)
				return call;
		}
	}
	return NULL;
}

/* What is remembered is what was met again and again. */
enum { LESSONS = 3 };

/* Some times for nothing, and then for the answer: what was learned before must not change it. */
static void run_knowing(void (*run)(void))
{
	FILE *answers = stdout;
	const char *subject = path;
	const char *last = strrchr(path, '/');
	char neighbour[8192];

	snprintf(neighbour, sizeof(neighbour), "%.*sneighbour",
		 last == NULL ? 0 : (int)(last + 1 - path), path);
	stdout = fopen("/dev/null", "w");
	run();
	path = neighbour;
	for (int i = 0; i < LESSONS; i++)
		run();
	path = subject;
	fclose(stdout);
	stdout = answers;
	run();
}

static void run_case(const char *call, const char *how, const char *directory, bool knows)
{
	const struct call *found;

	if (strcmp(how, "in") == 0 && chdir(directory) != 0) {
		printf("cannot enter %s: %s", directory, strerrorname_np(errno));
		return;
	}
	if (strcmp(how, "at") == 0) {
		base = open(directory, O_RDONLY | O_DIRECTORY);
		if (base < 0) {
			printf("cannot open %s: %s", directory, strerrorname_np(errno));
			return;
		}
	}
	found = find_call(call);
	if (found == NULL)
		printf("no such call");
	else if (knows)
		run_knowing(found->run);
	else
		found->run();
}

/* In this process, where a child costs too much; what the call left behind is undone. */
static void run_here(char **fields)
{
	path = fields[1];
	base = AT_FDCWD;
	run_case(fields[0], fields[2], fields[3], false);
	closefrom(3);
	if (chdir("/") != 0)
		exit(125);
}

int main(int argc, char **argv)
{
	const bool knows = argc > 1 && strcmp(argv[1], "--knowing") == 0;
	const bool here = argc > 1 && strcmp(argv[1], "--here") == 0;
	char line[8192];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *rest = line;
		char *fields[4];
		pid_t pid;

		line[strcspn(line, "\n")] = '\0';
		for (int i = 0; i < 4; i++)
			fields[i] = strsep(&rest, "\t");
		if (fields[3] == NULL)
			return 125;
		if (here) {
			run_here(fields);
			printf("\n");
			continue;
		}
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			path = fields[1];
			run_case(fields[0], fields[2], fields[3], knows);
			fflush(stdout);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		printf("\n");
		fflush(stdout);
	}
	return 0;
}
