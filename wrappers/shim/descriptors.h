/*
 * Open directories that paths were counted from.
 */
#ifndef DYNPK_SHIM_DESCRIPTORS_H
#define DYNPK_SHIM_DESCRIPTORS_H

#include <stdbool.h>
#include <stdint.h>

/* What is known of an open directory; false where it was not looked at before. */
bool recall_descriptor(int fd, uint32_t *node, uint64_t *hash);
void note_descriptor(int fd, uint32_t node, uint64_t hash);
/* Before the descriptor is closed, or becomes another file's. */
void forget_descriptor(int fd);
void forget_descriptors(unsigned first, unsigned last);
void forget_stream(void *stream);
/* From now on somebody may close them unseen. */
void distrust_descriptors(void);
/* Before unshare(). */
void note_unshare(unsigned long flags);

#endif
