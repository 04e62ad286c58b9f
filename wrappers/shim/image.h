/*
 * An image: a program's bytes, changed so that the kernel starts a copy of them wherever it lies,
 * through the bundle. See docs/decisions/0023.
 */
#ifndef DYNPK_SHIM_IMAGE_H
#define DYNPK_SHIM_IMAGE_H

#include <linux/limits.h>
#include <stdbool.h>

/* Not for a stack, which may be a signal handler's. */
struct image_work {
	/* The path that the image is to name. */
	char launcher[PATH_MAX];
	_Alignas(16) char head[4096];
	_Alignas(16) char piece[2048 + PATH_MAX];
	long head_size;
};

/* How long the image of the program that is open at `program` is; -1: there is no room for a stub.
 */
long image_size(int program, struct image_work *work);

/* Write it to `to`, an empty file; that is to be thrown away where this says false. */
bool write_image(int to, int program, struct image_work *work);

#endif
