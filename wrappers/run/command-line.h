/*
 * The words before the first ordinary one. Pure.
 */
#ifndef DYNPK_RUN_COMMAND_LINE_H
#define DYNPK_RUN_COMMAND_LINE_H

#include <stddef.h>

enum errand { START_PROGRAM, EXTRACT, LIST_PROGRAMS, VERIFY, SHOW_HELP, SHOW_LICENCES, TELL_HOST };

struct command_line {
	enum errand errand;
	/* As given, or NULL. */
	const char *program;
	const char *cache;
	const char *directory;
	/* How many words of argv are ours, argv[0] among them. */
	size_t words;
	/* What is wrong: a word, and the rest of the sentence; or NULL. */
	const char *word;
	const char *wrong;
};

void read_command_line(struct command_line *line, size_t argc, char *const *argv);

#endif
