/*
 * The environment for programs of the host: what the launchers of this bundle put in is taken out.
 *
 * By value, from the rules of the table: a variable that still holds what a launcher wrote into it
 * loses that, whoever handed it on, and nothing else is touched. So it holds for environments that
 * a program has made itself, and nothing need be remembered between processes. Of what the loader
 * is told, what only the bundle has goes (loader-lists.h).
 */
#ifndef DYNPK_HOST_ENVIRONMENT_H
#define DYNPK_HOST_ENVIRONMENT_H

#include "table.h"

/* A bundle that lies at `top`. */
struct bundle {
	const struct table *table;
	const char *top;
};

/* How many entries there are, and how many bytes write_host_environment() may need. */
size_t measure_environment(const struct bundle *bundle, char *const *environment, size_t *bytes);

/* Write the entries and a final NULL to `to`; entries that change are written to `space`. */
void write_host_environment(const struct bundle *bundle, char *const *environment, char **to,
			    char *space);

/* Whether the whole value of this entry is what a rule writes. */
bool is_written_by_rule(const struct bundle *bundle, const char *entry);

#endif
