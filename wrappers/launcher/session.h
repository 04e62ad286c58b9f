/*
 * What of the caller's session an interpreter does not get: what names another installation of its
 * language (docs/decisions/0024). Whole as it was, it stands beside under another name, from where
 * programs of the host are given it back (table/session-names.h).
 */
#ifndef DYNPK_SESSION_H
#define DYNPK_SESSION_H

#include "launch.h"

/* What the rule for a variable with this entry takes of the arena. */
size_t session_bytes(const char *entry);

/* Carry out one rule on the entries so far, unless DYNPK_SESSION keeps all; returns behind the
 * last. */
char **apply_session_rule(struct launch *launch, const struct record_rule *rule, char **first,
			  char **end);

#endif
