/*
 * Before the program's own code: the table is mapped while nothing forbids it yet, neither a
 * sandbox nor another root or user, and what the launcher hid from the loader is given back.
 */
#include "audit.h"
#include "table/loader-variables.h"
#include "view.h"
#include "working-directory.h"

extern char **environ __attribute__((weak, visibility("default")));

__attribute__((constructor)) static void begin(void)
{
	launch_view();
	own_working_directory();
	if (&environ != NULL && environ != NULL) {
		uncover_loader_variables(environ);
		begin_audit(environ);
	}
}
