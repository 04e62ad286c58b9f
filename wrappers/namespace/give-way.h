/*
 * What gives way to the host's: certificates, time zones, the site's configuration.
 */
#ifndef DYNPK_GIVE_WAY_H
#define DYNPK_GIVE_WAY_H

#include "table.h"

/*
 * Hide what the host has its own of. Once, before anything is mounted: afterwards the bundle's
 * would look like the host's.
 */
void give_way(struct table *table);

#endif
