/*
 * What the compiler may call for the copies it makes of its own accord, C library or not.
 *
 * A program with a C library takes these from there: memory.c is not for it.
 */
#ifndef DYNPK_BASE_MEMORY_H
#define DYNPK_BASE_MEMORY_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);

#endif
