/*
 * The head of this very file.
 */
#ifndef DYNPK_RUN_HEAD_H
#define DYNPK_RUN_HEAD_H

#include "format.h"

extern struct run_head run_head;

#endif
