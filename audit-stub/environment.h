/* What the kernel, or a launcher, put on the stack for the loader: environment, auxiliary vector.
 */
#ifndef DYNPK_AUDIT_ENVIRONMENT_H
#define DYNPK_AUDIT_ENVIRONMENT_H

/* The value of a variable, or NULL. */
const char *variable(const char *name);

/* The value of an AT_ number; 0 where it is not there. */
unsigned long auxiliary(unsigned long type);

/*
 * ld.so lays out thread-local storage before it loads an auditor, and keeps only a little for the
 * libraries it maps later. A launcher that needs more says so in GLIBC_TUNABLES, behind whatever
 * the user has set; ld.so has read it by now, and the program must not pass it on.
 */
void take_back_tunable(const char *size);

#endif
