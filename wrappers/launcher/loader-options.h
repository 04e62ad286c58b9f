/*
 * The names and lists of names a loader is given, each spelled so that it is read as it is meant.
 *
 * Where the bundle's own name holds a separator, glibc is told `$ORIGIN`: it expands that against
 * the program, and since 2.27 it does so behind the splitting at `:` and `;` (elf/dl-load.c,
 * fillin_rpath). Earlier glibc splits last, and musl has no such token and splits at newlines too:
 * for them `search_top` is an alias.
 */
#ifndef DYNPK_LOADER_OPTIONS_H
#define DYNPK_LOADER_OPTIONS_H

#include "launch.h"

/* Decide on `search_top`. */
void choose_search_top(struct launch *launch);

/* What the loader searches: what the user names of the bundle, and what it was packed with. */
char *library_path(struct launch *launch);

/*
 * The objects to preload: those that the caller asks for, the shim, and the launcher itself if
 * `with_launcher`; NULL: none.
 */
char *preload_list(struct launch *launch, bool with_launcher);
/* Whether the audit stub is to watch this start: by DYNPK_AUDIT, else as it was packed. */
bool is_audited(const struct launch *launch);

/* Whether the path shim is loaded into the program, for its paths or for the audit. */
bool preloads_shim(const struct launch *launch);

/* What the shim has to be told of the audit, because no variable says so; NULL: nothing. */
char *audit_mark(const struct launch *launch);

/* The audit module; NULL: none is asked for. Ends the launch where it cannot be had. */
char *audit_name(struct launch *launch);

/* The loader's command line up to the program's own arguments; returns behind the last word. */
enum { LOADER_COMMAND_LIMIT = 16 };
char **write_loader_command(struct launch *launch, char **to, const char *preload);

#endif
