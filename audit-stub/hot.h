/*
 * Every page that a start touches costs it a microsecond or two. The small variables lie on the
 * page of initialised data, which the loader has touched already.
 */
#ifndef DYNPK_AUDIT_HOT_H
#define DYNPK_AUDIT_HOT_H

#define HOT __attribute__((section(".data")))

#endif
