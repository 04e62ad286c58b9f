/*
 * The table of the places where a cache may lie, and of scratch directories in general.
 */
#ifndef DYNPK_RUN_PLACE_RULES_H
#define DYNPK_RUN_PLACE_RULES_H

#include <stdbool.h>
#include <stddef.h>

/* What lies behind a place's own directory. All bundles of a cache lie in the last. */
enum below {
	/* In a directory that others use too: the user's number makes the name, mode 0700 keeps it.
	 */
	BELOW_SHARED,
	/* In a directory of caches, by its specification in XDG_CACHE_HOME; made where it is not
	   there. */
	BELOW_CACHES,
	/* The same where nothing names it. */
	BELOW_HOME,
};

struct place_rule {
	/* The variable that holds the directory, or NULL. */
	const char *variable;
	/* The directory itself, and a variable whose value is a name in it, or NULL. */
	const char *directory;
	const char *name;
	enum below below;
	bool is_in_job;
	bool is_for_local;
	bool is_for_network;
};

extern const struct place_rule place_rules[];
extern const size_t place_rule_count;

/* One of them is set in a job. */
extern const char *const job_variables[];
extern const size_t job_variable_count;

#endif
