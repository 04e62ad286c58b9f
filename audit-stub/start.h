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
	const char *top;
	unsigned long top_device, top_inode;
	/* The program's path as it was given, or as it is mapped. */
	const char *program;
	/* Links resolved. NULL where only a launcher knows, which has mapped both itself. */
	const char *loader;
	/* The launcher that the kernel executed, links resolved, where it is known to be one. */
	const char *launcher;
	/* From the auxiliary vector; 0 when it has none. */
	unsigned long vdso;
	/* DYNPK_AUDIT of the environment, and LD_AUDIT where it may name others; or NULL. */
	const char *setting;
	const char *other_auditors;
};

/*
 * Fill `start`, and give the environment back what the launcher added to it for the loader's sake.
 * NULL, or why the bundle's rules cannot be known.
 */
const char *learn(struct start *start);

/*
 * Learn from the memory map which files the loader, of which `loader_code` is an address, and the
 * program are. Ten times dearer than all that learn() does, hence only where it matters.
 */
void learn_mapped_files(struct start *start, const void *loader_code);

#endif
