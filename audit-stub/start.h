/*
 * What the stub learns about the process before the program's first library is searched: its
 * environment, where the bundle lies, which files the program and the loader are, and the rules.
 */
#ifndef DYNPK_AUDIT_START_H
#define DYNPK_AUDIT_START_H

#include "judge.h"

struct start {
	struct rules rules;
	/* The bundle's top, links resolved; which directory it is, should it be moved later. */
	char top[PATH_ROOM];
	unsigned long top_device, top_inode;
	/* Empty where neither /proc nor the auxiliary vector tells. */
	char program[PATH_ROOM];
	char loader[PATH_ROOM];
	/* From the auxiliary vector; 0 when it has none. */
	unsigned long vdso;
	/* DYNPK_AUDIT and LD_AUDIT of the environment, or NULL. */
	const char *setting;
	const char *other_auditors;
};

/*
 * Fill `start`, and give the environment back what the launcher added to it for the loader's sake.
 * `loader_code` is an address in the loader. NULL, or why the bundle's rules cannot be known.
 */
const char *learn(struct start *start, const void *loader_code);

/* Which mapped file holds an address, from the text of /proc/PID/maps. Exposed for its test. */
bool mapped_file(const char *line, unsigned long address, char *path);

#endif
