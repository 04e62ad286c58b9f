/*
 * Locales that the bundle lacks: the host's archive of them is asked too.
 *
 * LOCPATH leads the C library to the bundle's locales, which were made for it. While it is set, the
 * host's directories of locales are still looked into, its archive is not; so where nothing was
 * found, it is looked for once more without. An empty LOCPATH counts as none.
 */
#include "base/variables.h"
#include "symbols.h"
#include "table/host-environment.h"
#include "view.h"

extern char **environ __attribute__((weak, visibility("default")));

INTERPOSE(char *, setlocale, int category, const char *name);
INTERPOSE(void *, newlocale, int mask, const char *name, void *base);
INTERPOSE(void *, __newlocale, int mask, const char *name, void *base);

/* The value of LOCPATH where a launcher has set it. */
static char *own_locpath(void)
{
	const struct view *now = launch_view();

	if (now == NULL || &environ == NULL || environ == NULL)
		return NULL;
	const struct bundle bundle = { now->table, now->top };

	for (char **entry = environ; *entry != NULL; entry++) {
		const char *value = value_of(*entry, "LOCPATH");

		if (value != NULL)
			return is_written_by_rule(&bundle, *entry) ? (char *)value : NULL;
	}
	return NULL;
}

#define TRY_BOTH(type, name, locale, arguments)                                                    \
	type result = REAL(name) arguments;                                                        \
	char *path = result != NULL || (locale) == NULL ? NULL : own_locpath();                    \
	if (path != NULL) {                                                                        \
		const char first = *path;                                                          \
		*path = '\0';                                                                      \
		result = REAL(name) arguments;                                                     \
		*path = first;                                                                     \
	}                                                                                          \
	return result

char *setlocale(int category, const char *name)
{
	TRY_BOTH(char *, setlocale, name, (category, name));
}

void *newlocale(int mask, const char *name, void *base)
{
	TRY_BOTH(void *, newlocale, name, (mask, name, base));
}

void *__newlocale(int mask, const char *name, void *base)
{
	TRY_BOTH(void *, __newlocale, name, (mask, name, base));
}
