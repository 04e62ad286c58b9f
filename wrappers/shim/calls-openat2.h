/* openat2(), which no C library had before glibc 2.42: it comes by syscall(). */
#ifndef DYNPK_SHIM_CALLS_OPENAT2_H
#define DYNPK_SHIM_CALLS_OPENAT2_H

#include <stdbool.h>

struct open_how;

/* Of a call with rules (RESOLVE_): false where it is the kernel's. */
bool open_by_rules(int directory, const char *path, const struct open_how *how, long *result);

#endif
