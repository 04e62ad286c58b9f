/*
 * Names that nobody else has chosen.
 */
#ifndef DYNPK_RUN_RANDOM_H
#define DYNPK_RUN_RANDOM_H

#include "launcher/start.h"

/* Digits and the final NUL. */
enum { RANDOM_SIZE = 17 };

void random_name(const struct start *start, char name[RANDOM_SIZE]);

/* For the index's table of names. */
uint32_t choose_seed(const struct start *start);

#endif
