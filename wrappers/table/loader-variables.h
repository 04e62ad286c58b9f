/*
 * Variables of the host that would act on a bundled loader. They are hidden from it in place, by
 * another first letter of their names, and uncovered before the program's own code runs.
 */
#ifndef DYNPK_LOADER_VARIABLES_H
#define DYNPK_LOADER_VARIABLES_H

#include <stdbool.h>

/* Whether an entry sets one of them. */
bool acts_on_loader(const char *entry);

/*
 * What a launcher puts into the environment of an audited start, where no variable says as much; no
 * variable of anybody's begins like it. The second: the loader takes no auditor, so the shim judges
 * objects too.
 */
#define AUDIT_MARK "\1audit"
#define AUDIT_OBJECTS_MARK AUDIT_MARK "-objects"

enum audit_mark { NO_AUDIT_MARK, MARKS_AUDIT, MARKS_AUDIT_OF_OBJECTS };

/* Take it away, and tell which was there. */
enum audit_mark take_audit_mark(char **environment);

/* GLIBC_TUNABLES too where others stand in their place. */
void hide_loader_variables(char **first, char **end, bool with_tunables);
void uncover_loader_variables(char **environment);

#endif
