/*
 * Remove a file or a whole tree of our own.
 */
#ifndef DYNPK_RUN_REMOVE_TREE_H
#define DYNPK_RUN_REMOVE_TREE_H

/* What cannot be removed is left. */
void remove_tree(int directory, const char *name);

#endif
