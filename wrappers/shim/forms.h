/*
 * The forms that a C library's structures have.
 *
 * With 64 bits there is one. glibc with 32 bits has three of struct stat and two of struct dirent,
 * and calls by another name for each; all of them are answered. What this library asks for itself
 * is of the large form.
 */
#ifndef DYNPK_SHIM_FORMS_H
#define DYNPK_SHIM_FORMS_H

#include <stdbool.h>

enum form {
	/* Of the names without a number: with 32 bits, inodes and sizes have 32. */
	FORM_USUAL,
	/* Of the names that end with 64. */
	FORM_LARGE,
	/* Of those that end with time64. The same struct dirent as the one before. */
	FORM_TIME64,
};

#if defined(__i386__)
/* Whether it differs from the large one in what both have. */
static inline bool is_small(enum form form)
{
	return form == FORM_USUAL;
}
#else
static inline bool is_small(enum form form)
{
	(void)form;
	return false;
}
#endif

#endif
