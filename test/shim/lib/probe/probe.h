/*
 * What the calls of the probe have in common: the path they are about, and how they answer.
 *
 * A subject is a file of its own, with a list of its calls by name. Each call prints what came of
 * it and nothing else.
 */
#ifndef DYNPK_PROBE_H
#define DYNPK_PROBE_H

/* Before any header of the C library: this one comes first. */
#define _GNU_SOURCE

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

struct call {
	const char *name;
	void (*run)(void);
};

/* Each ends with a call that has no name. */
extern const struct call status_calls[], open_calls[], names_calls[], lists_calls[], walks_calls[],
	raw_calls[], starts_calls[], sockets_calls[], changes_calls[];

/* The subject of the call. */
extern const char *path;
/* The descriptor of the directory it counts from, or AT_FDCWD. */
extern int base;

/* Say `ok`, or the name of errno. */
void answer(bool ok);
void say_status(int result, const struct stat *status);
/* The beginning of the first line. */
void say_content(int fd);
/* In order. */
void say_names(char **names, int count);

#endif
