/*
 * What runners do beside system calls that others may come between.
 */
#ifndef DYNPK_ELECTION_MODEL_H
#define DYNPK_ELECTION_MODEL_H

#include "world.h"

enum chance { CHANCE_OF_SIGNAL = 1000, CHANCE_OF_SILENCE };

/* Both answers are tried, as long as such a thing may still happen. */
bool model_chance(enum chance chance);

_Noreturn void end_runner(enum runner_state state);

#endif
