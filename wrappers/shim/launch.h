/*
 * Which file starts when the program asks for another one, with which words and variables.
 *
 * A packed program: its launcher, with the environment as it is. A script whose interpreter is
 * packed: the interpreter's launcher, as the kernel would start it. Everything else is the host's
 * and gets the environment that the user had.
 */
#ifndef DYNPK_SHIM_LAUNCH_H
#define DYNPK_SHIM_LAUNCH_H

struct start {
	const char *path;
	char *const *argv;
	char *const *environment;
};

/* Does the starting; its answer is passed on. The words lie on the stack until it returns. */
typedef int starter(const struct start *start, void *context);

/* Returns what `run` returns; -1 with errno where the path leads nowhere. */
int with_start(const struct start *asked, starter *run, void *context);

/* As with_start for a program found in the directories of PATH; `run` is asked until one starts. */
int with_search(const struct start *asked, starter *run, void *context);

#endif
