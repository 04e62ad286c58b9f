#include "base/fail.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "base/variables.h"
#include "engine.h"
#include "environment.h"
#include "handover.h"
#include "loader-options.h"
#include "table/host-environment.h"
#include "table/loader-variables.h"
#include "ways.h"

static const char *base_of(const char *path)
{
	const char *base = path;

	for (const char *c = path; *c != '\0'; c++)
		base = *c == '/' ? c + 1 : base;
	return base;
}

_Noreturn static void execute(const char *path, char **argv, char **environment)
{
	const long result = sys_execve(path, argv, environment);

	FAIL(result == -ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE, "cannot start ", path,
	     reason_of(result));
}

/* `end` is behind the words of `argv` that are not the caller's. */
_Noreturn static void execute_launched(struct launch *launch, const char *path, char **argv,
				       char **end)
{
	char **environment = write_arguments(launch, end);
	char **last = write_environment(launch, environment);

	if (launch->record->kind == LAUNCH_SCRIPT) {
		const char *name =
			launch->start.argc > 0 ? launch->start.argv[0] : launch->launcher;

		last = set_variable(environment, last,
				    JOIN(&launch->arena, PROCESS_NAME_VARIABLE "=", base_of(name)));
	}
	*last = NULL;
	execute(path, argv, environment);
}

/*
 * What would act on the loader is hidden where the shim is there to uncover it, else dropped; but
 * for LD_LIBRARY_PATH, in whose place the loader has an option.
 */
static void keep_from_loader(char **environment, bool has_shim)
{
	char **to = environment;

	for (char **entry = environment; *entry != NULL; entry++) {
		if (value_of(*entry, "LD_LIBRARY_PATH") == NULL && acts_on_loader(*entry)) {
			if (!has_shim)
				continue;
			hide_loader_variables(entry, entry + 1, false);
		}
		*to++ = *entry;
	}
	*to = NULL;
}

_Noreturn void start_by_exec(struct launch *launch, char **argv)
{
	const char *preload = preload_list(launch, false);
	char **end = write_loader_command(launch, argv, preload);

	if (preload != NULL && (launch->record->flags & FLAG_HAS_PRELOAD) == 0 &&
	    is_audited(launch) && (launch->record->flags & FLAG_AUDIT_BY_PRELOAD) != 0)
		FAIL(EXIT_LAUNCHER, launch->bundle.launcher,
		     " cannot be audited: its loader has neither auditors nor --preload");

	keep_from_loader(launch->start.environment,
			 preloads_shim(launch) && (launch->record->flags & FLAG_HAS_PRELOAD) != 0);
	execute_launched(launch, launch->target, argv, end);
}

/* The script under another of its names, or NULL: a link beside it, to its own name. */
static const char *script_called(struct launch *launch, const char *name)
{
	const char *own = base_of(launch->program);
	const char *other = name == NULL ? own : base_of(name);
	char text[NAME_MAX + 1];
	char *directory;
	const char *path;

	if (text_equal(other, own) || text_length(other) > NAME_MAX)
		return NULL;
	directory = JOIN(&launch->arena, launch->program);
	directory[own - launch->program] = '\0';
	path = JOIN(&launch->arena, directory, other);
	if (failed(read_link_text(path, text, sizeof(text))))
		return NULL;
	return text_equal(text, own) ? path : NULL;
}

/* By the name it was started by, as the kernel hands on the path that it was given. */
static const char *twin_path(struct launch *launch)
{
	const struct start *start = &launch->start;
	const char *const names[] = {
		find_value(start->environment, PROCESS_NAME_VARIABLE),
		(const char *)auxv_value(start, AT_EXECFN),
		start->argc > 0 ? start->argv[0] : NULL,
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *path = script_called(launch, names[i]);

		if (path != NULL)
			return path;
	}
	return launch->program;
}

/*
 * Where the shim shows it: scripts hand their path on to shells and split it at blanks, which a
 * bundle's may have and a package's has not. Under another name only the twin has it for certain.
 */
static const char *script_path(struct launch *launch)
{
	const struct record *record = launch->record;
	const char *twin = twin_path(launch);
	const char *own = text_behind(record_text(record, record->launcher), "root");
	const enum engine asked = asked_engine(launch);

	if ((record->flags & FLAG_AT_OWN_PATH) == 0 || own == NULL || twin != launch->program ||
	    (asked != ENGINE_NONE && asked != ENGINE_SHIM))
		return twin;
	return own;
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
		*end++ = (char *)script_path(launch);
	execute_launched(launch, launch->target, argv, end);
}

/*
 * No shim is loaded into it, so it would hand on what launchers of this bundle have put into the
 * environment: it gets the user's. Where it looks, the namespace shows it the bundle's files.
 */
_Noreturn static void execute_as_host(struct launch *launch, char **argv, char **environment)
{
	const struct bundle bundle = { read_table(&launch->bundle), launch->bundle.top };
	size_t bytes;
	const size_t count = measure_environment(&bundle, environment, &bytes);
	char **entries = __builtin_alloca((count + 1) * sizeof(*entries));
	char *space = __builtin_alloca(bytes);

	write_host_environment(&bundle, environment, entries, space);
	execute(launch->program, argv, entries);
}

_Noreturn void start_static(struct launch *launch, char **argv)
{
	char **environment = write_arguments(launch, argv + 1);

	argv[0] = launch->start.argc > 0 ? launch->start.argv[0] : (char *)launch->program;
	*write_environment(launch, environment) = NULL;
	if (launch->engine == ENGINE_USERNS)
		execute_as_host(launch, argv, environment);
	execute(launch->program, argv, environment);
}

/* The name it was started by is the process's. */
_Noreturn void start_at_home(struct launch *launch, char **argv)
{
	char **environment = write_arguments(launch, argv + 1);
	char **last = environment;
	const char *path = (const char *)auxv_value(&launch->start, AT_EXECFN);
	const char *name = base_of(path == NULL ? launch->launcher : path);

	argv[0] = launch->start.argc > 0 ? launch->start.argv[0] : (char *)launch->launcher;
	for (char **entry = launch->start.environment; *entry != NULL; entry++)
		*last++ = *entry;
	*set_variable(environment, last, JOIN(&launch->arena, PROCESS_NAME_VARIABLE "=", name)) =
		NULL;
	execute(launch->launcher, argv, environment);
}
