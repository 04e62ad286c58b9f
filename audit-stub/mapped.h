/* Which file is mapped at an address, by the kernel's word: /proc/self/maps. */
#ifndef DYNPK_AUDIT_MAPPED_H
#define DYNPK_AUDIT_MAPPED_H

#include "judge.h"

struct mapped {
	unsigned long address;
	/* Empty when /proc is missing. */
	char path[PATH_MAX];
};

/* Fill in the paths, in one pass over the memory map. */
void find_mapped(struct mapped *mapped, size_t count);

/* Which mapped file holds an address, from a line of /proc/PID/maps. Exposed for its test. */
bool mapped_file(const char *line, unsigned long address, char *path);

#endif
