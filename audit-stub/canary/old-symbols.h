/*
 * Bind to the oldest version of each symbol that this architecture has, so that the canary starts
 * with every bundled glibc. Weak: before glibc 2.34 threads and dlopen live in libraries of their
 * own, which a bundle need not have.
 */
#ifndef DYNPK_CANARY_OLD_SYMBOLS_H
#define DYNPK_CANARY_OLD_SYMBOLS_H

#if defined(__x86_64__)
#define BASE "GLIBC_2.2.5"
#define DLMOPEN "GLIBC_2.3.4"
#elif defined(__aarch64__)
#define BASE "GLIBC_2.17"
#define DLMOPEN "GLIBC_2.17"
#else
#error "the canary is written for x86-64 and aarch64"
#endif

#define OLD(symbol, version) __asm__(".symver " #symbol "," #symbol "@" version)

OLD(__libc_start_main, BASE);
OLD(pthread_create, BASE);
OLD(pthread_join, BASE);
OLD(dlopen, BASE);
OLD(dlsym, BASE);
OLD(dlclose, BASE);
OLD(dlerror, BASE);
OLD(dlmopen, DLMOPEN);

#pragma weak pthread_create
#pragma weak pthread_join
#pragma weak dlopen
#pragma weak dlsym
#pragma weak dlclose
#pragma weak dlerror
#pragma weak dlmopen

#endif
