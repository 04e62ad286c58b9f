/*
 * Tell what kind of host this is: what programs are started on, and what they find here.
 */
#ifndef DYNPK_HOST_HOST_H
#define DYNPK_HOST_HOST_H

#include "launcher/start.h"
#include "telling.h"

/* What the words behind the first ask for. Ends the process. */
_Noreturn void answer_host(const struct start *start, size_t argc, char *const *argv);

void tell_cpu(struct telling *telling, const struct start *start);
void tell_libraries(struct telling *telling);
void tell_distribution(struct telling *telling);
void tell_trials(struct telling *telling, const struct start *start);
void tell_places(struct telling *telling, const struct start *start);
void tell_cluster(struct telling *telling, const struct start *start);

#endif
