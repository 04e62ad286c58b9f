/*
 * What launchers set aside of a session stands in the environment under a name with this prefix.
 * Programs of the host are given it back.
 */
#ifndef DYNPK_SESSION_NAMES_H
#define DYNPK_SESSION_NAMES_H

#include <stdbool.h>

#define ASIDE_PREFIX "DYNPK_ASIDE_"

/* Whether anything was set aside. */
bool is_session_changed(char *const *environment);

/*
 * What a program of the host is given for `entry`: the entry itself; for a variable set aside the
 * variable as it was; NULL where another entry gives it, or the program has set its own.
 */
const char *give_session_back(const char *entry, char *const *environment);

#endif
