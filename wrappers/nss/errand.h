/*
 * A program of the host's, run for what it prints, unnoticed by the program whose process this is.
 */
#ifndef DYNPK_NSS_ERRAND_H
#define DYNPK_NSS_ERRAND_H

#include "ask.h"

/* Do the errand of a workplace; false where it could not be begun, or was not done to the end. */
bool carry_out(struct workplace *workplace);

#endif
