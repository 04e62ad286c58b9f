/*
 * Names that the host lacks, made in a directory of ours: links as they are, and for everything
 * else something that can be mounted over.
 */
#ifndef DYNPK_NAMES_H
#define DYNPK_NAMES_H

#include "view.h"

void make_name(const struct view *view, uint32_t node, int directory);

/* For all that is to be shown in `directory`, and below it; what is there already is not touched.
 */
void make_names(const struct view *view, uint32_t node, int directory);

#endif
