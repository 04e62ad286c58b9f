/*
 * Who starts jobs here, and by which dialects it speaks with MPI.
 */
#ifndef DYNPK_HOST_SCHEDULER_H
#define DYNPK_HOST_SCHEDULER_H

#include "host.h"

void tell_scheduler(struct telling *telling, const struct start *start);

#endif
