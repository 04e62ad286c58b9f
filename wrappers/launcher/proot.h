/*
 * The last resort where the host gives no namespace: PRoot, if it is there.
 */
#ifndef DYNPK_PROOT_H
#define DYNPK_PROOT_H

#include "launch.h"

/* Start this launcher again under the host's PRoot; returns where there is none. */
void start_by_proot(const struct launch *launch);

#endif
