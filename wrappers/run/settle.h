/*
 * What of a tree is done in order: the directories before, hard links and the directories' own
 * modes and times behind. False: trouble has been told.
 */
#ifndef DYNPK_RUN_SETTLE_H
#define DYNPK_RUN_SETTLE_H

#include "unpack.h"

bool make_directories(struct unpacking *unpacking);
bool make_hard_links(struct unpacking *unpacking);
bool settle_directories(struct unpacking *unpacking);

#endif
