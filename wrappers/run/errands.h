/*
 * What a `.run` file does besides starting its programs.
 */
#ifndef DYNPK_RUN_ERRANDS_H
#define DYNPK_RUN_ERRANDS_H

#include "source.h"

_Noreturn void show_help(const struct start *start);
/* Of what is in the runner besides dynpk. */
_Noreturn void show_licences(void);
_Noreturn void list_programs(struct source *source);
/* Decode everything, and say how many files are whole. */
_Noreturn void verify(struct source *source);
/* Unpack into a directory that must not exist: wholly, or not at all. */
_Noreturn void extract(struct source *source, const char *directory);

#endif
