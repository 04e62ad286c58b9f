/*
 * How the program will see the bundle's paths: as the record wishes, or as DYNPK_ENGINE says.
 */
#ifndef DYNPK_ENGINE_H
#define DYNPK_ENGINE_H

#include "launch.h"

/* What DYNPK_ENGINE asks for; ENGINE_NONE for `auto` and where it says nothing. */
enum engine asked_engine(const struct launch *launch);

/* Sets `launch->engine`; exits with one sentence where what is asked for cannot be had. */
void choose_engine(struct launch *launch);

#endif
