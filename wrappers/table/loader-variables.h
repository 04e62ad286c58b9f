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
 * What a launcher puts into the environment of a start that is audited because the bundle was
 * packed so; no variable of anybody's begins like it.
 */
#define AUDIT_MARK "\1audit"

/* Take it away; whether it was there. */
bool take_audit_mark(char **environment);

void hide_loader_variables(char **first, char **end);
void uncover_loader_variables(char **environment);

#endif
