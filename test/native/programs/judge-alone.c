/*
 * The audit stub's judge in a program that is no auditor: one question a line on stdin,
 *
 *	judge-alone TOP RULES		OPENED RESOLVED
 *
 * answered on stdout by the verdict, and the pattern behind it; a fault of the rules instead.
 */
#include "audit-stub/judge.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *word_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_BUNDLE:
		return "bundle";
	case VERDICT_HOST_PROVIDED:
		return "host-provided";
	case VERDICT_ALLOWED:
		return "allowed";
	case VERDICT_OUTSIDE:
		return "outside";
	case VERDICT_ABSENT:
	case VERDICT_VDSO:
	default:
		return "no verdict on a path";
	}
}

int main(int argc, char **argv)
{
	char opened[PATH_MAX], resolved[PATH_MAX];
	struct rules rules;
	char *bytes = argc == 3 ? strdup(argv[2]) : NULL;
	const char *fault = bytes == NULL ? "usage" : read_rules(bytes, strlen(bytes), &rules);

	if (fault != NULL)
		printf("%s\n", fault);
	while (fault == NULL && scanf("%4095s %4095s", opened, resolved) == 2) {
		const char *pattern;
		const enum verdict verdict =
			judge_path(&rules, argv[1], opened, resolved, &pattern);

		printf("%s%s%s\n", word_of(verdict), pattern == NULL ? "" : " by ",
		       pattern == NULL ? "" : pattern);
	}
	free(bytes);
	return fault != NULL;
}
