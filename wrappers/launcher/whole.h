/*
 * Where a launcher begins: see whole.c.
 */
#ifndef DYNPK_WHOLE_H
#define DYNPK_WHOLE_H

#include "image-note.h"
#include <stdint.h>

/* The end of the part of a launcher's file that is mapped. As many bytes as a set of signals has.
 */
#define WHOLE_MARK "DYNPKEND"
enum { WHOLE_MARK_SIZE = 8 };

/* Entered with the initial stack; goes on where the launcher's file is complete. */
_Noreturn void begin(uintptr_t *stack, const struct image_note *note);

/* Start the program (main.c). */
_Noreturn void launch(uintptr_t *stack, const struct image_note *note);

#endif
