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

/* NULL, or why nothing can be written to `destination`: a descriptor's number or a file's name. */
const char *open_sink(const char *destination);

/* A line for a person, through the sink if there is one. */
void report_finding(const char *what, const struct object *object);

/* A line of JSON through the sink. */
void report_object(const struct object *object);

/* The same line on the standard error stream as well, then exit 125. */
_Noreturn void refuse_to_run(const char *what, const struct object *object);

/* As above when no object is to blame. */
_Noreturn void fail(const char *reason, const char *detail);

/*
 * A name that no file can have, with the reason in it: ld.so repeats it in the error that dlopen
 * gives the program. Valid until the next call.
 */
char *impossible_name(const struct object *object);

#endif
