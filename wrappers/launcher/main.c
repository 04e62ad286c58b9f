/*
 * Start the packed program this launcher stands in for: read the record, find the bundle, ask
 * whether the host will do, and go the way the record names.
 *
 * docs/decisions/0009 tells why there are two ways of using the bundled loader.
 */
#include "base/fail.h"
#include "base/text.h"
#include "base/variables.h"
#include "engine.h"
#include "environment.h"
#include "find-bundle.h"
#include "handover.h"
#include "host.h"
#include "inherited.h"
#include "loader-options.h"
#include "ranks.h"
#include "ways.h"
#include "whole.h"

/* Named by the linker script. */
extern const unsigned char launcher_image[] __attribute__((visibility("hidden")));
extern const unsigned char launch_record[] __attribute__((visibility("hidden")));

/*
 * The record fills its segment up to the mark that ends it, whatever it says itself. What is mapped
 * has the headers where the linker put them; the kernel reads a copy (launcher.lds).
 */
static const struct record *read_record(void)
{
	const elf_ehdr *header = (const void *)launcher_image;
	const elf_phdr *headers = (const void *)(header + 1);
	const uintptr_t place = (uintptr_t)(launch_record - launcher_image);

	for (int i = 0; i < header->e_phnum; i++) {
		const uintptr_t inside = place - headers[i].p_vaddr;

		if (headers[i].p_type == PT_LOAD && inside < headers[i].p_filesz &&
		    headers[i].p_filesz - inside > WHOLE_MARK_SIZE &&
		    check_record(launch_record, headers[i].p_filesz - inside - WHOLE_MARK_SIZE))
			return (const void *)launch_record;
	}
	FAIL(EXIT_LAUNCHER, "this launcher has no valid launch record: pack again");
}

static size_t arena_size(const struct record *record, const struct start *start, const char *top)
{
	const size_t lists =
		(size_t)record->library_path.count + 3 * (size_t)record->inhibit_rpath.count + 16;
	const size_t longest = text_length(top) + text_length(record_text(record, record->origin)) +
			       text_length(record_text(record, record->program)) + 64;

	return 4096 + 4 * (size_t)record->size + lists * longest +
	       inherited_bytes(start->environment, longest) +
	       auxv_value(start, AT_PHNUM) * sizeof(elf_phdr) +
	       environment_bytes(record, start->environment, text_length(top));
}

_Noreturn static void start_by_record(struct launch *launch, uintptr_t *stack)
{
	const struct record *record = launch->record;

	if (record->kind == LAUNCH_SCRIPT)
		start_script(launch, (char **)stack);
	if (record->kind == LAUNCH_STATIC)
		start_static(launch, (char **)stack);
	check_ranks(launch);
	choose_search_top(launch);
	read_inherited(launch);
	if (launch->is_image)
		start_like_kernel(launch, stack);
	if (record->strategy == STRATEGY_EXEC)
		start_by_exec(launch, (char **)stack);
	if (record->inhibit_rpath.count > 0 && record->strategy == STRATEGY_MAP)
		start_with_options(launch, stack);
	start_like_kernel(launch, stack);
}

/* Whether the kernel was asked to start another file than this one. */
static bool is_image(const struct record *record, const struct start *start)
{
	return record->kind == LAUNCH_LOADER && record->strategy != STRATEGY_SELF &&
	       auxv_value(start, AT_PHDR) - (uintptr_t)launcher_image >=
		       (uintptr_t)(launch_record - launcher_image);
}

/* What an image without a note calls its interpreter, which is this launcher. */
static const char *interpreter_of(const struct start *start)
{
	const elf_phdr *headers = (const void *)auxv_value(start, AT_PHDR);
	const char *path = NULL;
	uintptr_t bias = 0;

	for (uintptr_t i = 0; i < auxv_value(start, AT_PHNUM); i++) {
		if (headers[i].p_type == PT_PHDR)
			bias = (uintptr_t)headers - headers[i].p_vaddr;
		if (headers[i].p_type == PT_INTERP)
			path = (const char *)(bias + headers[i].p_vaddr);
	}
	return path;
}

static const char *below_top(struct launch *launch, uint32_t path)
{
	return JOIN(&launch->arena, launch->bundle.top, "/", record_text(launch->record, path));
}

/*
 * Everything that has to outlive this function lies in its frame: the program's stack begins below
 * it and grows down from there.
 */
_Noreturn void launch(uintptr_t *stack, const struct image_note *note)
{
	const struct record *record = read_record();
	struct launch launch = { .record = record, .start = read_start(stack), .note = note };
	struct bundle_place place;
	uintptr_t *slots;
	size_t size;

	launch.page = auxv_value(&launch.start, AT_PAGESZ);
	if (launch.page == 0)
		launch.page = 4096;
	if (auxv_value(&launch.start, AT_SECURE) != 0)
		FAIL(EXIT_LAUNCHER, record_text(record, record->launcher),
		     " was given more rights than its caller has, and refuses them: a bundle is no "
		     "place for set-id programs");
	check_host(record);
	launch.is_image = note != NULL || is_image(record, &launch.start);
	if (!launch.is_image && record->kind == LAUNCH_LOADER &&
	    record->program == record->launcher)
		FAIL(EXIT_LAUNCHER, record_text(record, record->launcher),
		     " is the interpreter of programs that were linked with its bundle, and starts "
		     "nothing by itself");
	if (launch.is_image)
		find_bundle_of_image(&place, record,
				     note != NULL ? note->path : interpreter_of(&launch.start));
	else
		find_bundle(&place, record, &launch.start);
	launch.bundle = (struct projection){ .top = place.top,
					     .table = record_text(record, record->table),
					     .launcher = record_text(record, record->launcher),
					     .has_proc = place.has_proc };

	size = arena_size(record, &launch.start, place.top);
	launch.arena.next = __builtin_alloca_with_align(size, 128);
	launch.arena.end = launch.arena.next + size;
	launch.program = below_top(&launch, record->program);
	launch.target = below_top(&launch, record->target);
	launch.launcher = below_top(&launch, record->launcher);

	/* PRoot calls a file by another name than it was started by: once is enough. */
	if (find_value(launch.start.environment, PROCESS_NAME_VARIABLE) != NULL)
		place.is_elsewhere = false;
	if (!place.is_elsewhere)
		choose_engine(&launch);

	slots = __builtin_alloca_with_align(stack_slots(&launch) * sizeof(*slots), 128);
	if (place.is_elsewhere)
		start_at_home(&launch, (char **)slots);
	start_by_record(&launch, slots);
}
