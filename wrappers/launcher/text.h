/*
 * Strings, bytes and environments: the ground floor's.
 */
#ifndef DYNPK_TEXT_H
#define DYNPK_TEXT_H

#include "base/memory.h"
#include "base/text.h"
#include "base/variables.h"

#endif
