#include "environment.h"
#include "fail.h"
#include "give-back.h"
#include "handover.h"
#include "system.h"
#include "text.h"
#include "ways.h"
#include "words.h"

_Noreturn static void execute(struct launch *launch, const char *path, char **argv, char **end)
{
	char **environment = write_arguments(launch, end);
	char **last = write_environment(launch, environment);
	long result;

	if (launch->record->kind == LAUNCH_SCRIPT) {
		const char *name =
			launch->start.argc > 0 ? launch->start.argv[0] : launch->launcher;

		for (const char *c = name; *c != '\0'; c++)
			name = *c == '/' ? c + 1 : name;
		last = set_variable(environment, last,
				    JOIN(&launch->arena, PROCESS_NAME_VARIABLE "=", name));
	}
	*last = NULL;
	result = sys_execute(path, argv, environment);
	FAIL(result == -ERROR_NO_ENTRY ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE, "cannot start ",
	     path, reason_of(result));
}

/* Nobody is left to give anything back: what would act on the loader is dropped. */
static void drop_from_environment(char **environment)
{
	char **to = environment;

	for (char **entry = environment; *entry != NULL; entry++) {
		if (!acts_on_loader(*entry) || value_of(*entry, "LD_LIBRARY_PATH") != NULL)
			*to++ = *entry;
	}
	*to = NULL;
}

_Noreturn void start_by_exec(struct launch *launch, char **argv)
{
	char **end = write_loader_words(launch, argv, preload_list(launch, false));

	drop_from_environment(launch->start.environment);
	execute(launch, launch->target, argv, end);
}

/*
 * The kernel's own words for a script: its interpreter, one argument (or those of `env -S`), the
 * script. The interpreter's launcher is executed, so that the process is the interpreter's.
 */
_Noreturn void start_script(struct launch *launch, char **argv)
{
	const struct record_list arguments = launch->record->arguments;
	char **end = argv;

	*end++ = (char *)launch->target;
	for (uint32_t i = 0; i < arguments.count; i++)
		*end++ = (char *)record_item(launch->record, arguments, i);
	/* Another name of a program, and no script at all. */
	if (launch->record->program != launch->record->target &&
	    !text_equal(launch->program, launch->target))
		*end++ = (char *)launch->program;
	execute(launch, launch->target, argv, end);
}

_Noreturn void start_static(struct launch *launch, char **argv)
{
	argv[0] = launch->start.argc > 0 ? launch->start.argv[0] : (char *)launch->program;
	execute(launch, launch->program, argv, argv + 1);
}
