/*
 * Whether this host can run the program at all: said in one sentence before anything is mapped.
 */
#ifndef DYNPK_HOST_H
#define DYNPK_HOST_H

#include "record.h"

/* Exits with 125 where the kernel is older or the CPU less able than the record asks for. */
void check_host(const struct record *record);

#endif
