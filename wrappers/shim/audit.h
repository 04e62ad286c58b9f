/*
 * What an auditor of the loader cannot see, told and refused by the same rules as libraries:
 * programs of the host that are started, files of the host that are read, and, where the loader has
 * no auditors, objects that are loaded.
 *
 * Nothing of it happens unless the start is audited, which one variable tells.
 */
#ifndef DYNPK_SHIM_AUDIT_H
#define DYNPK_SHIM_AUDIT_H

#include <stdbool.h>

/* Set before the program's own code runs. */
#pragma GCC visibility push(hidden)
extern bool is_audited;
#pragma GCC visibility pop

/* Learn from the environment whether the start is audited; ends the process where it cannot be. */
void begin_audit(char **environment);

/*
 * The file at `path`, which is asked for as `named` and not by the bundle's own name, is about to
 * be started. Returns 0, or the errno the start fails with.
 */
int audit_program(const char *named, const char *path);

/* The same of an open one. */
int audit_open_program(int fd);

/*
 * A program of the host is about to be started with these words: where it is a shell with a
 * command, of the programs in that.
 */
int audit_command(const char *path, char *const *argv, char *const *environment);

/*
 * An object is about to be loaded, for the code at `caller`: returns `path`, or a name that cannot
 * be loaded, in `room`. Does something only where the loader has no auditors.
 */
const char *audit_object(const char *path, const void *caller, char *(*room)(void));

/* A file was opened for reading, by the name `asked`. */
void audit_file(int fd, const char *asked);

static inline int note_opened(int fd, const char *asked)
{
	if (__builtin_expect(is_audited, 0) && fd >= 0)
		audit_file(fd, asked);
	return fd;
}

#endif
