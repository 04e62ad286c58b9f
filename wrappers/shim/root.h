/*
 * Programs that change their root.
 */
#ifndef DYNPK_SHIM_ROOT_H
#define DYNPK_SHIM_ROOT_H

/* After the root may have become another: the bundle is shown where it still is. */
void note_root(void);

#endif
