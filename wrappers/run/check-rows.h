/*
 * The part of check.c that goes through the rows. Pure.
 */
#ifndef DYNPK_RUN_CHECK_ROWS_H
#define DYNPK_RUN_CHECK_ROWS_H

#include "index.h"

/* The length of what is one component that a file can have as its name, else 0. */
size_t name_length(const char *name, size_t size);

/* What is wrong with the rows of an index whose frames have been checked, as a clause, or NULL. */
const char *check_rows(const struct index *index, const struct run_head *head);

#endif
