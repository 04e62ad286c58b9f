/*
 * Fallbacks, which count only where the host has nothing of that name: certificates, time zones,
 * the site's configuration.
 */
#ifndef DYNPK_HIDE_FALLBACKS_H
#define DYNPK_HIDE_FALLBACKS_H

#include "table/table.h"

/*
 * Hide those that the host has its own of. Once, before anything is mounted: afterwards the
 * bundle's would look like the host's.
 */
void hide_fallbacks(struct table *table);

#endif
