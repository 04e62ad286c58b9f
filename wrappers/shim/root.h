/*
 * Programs that change their root, or what is mounted where.
 */
#ifndef DYNPK_SHIM_ROOT_H
#define DYNPK_SHIM_ROOT_H

/* After that may have happened: the bundle is shown where it still is, or is again. */
void note_root(void);

#endif
