/*
 * What the processor says of itself, by machine.
 */
#ifndef DYNPK_HOST_CPU_H
#define DYNPK_HOST_CPU_H

#include "host.h"

enum { CPU_TEXT_SIZE = 64 };

struct cpu {
	/* Empty where it does not say. */
	char vendor[CPU_TEXT_SIZE];
	char model[CPU_TEXT_SIZE];
	/* 2 for x86-64-v2, and so on; 0 where there are no levels. */
	unsigned level;
};

void ask_cpu(struct cpu *cpu);
/* The names of /proc/cpuinfo, of what the kernel lets programs use, in a fixed order. */
void tell_features(struct telling *telling, const struct start *start);

#endif
