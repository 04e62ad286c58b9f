/*
 * The program's own file, which a launcher stands for: what a program reads of it, it may write
 * elsewhere, behind it a dumped memory or an archive, and start that.
 */
#ifndef DYNPK_SHIM_OWN_FILE_H
#define DYNPK_SHIM_OWN_FILE_H

#include "forms.h"
#include <stdbool.h>
#include <stdint.h>

struct route;
struct view;

/* Whether `path` is one of the kernel's links to the file that a process was started from. */
bool is_link_to_program(const char *path);

/* The text of such a link, in memory of its own; returns its length, or minus the errno. */
long read_link_to_program(const char *path, char **text);
void drop_link_text(const char *text);

/* The launched node that a path without links leads to by its place in the bundle; or NO_NODE. */
uint32_t find_launched(const struct view *view, const char *path);

/* How long the file at `route` is to whom reads it, where that differs from what it is; else -1. */
long shown_size(const struct route *route);

/* Before the file at `route` is opened for reading: of the program's own, it shows an image. */
void show_image(struct route *route);

/* Behind a call that tells what an open file is: of an image it tells what the file is. */
void show_file_of_image(enum form form, void *status);

#endif
