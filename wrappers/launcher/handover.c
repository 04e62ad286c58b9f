#include "handover.h"
#include "base/process.h"
#include "base/text.h"
#include "environment.h"
#include "loader-options.h"

enum { EXTRA_LIMIT = 6, EXTRA_AUXV = 3 };

static size_t count_auxv(const auxv_entry *auxv)
{
	size_t count = 0;

	while (auxv[count].a_type != AT_NULL)
		count++;
	return count + 1;
}

size_t stack_slots(const struct launch *launch)
{
	const struct record *record = launch->record;
	const size_t inherited = (size_t)((uintptr_t *)launch->start.auxv - launch->start.stack);

	return inherited + LOADER_COMMAND_LIMIT + record->arguments.count +
	       environment_slots(record) + EXTRA_LIMIT +
	       2 * (count_auxv(launch->start.auxv) + EXTRA_AUXV) + 2;
}

char **write_arguments(const struct launch *launch, char **to)
{
	for (size_t i = 1; i < launch->start.argc; i++)
		*to++ = launch->start.argv[i];
	*to++ = NULL;
	return to;
}

/* The number stays even: give-back.c turns the slots into auxiliary vector entries of two words. */
char **write_extras(char **first, char *const *extras, struct give_back *back)
{
	char **end = first;

	for (; *extras != NULL; extras++)
		*end++ = *extras;
	if ((end - first) % 2 != 0)
		*end++ = (char *)"LD_DYNPK=";
	back->extra_count = (size_t)(end - first);
	return end;
}

static void set_auxv(auxv_entry *first, auxv_entry **end, uintptr_t type, uintptr_t value)
{
	auxv_entry *entry = first;

	while (entry < *end && entry->a_type != type)
		entry++;
	entry->a_type = type;
	entry->a_un.a_val = value;
	if (entry == *end)
		(*end)++;
}

static void write_auxv(const struct launch *launch, auxv_entry *to, const struct handover *handover)
{
	const size_t count = count_auxv(launch->start.auxv) - 1;
	auxv_entry *end = to + count;

	for (size_t i = 0; i < count; i++)
		to[i] = launch->start.auxv[i];
	set_auxv(to, &end, AT_PHDR, handover->headers);
	set_auxv(to, &end, AT_PHNUM, handover->header_count);
	set_auxv(to, &end, AT_BASE, handover->base);
	set_auxv(to, &end, AT_ENTRY, handover->entry);
	set_auxv(to, &end, AT_GIVE_BACK, (uintptr_t)handover->back);
	end->a_type = AT_NULL;
	end->a_un.a_val = 0;
}

/* Behind the last text of a list that ends with NULL; `empty` where it has none. */
static uintptr_t texts_end(char *const *texts, uintptr_t empty)
{
	if (texts[0] == NULL)
		return empty;
	while (texts[1] != NULL)
		texts++;
	return (uintptr_t)texts[0] + text_length(texts[0]) + 1;
}

/*
 * Programs that save themselves as a whole (GCL, Emacs of old) take for granted that their heap
 * lies behind their data, as the kernel has it for a program of one place: exactly there, or within
 * some megabytes where addresses are random. How far, the kernel's own choice for this launcher
 * tells.
 */
static uintptr_t place_heap(const struct launch *launch, uintptr_t lowest)
{
	const uintptr_t given = sys_brk();
	const uintptr_t random = given & (((uintptr_t)1 << 25) - launch->page);

	if (lowest == 0)
		return given;
	return lowest + (has_fixed_addresses() ? 0 : random);
}

/*
 * Debuggers read the kernel's copy of the auxiliary vector, in a live process and in a core file,
 * to learn where a program's image lies. Kernels before 3.18 and those built without
 * CONFIG_CHECKPOINT_RESTORE cannot be told, and nothing else depends on it.
 */
static void tell_kernel(const struct launch *launch, auxv_entry *auxv,
			const struct handover *handover)
{
	char **arguments = launch->start.argv;
	char **environment = launch->start.environment;
	const uintptr_t stack = (uintptr_t)launch->start.stack;
	const uintptr_t heap = place_heap(launch, handover->heap);
	const size_t size = (size_t)((char *)find_auxv(auxv, AT_GIVE_BACK) - (char *)auxv);
	struct prctl_mm_map map = {
		.start_code = handover->code,
		.end_code = handover->code_end,
		.start_data = handover->code,
		/* Kernels before 5.10 want the heap strictly above it. */
		.end_data = handover->code_end - 1,
		.start_brk = heap,
		.brk = heap,
		.start_stack = stack,
		.arg_start = arguments[0] == NULL ? stack : (uintptr_t)arguments[0],
		.arg_end = texts_end(arguments, stack),
		.auxv = (__u64 *)auxv,
		.auxv_size = (uint32_t)size,
		.exe_fd = UINT32_MAX,
	};

	map.env_start = environment[0] == NULL ? map.arg_end : (uintptr_t)environment[0];
	map.env_end = texts_end(environment, map.arg_end);
	set_memory_map(&map);
}

_Noreturn void enter_loader(const struct launch *launch, uintptr_t *stack, char **end,
			    const struct handover *handover, uintptr_t entry)
{
	*end++ = NULL;
	write_auxv(launch, (auxv_entry *)end, handover);
	if (handover->code != 0)
		tell_kernel(launch, (auxv_entry *)end, handover);
	enter(entry, stack);
}
