/*
 * A bundle that lies where its own payload has something: `~/w/hello` was packed and is unpacked as
 * `hello` in `~/w` again. There its own tree is what programs see, and not what it projects.
 */
#ifndef DYNPK_OWN_TREE_H
#define DYNPK_OWN_TREE_H

#include "table.h"

/* The node that covers the tree at `top`, a path without links; NO_NODE where none does. */
uint32_t find_cover(const struct table *table, const char *top);

/*
 * Show nothing at this node and below; a directory of the bundle alone that has the tree further
 * down becomes one that the host has too. Once more until nothing covers the tree.
 */
void uncover(struct table *table, uint32_t cover, const char *top);

#endif
