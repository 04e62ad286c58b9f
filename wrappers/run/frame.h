/*
 * Decode zstd frames, by zstd's own decoder.
 */
#ifndef DYNPK_RUN_FRAME_H
#define DYNPK_RUN_FRAME_H

#include <stdbool.h>
#include <stddef.h>

struct decoder;

/* NULL where there is no memory. */
struct decoder *make_decoder(void);

/* Whether `size` bytes are one frame of `plain` bytes, with a checksum, that decodes. */
bool decode_frame(struct decoder *decoder, const void *from, size_t size, void *to, size_t plain);

/* The same of frames that lie end to end. */
bool decode_frames(struct decoder *decoder, const void *from, size_t size, void *to, size_t plain);

#endif
