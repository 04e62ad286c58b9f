#include "base/mapping.h"
#include "base/text.h"
#include "base/variables.h"
#include "environment.h"
#include "give-back.h"
#include "handover.h"
#include "loader-options.h"
#include "map.h"
#include "program.h"
#include "table/loader-variables.h"
#include "ways.h"

/* What the kernel does for a program that asks for an executable stack. */
static void make_stack_executable(const struct launch *launch)
{
	const uintptr_t page = (uintptr_t)launch->start.stack & ~(launch->page - 1);

	sys_mprotect((void *)page, launch->page,
		     PROT_READ | PROT_WRITE | PROT_EXEC | PROT_GROWSDOWN);
}

/* glibc asks LD_ORIGIN_PATH where /proc/self/exe does not answer (elf/dl-origin.c). */
static char *origin_variable(struct launch *launch)
{
	char *entry = JOIN(&launch->arena, "LD_ORIGIN_PATH=", launch->search_top, "/",
			   launch->bundle.launcher);
	size_t length = text_length(entry);

	while (entry[length] != '/')
		length--;
	entry[length] = '\0';
	return entry;
}

/* Named subdirectories for CPU features would be looked for in a directory that has none. */
static char no_legacy_subdirectories[] = "LD_HWCAP_MASK=0";

static bool has_own_tunables(const struct launch *launch)
{
	return launch->record->audit_tunables != 0 && is_audited(launch);
}

/* The stub takes its own off again (audit-stub/environment.c). */
static char *audit_tunables(struct launch *launch)
{
	const char *own = record_text(launch->record, launch->record->audit_tunables);
	const char *users = find_value(launch->start.environment, "GLIBC_TUNABLES");

	return users == NULL || users[0] == '\0'
		       ? JOIN(&launch->arena, "GLIBC_TUNABLES=", own)
		       : JOIN(&launch->arena, "GLIBC_TUNABLES=", users, ":", own);
}

static void list_extras(struct launch *launch, char **to)
{
	const char *preload = preload_list(launch, false);
	const char *audit = audit_name(launch);

	*to++ = JOIN(&launch->arena, "LD_LIBRARY_PATH=", library_path(launch));
	*to++ = no_legacy_subdirectories;
	if (preload != NULL)
		*to++ = JOIN(&launch->arena, "LD_PRELOAD=", preload);
	if (audit != NULL)
		*to++ = JOIN(&launch->arena, "LD_AUDIT=", audit);
	if (has_own_tunables(launch))
		*to++ = audit_tunables(launch);
	if (!launch->bundle.has_proc)
		*to++ = origin_variable(launch);
	*to = NULL;
}

/* Up to the environment, with what is said to the loader alone; returns behind it. */
static char **write_stack(struct launch *launch, uintptr_t *stack, struct give_back *back)
{
	char **argv = (char **)(stack + 1);
	char *extras[7];
	char **environment;
	char **end;

	stack[0] = launch->start.argc;
	argv[0] = launch->start.argv[0];
	environment = launch->start.argc > 0 ? write_arguments(launch, argv + 1) : argv + 1;
	end = write_environment(launch, environment);
	list_extras(launch, extras);
	hide_loader_variables(environment, end, has_own_tunables(launch));
	return write_extras(end, extras, back);
}

/* Where the kernel has mapped the program itself, it has placed the heap too. */
static uintptr_t heap_of(const struct launch *launch, const struct program *program)
{
	const bool is_ours = program->image.is_fixed && launch->record->strategy != STRATEGY_SELF;

	return is_ours ? program->lowest + program->image.size : 0;
}

_Noreturn void start_like_kernel(struct launch *launch, uintptr_t *stack)
{
	const bool is_musl = (launch->record->flags & FLAG_MUSL) != 0;
	struct give_back *back = take(&launch->arena, sizeof(*back));
	struct program program;
	struct image loader;
	uintptr_t loader_lowest;
	bool is_early;
	char **end;

	*back = (struct give_back){ 0 };
	place_program(launch, &program);
	loader_lowest = map_file(&loader, launch->target, launch->page);
	name_loader(launch, &program, back);
	if ((launch->record->flags & FLAG_INHIBIT_OWN_RPATH) != 0)
		hide_own_rpath(&program);
	/* musl knows no DT_PREINIT_ARRAY, and calls constructors behind the entry point anyway. */
	is_early = !is_musl && add_preinit(&program, back);
	back->entry = is_early ? 0 : program.lowest + program.image.entry;
	if (program.image.executable_stack)
		make_stack_executable(launch);
	end = write_stack(launch, stack, back);

	const struct handover handover = {
		.headers = program.lowest + program.image.headers,
		.header_count = program.image.header_count,
		.entry = is_early ? program.lowest + program.image.entry : (uintptr_t)entry_hook,
		.base = loader_lowest - loader.lowest,
		.back = back,
		.code = program.lowest,
		.code_end = program.lowest + program.image.size,
		.heap = heap_of(launch, &program),
	};
	enter_loader(launch, stack, end, &handover, loader_lowest + loader.entry);
}

/*
 * The loader maps the program itself, and this launcher once more: as a preloaded object whose one
 * relocation puts everything back in time (give-back.c).
 */
_Noreturn void start_with_options(struct launch *launch, uintptr_t *stack)
{
	const bool has_preload = (launch->record->flags & FLAG_HAS_PRELOAD) != 0;
	struct give_back *back = take(&launch->arena, sizeof(*back));
	const char *preload = preload_list(launch, true);
	struct image loader;
	const uintptr_t lowest = map_file(&loader, launch->target, launch->page);
	char *extras[3] = { no_legacy_subdirectories, NULL, NULL };
	char **argv = (char **)(stack + 1);
	char **environment = write_arguments(launch, write_loader_command(launch, argv, preload));
	char **end;

	*back = (struct give_back){ .path = (char *)auxv_value(&launch->start, AT_EXECFN) };
	if ((launch->record->flags & FLAG_HAS_ARGV0) == 0 && launch->start.argc > 0) {
		back->argv0 = launch->start.argv[0];
		back->argc = launch->start.argc;
	}
	stack[0] = (uintptr_t)(environment - argv) - 1;
	end = write_environment(launch, environment);
	hide_loader_variables(environment, end, false);
	if (!has_preload)
		extras[1] = JOIN(&launch->arena, "LD_PRELOAD=", preload);
	end = write_extras(end, extras, back);

	const struct handover handover = {
		.headers = lowest + loader.headers,
		.header_count = loader.header_count,
		.entry = lowest + loader.entry,
		.base = lowest - loader.lowest,
		.back = back,
	};
	enter_loader(launch, stack, end, &handover, lowest + loader.entry);
}
