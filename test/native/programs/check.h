/* Conditions that are counted where they do not hold. */
#ifndef DYNPK_CHECK_H
#define DYNPK_CHECK_H

#include <stdio.h>

static int failures;

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                     \
			failures++;                                                                \
		}                                                                                  \
	} while (0)

/* What main() ends with. */
static inline int tell_failures(void)
{
	printf("%d failures\n", failures);
	return failures != 0;
}

#endif
