/*
 * Whether an MPI program that was started as one of several tasks is told which of them it is.
 */
#ifndef DYNPK_RANKS_H
#define DYNPK_RANKS_H

#include "launch.h"

/* Tell, once for all tasks, where nothing offers ranks in a way that the bundle's MPI speaks; and
 * what a namespace costs ranks that have one each. */
void check_ranks(const struct launch *launch);

#endif
