/*
 * Files, directories and programs of a host, looked at within bounds: whatever is there, nothing of
 * it is waited for, and nothing is started.
 */
#ifndef DYNPK_HOST_LOOK_H
#define DYNPK_HOST_LOOK_H

#include "base/file.h"

/* The beginning of a file, ended by NUL: its length, or minus the errno. */
long read_text(const char *path, char *text, size_t size);
/* The same without what follows the first line, or blanks at its end. */
long read_line(const char *path, char *text, size_t size);

enum { NAMES_LIMIT = 256, NAMES_SIZE = 16384 };

/* In the order of their bytes, each once. */
struct names {
	unsigned count;
	/* There are more. */
	bool is_cut;
	const char *list[NAMES_LIMIT];
	size_t used;
	char text[NAMES_SIZE];
};

/* The first `length` bytes of a name. */
void add_name(struct names *names, const char *name, size_t length);
/* Of what lies in a directory: 0, or minus the errno. */
long add_entries(struct names *names, const char *directory, const char *prefix,
		 const char *suffix);

/* Where a program lies by PATH. */
bool find_program(char *const *environment, const char *name, char path[PATH_MAX]);
/* Without links, as far as that can be told. */
void resolve(const char *path, char resolved[PATH_MAX]);

#endif
