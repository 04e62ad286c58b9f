/*
 * What the stub says and where: one line a finding or object, composed in a fixed buffer and
 * written at once, to a place that is known to be the one that was chosen.
 */
#ifndef DYNPK_AUDIT_REPORT_H
#define DYNPK_AUDIT_REPORT_H

#include "judge.h"
#include <stdbool.h>

struct object {
	/* What was asked for, by whom (NULL: nobody, it was there), and the rule that found it. */
	const char *asked;
	const char *requester;
	const char *place;
	/* The name it was opened by, and that name with its links resolved. */
	const char *opened;
	const char *resolved;
	unsigned long device, inode;
	long namespace;
	enum verdict verdict;
	/* The pattern behind VERDICT_HOST_PROVIDED and VERDICT_ALLOWED, or NULL. */
	const char *pattern;
};

/* Room for one line, the caller's, so that threads need not wait for each other. */
enum { LINE_ROOM = 21024 };
struct line {
	char bytes[LINE_ROOM];
};

/* NULL, or why nothing can be written to `destination`: a descriptor's number or a file's name. */
const char *open_sink(const char *destination);

/* A line for a person, through the sink if there is one. */
void report_finding(struct line *line, const char *what, const struct object *object);

/* A line of JSON through the sink. */
void report_object(struct line *line, const struct object *object);

/*
 * What is no object: a `program` that is about to be started or a `file` that was opened. In
 * MODE_RECORD a line of JSON. `replaces`: its standard error stream is the sink's where the sink is
 * that stream, whatever it was before.
 */
struct event {
	const char *kind;
	const char *what;
	enum mode mode;
	bool replaces;
};
void report_event(struct line *line, const struct event *event, const struct object *object);

/* The same line on the standard error stream as well, then exit 125. */
_Noreturn void refuse_to_run(struct line *line, const char *what, const struct object *object);

/* As above when no object is to blame. */
_Noreturn void fail(struct line *line, const char *reason, const char *detail);

/*
 * A name that no file can have, with the reason in it: ld.so repeats it in the error that dlopen
 * gives the program. `name` has room for PATH_MAX bytes; returns it.
 */
char *impossible_name(char *name, const struct object *object);

#endif
