/*
 * Text of unknown bytes, and numbers, as they may stand in JSON and on a terminal. Pure.
 */
#ifndef DYNPK_HOST_WRITE_TEXT_H
#define DYNPK_HOST_WRITE_TEXT_H

#include <stdint.h>

enum { PIECE_SIZE = 8, DIGITS_SIZE = 32 };

/* The next character of a text that is not at its end, into `piece`; returns what follows it. */
const char *json_piece(const char *text, char piece[PIECE_SIZE]);
/* The same for a terminal: neither controls nor the beginnings of escapes. */
const char *printable_piece(const char *text, char piece[PIECE_SIZE]);

void write_number(char text[DIGITS_SIZE], uint64_t number);
/* `12.5 GiB`, rounded down. */
void write_size(char text[DIGITS_SIZE], uint64_t bytes);

#endif
