/*
 * The functions that stand behind the shim's own: of the next object that defines the name.
 *
 * Found by reading the loader's list of objects, not by dlsym: before glibc 2.34 that lives in a
 * library which need not be there, and its symbol version differs between C libraries.
 */
#ifndef DYNPK_SHIM_SYMBOLS_H
#define DYNPK_SHIM_SYMBOLS_H

#include "base/call.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void any_function(void);

struct real {
	const char *name;
	/* Filled in at the first call; any number of threads may do so. */
	any_function *function;
};

any_function *find_function(struct real *real);

static inline any_function *function_of(struct real *real)
{
	any_function *function = __atomic_load_n(&real->function, __ATOMIC_RELAXED);

	return __builtin_expect(function != NULL, 1) ? function : find_function(real);
}

/* The name by which the loader knows this object; or NULL. */
const char *own_name(void);

#define EXPORT __attribute__((visibility("default")))

/* Declare a function of this library, and the one behind it. */
#define INTERPOSE(type, name, ...)                                                                 \
	EXPORT type name(__VA_ARGS__);                                                             \
	static struct real real_##name __attribute__((unused)) = { #name, NULL }
/* One that is called, but left to the C library. */
#define BORROW(type, name, ...)                                                                    \
	typedef type (*type_of_##name)(__VA_ARGS__);                                               \
	static struct real real_##name __attribute__((unused)) = { #name, NULL }

#define REAL(name) ((__typeof__(&name))function_of(&real_##name))
#define BORROWED(name) ((type_of_##name)function_of(&real_##name))

/* Stands behind a name that nothing defines: fails with ENOSYS. */
long no_such_function(void);

/* False with musl. */
bool is_glibc(void);

/* Sets errno and returns -1. */
int fail_with(int error);
int last_error(void);
void set_error(int error);

#endif
