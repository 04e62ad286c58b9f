/*
 * Locales that the bundle lacks: the host's archive of them is asked too, and last a directory of
 * the bundle's in which every language is C.UTF-8.
 *
 * LOCPATH leads the C library to the bundle's locales, which were made for it. While it is set, the
 * host's directories of locales are still looked into, its archive is not; so where nothing was
 * found, it is looked for once more without. An empty LOCPATH counts as none.
 */
#include "base/memory.h"
#include "base/text.h"
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

/* Below the top of the bundle, and no longer than what LOCPATH has there
 * (lib/plan/plan-languages.ts). */
static const char languages[] = "libexec/dynpk/lang";

/* What stands in LOCPATH behind the top of the bundle; NULL where it leaves no room. */
static char *below_top(char *path)
{
	char *tail = path + launch_view()->top_length + 1;

	return text_length(tail) < sizeof(languages) - 1 ? NULL : tail;
}

/*
 * LOCPATH changes in place, and for as long as the C library is asked: nothing is allocated, and no
 * other thread sees a pointer that goes away.
 */
#define TRY_ALL(type, name, locale, arguments)                                                     \
	type result = REAL(name) arguments;                                                        \
	char *path = result != NULL || (locale) == NULL ? NULL : own_locpath();                    \
	if (path != NULL) {                                                                        \
		const char first = *path;                                                          \
		*path = '\0';                                                                      \
		result = REAL(name) arguments;                                                     \
		*path = first;                                                                     \
	}                                                                                          \
	char *tail = result != NULL || path == NULL ? NULL : below_top(path);                      \
	if (tail != NULL) {                                                                        \
		char kept[sizeof(languages)];                                                      \
		memcpy(kept, tail, sizeof(kept));                                                  \
		memcpy(tail, languages, sizeof(languages));                                        \
		result = REAL(name) arguments;                                                     \
		memcpy(tail, kept, sizeof(kept));                                                  \
	}                                                                                          \
	return result

char *setlocale(int category, const char *name)
{
	TRY_ALL(char *, setlocale, name, (category, name));
}

void *newlocale(int mask, const char *name, void *base)
{
	TRY_ALL(void *, newlocale, name, (mask, name, base));
}

void *__newlocale(int mask, const char *name, void *base)
{
	TRY_ALL(void *, __newlocale, name, (mask, name, base));
}
