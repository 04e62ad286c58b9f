/*
 * Names that the host lacks, made in a directory of ours: links as they are, and for everything
 * else something that can be mounted over.
 */
#ifndef DYNPK_NAMES_H
#define DYNPK_NAMES_H

#include "bundle-view.h"

/* The name of `node`, and all names below it unless it is mounted as it lies in the bundle. */
void make_names_of(struct view *view, uint32_t node, int directory);

/* For all that is to be shown in `directory`; what is there already is not touched. */
void make_names(struct view *view, uint32_t node, int directory);

#endif
