/*
 * Start the packed program this launcher stands in for: read the record, find the bundle, ask
 * whether the host will do, and go the way the record names.
 *
 * docs/decisions/0100 tells why there are two ways of using the bundled loader.
 */
#include "environment.h"
#include "fail.h"
#include "give-back.h"
#include "host.h"
#include "map.h"
#include "place.h"
#include "system.h"
#include "text.h"
#include "words.h"

/* Named by the linker script. */
extern const unsigned char launcher_image[] __attribute__((visibility("hidden")));
extern const unsigned char launch_record[] __attribute__((visibility("hidden")));

_Noreturn void launch(uintptr_t *stack);

/* Besides the caller's: LD_LIBRARY_PATH and company, made an even number. */
enum { EXTRA_VARIABLES = 4, EXTRA_AUXV = 3 };

/* What the kernel would have told the loader of a program it started itself. */
struct prepared {
	uintptr_t headers;
	uintptr_t header_count;
	uintptr_t entry;
	uintptr_t base;
	struct give_back *back;
};

/* The record fills the end of its segment, whatever it says itself. */
static const struct record *read_record(void)
{
	const ELF(Ehdr) *header = (const void *)launcher_image;
	const ELF(Phdr) *headers = (const void *)(launcher_image + header->e_phoff);
	const uintptr_t place = (uintptr_t)(launch_record - launcher_image);

	for (int i = 0; i < header->e_phnum; i++) {
		const uintptr_t inside = place - headers[i].p_vaddr;

		if (headers[i].p_type == PT_LOAD && inside < headers[i].p_filesz &&
		    check_record(launch_record, headers[i].p_filesz - inside))
			return (const void *)launch_record;
	}
	FAIL(EXIT_LAUNCHER, "this launcher has no valid launch record: pack again");
}

static size_t arena_size(const struct record *record, const struct start *start, const char *top)
{
	const size_t lists = (size_t)record->library_path.count + record->preload.count +
			     3 * (size_t)record->inhibit_rpath.count + 16;
	const size_t longest = text_length(top) + text_length(record_text(record, record->origin)) +
			       text_length(record_text(record, record->program)) + 64;

	return 4096 + 4 * (size_t)record->size + lists * longest +
	       environment_bytes(record, start->environment, text_length(top));
}

static size_t count_auxv(const auxv_entry *auxv)
{
	size_t count = 0;

	while (auxv[count].a_type != AT_NULL)
		count++;
	return count + 1;
}

static size_t stack_slots(const struct launch *launch)
{
	const struct record *record = launch->record;
	const size_t inherited = (size_t)((uintptr_t *)launch->start.auxv - launch->start.stack);

	return inherited + LOADER_WORDS + record->arguments.count + environment_slots(record) +
	       EXTRA_VARIABLES + 2 * (count_auxv(launch->start.auxv) + EXTRA_AUXV) + 2;
}

static char **copy_arguments(const struct launch *launch, char **to)
{
	for (size_t i = 1; i < launch->start.argc; i++)
		*to++ = launch->start.argv[i];
	*to++ = NULL;
	return to;
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

static void write_auxv(const struct launch *launch, auxv_entry *to, const struct prepared *prepared)
{
	const size_t count = count_auxv(launch->start.auxv) - 1;
	auxv_entry *end = to + count;

	for (size_t i = 0; i < count; i++)
		to[i] = launch->start.auxv[i];
	set_auxv(to, &end, AT_PHDR, prepared->headers);
	set_auxv(to, &end, AT_PHNUM, prepared->header_count);
	set_auxv(to, &end, AT_BASE, prepared->base);
	set_auxv(to, &end, AT_ENTRY, prepared->entry);
	set_auxv(to, &end, AT_GIVE_BACK, (uintptr_t)prepared->back);
	end->a_type = AT_NULL;
	end->a_un.a_val = 0;
}

static void hide_from_loader(char **first, char **end)
{
	for (; first < end; first++) {
		if (acts_on_loader(*first))
			(*first)[0] = HIDDEN_LETTER;
	}
}

/* glibc asks LD_ORIGIN_PATH where /proc/self/exe does not answer (elf/dl-origin.c). */
static char *origin_variable(struct launch *launch)
{
	size_t length = text_length(launch->launcher);
	char *entry;

	while (length > 0 && launch->launcher[length] != '/')
		length--;
	entry = JOIN(&launch->arena, "LD_ORIGIN_PATH=", launch->launcher);
	entry[text_length("LD_ORIGIN_PATH=") + length] = '\0';
	return entry;
}

/* What the loader is told through its environment, at its end and an even number. */
static char **write_extras(struct launch *launch, char **to, const char *preload)
{
	char **first = to;
	const char *audit = audit_name(launch);

	*to++ = JOIN(&launch->arena, "LD_LIBRARY_PATH=", library_path(launch));
	if (preload != NULL)
		*to++ = JOIN(&launch->arena, "LD_PRELOAD=", preload);
	if (audit != NULL)
		*to++ = JOIN(&launch->arena, "LD_AUDIT=", audit);
	if (!launch->has_proc)
		*to++ = origin_variable(launch);
	if ((to - first) % 2 != 0)
		*to++ = (char *)"LD_DYNPK=";
	return to;
}

/*
 * The program's DT_RPATH and DT_RUNPATH, where they lead out of the bundle, become entries that no
 * loader knows. It happens in this process's copy of the page; the file is never touched.
 */
static void hide_own_rpath(ELF(Dyn) * dynamic, size_t count)
{
	for (size_t i = 0; i < count && dynamic[i].d_tag != DT_NULL; i++) {
		if (dynamic[i].d_tag == DT_RPATH || dynamic[i].d_tag == DT_RUNPATH)
			dynamic[i].d_tag = DT_LOOS;
	}
}

/*
 * A place in the dynamic section for one more entry: spare room at its end (GNU ld leaves some), or
 * one that tells the loader nothing it needs (a count it can find itself).
 */
static ELF(Dyn) * free_entry(ELF(Dyn) * dynamic, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (dynamic[i].d_tag == DT_RELACOUNT || dynamic[i].d_tag == DT_RELCOUNT ||
		    dynamic[i].d_tag == DT_VERNEEDNUM || dynamic[i].d_tag == DT_LOOS)
			return &dynamic[i];
		if (dynamic[i].d_tag == DT_NULL)
			return i + 1 < count && dynamic[i + 1].d_tag == DT_NULL ? &dynamic[i]
										: NULL;
	}
	return NULL;
}

static ELF(Dyn) * take_entry(ELF(Dyn) * dynamic, size_t count, uintptr_t tag)
{
	ELF(Dyn) * entry;

	for (size_t i = 0; i < count && dynamic[i].d_tag != DT_NULL; i++) {
		if ((uintptr_t)dynamic[i].d_tag == tag)
			return &dynamic[i];
	}
	entry = free_entry(dynamic, count);
	if (entry != NULL) {
		entry->d_tag = (ELF(Sword))tag;
		entry->d_un.d_val = 0;
	}
	return entry;
}

/* Have the loader call us before every constructor. `bias` is its l_addr of the program. */
static bool add_preinit(ELF(Dyn) * dynamic, size_t count, uintptr_t bias, struct give_back *back)
{
	ELF(Dyn) *array = take_entry(dynamic, count, DT_PREINIT_ARRAY);
	ELF(Dyn) *size = take_entry(dynamic, count, DT_PREINIT_ARRAYSZ);

	if (array == NULL || size == NULL) {
		if (array != NULL)
			array->d_tag = DT_LOOS;
		return false;
	}
	back->own_preinit = (const uintptr_t *)(bias + array->d_un.d_ptr);
	back->own_preinit_count = size->d_un.d_val / sizeof(uintptr_t);
	back->preinit[0] = (uintptr_t)give_back_before_constructors;
	array->d_un.d_ptr = (uintptr_t)back->preinit - bias;
	size->d_un.d_val = sizeof(back->preinit);
	return true;
}

/*
 * Give the loader its own name in the bundle: it takes the name from the program's PT_INTERP, and
 * shows it to auditors and debuggers. The memory is this process's own copy. Where it is executable
 * it stays as it is, because some hosts forbid to write there (SELinux, execmod).
 */
static void name_loader(const struct launch *launch, const struct image *image, uintptr_t lowest)
{
	ELF(Phdr) *header = (void *)(lowest + image->interpreter);
	const uintptr_t start = (uintptr_t)header & ~(launch->page - 1);
	const uintptr_t end = (uintptr_t)(header + 1);
	const uintptr_t bias = lowest - image->lowest;

	for (uint32_t i = 0; image->interpreter != 0 && i < image->segment_count; i++) {
		const struct segment *segment = &image->segments[i];
		const uintptr_t inside = image->interpreter - segment->address;

		if (image->interpreter < segment->address || inside >= segment->data_end ||
		    (segment->flags & (PF_X | PF_W)) != 0)
			continue;
		if (SYSTEM_CALL_FAILED(
			    sys_protect(start, end - start, MAP_PROT_READ | MAP_PROT_WRITE)))
			return;
		header->p_vaddr = (uintptr_t)launch->target - bias;
		sys_protect(start, end - start, MAP_PROT_READ);
	}
}

_Noreturn static void enter_loader(struct launch *launch, uintptr_t *stack,
				   char **end_of_environment, const struct prepared *prepared,
				   uintptr_t entry)
{
	*end_of_environment++ = NULL;
	write_auxv(launch, (auxv_entry *)end_of_environment, prepared);
	enter(entry, stack);
}

/* What the kernel does for a program that asks for an executable stack. */
static void make_stack_executable(const struct launch *launch)
{
	const int grows_down = 0x01000000;
	const uintptr_t page = (uintptr_t)launch->start.stack & ~(launch->page - 1);

	sys_protect(page, launch->page,
		    MAP_PROT_READ | MAP_PROT_WRITE | MAP_PROT_EXEC | grows_down);
}

/* The program of strategy `self` is in memory already, under an entry stub. */
static uintptr_t uncover_program(const struct launch *launch)
{
	const struct record *record = launch->record;
	const struct record_page *pages =
		(const void *)((const char *)record + record->pages.offset);
	const uintptr_t lowest = auxv_value(&launch->start, AT_PHDR) - record->headers;
	const long fd = sys_open(launch->program, OPEN_READ_ONLY | OPEN_CLOSE_ON_EXEC);

	if (SYSTEM_CALL_FAILED(fd))
		FAIL(EXIT_LAUNCHER, "cannot open ", launch->program, reason_of(fd));
	for (uint32_t i = 0; i < record->pages.count; i++) {
		const long result =
			sys_map(lowest + pages[i].address, pages[i].size,
				protection_of(pages[i].prot), MAP_PRIVATE_COPY | MAP_AT_ADDRESS,
				(int)fd, pages[i].offset);

		if (SYSTEM_CALL_FAILED(result))
			FAIL(status_of(result), "cannot map ", launch->program, reason_of(result));
	}
	sys_close((int)fd);
	return lowest;
}

static uintptr_t place_program(struct launch *launch, struct image *image)
{
	uintptr_t lowest;

	if (launch->record->strategy != STRATEGY_SELF)
		return map_file(image, launch->program, launch->page);
	lowest = uncover_program(launch);
	plan_mapped(image, lowest, launch->launcher, launch->page);
	return lowest;
}

/*
 * Do what the kernel does for a program with a PT_INTERP: map both, and enter the loader with an
 * auxiliary vector that describes the program.
 */
_Noreturn static void start_like_kernel(struct launch *launch, uintptr_t *stack)
{
	struct image program;
	struct image loader;
	const uintptr_t lowest = place_program(launch, &program);
	const uintptr_t loader_lowest = map_file(&loader, launch->target, launch->page);
	const uintptr_t bias = lowest - program.lowest;
	struct give_back *back = take(&launch->arena, sizeof(*back));
	ELF(Dyn) *dynamic = (void *)(lowest + program.dynamic);
	const size_t count = program.dynamic_size / sizeof(*dynamic);
	char **argv = (char **)(stack + 1);
	char **environment;
	char **end;
	char **extras;
	bool is_early;

	*back = (struct give_back){ 0 };
	name_loader(launch, &program, lowest);
	if ((launch->record->flags & FLAG_INHIBIT_OWN_RPATH) != 0)
		hide_own_rpath(dynamic, count);
	/* musl knows no DT_PREINIT_ARRAY, and calls constructors behind the entry point anyway. */
	is_early =
		(launch->record->flags & FLAG_MUSL) == 0 && add_preinit(dynamic, count, bias, back);
	back->entry = is_early ? 0 : lowest + program.entry;
	if (program.executable_stack)
		make_stack_executable(launch);

	stack[0] = launch->start.argc;
	for (size_t i = 0; i < launch->start.argc; i++)
		argv[i] = launch->start.argv[i];
	argv[launch->start.argc] = NULL;
	environment = argv + launch->start.argc + 1;
	extras = write_environment(launch, environment);
	hide_from_loader(environment, extras);
	end = write_extras(launch, extras, preload_list(launch, false));
	back->extra_count = (size_t)(end - extras);

	const struct prepared prepared = {
		.headers = lowest + program.headers,
		.header_count = program.header_count,
		.entry = is_early ? lowest + program.entry : (uintptr_t)entry_hook,
		.base = loader_lowest - loader.lowest,
		.back = back,
	};
	enter_loader(launch, stack, end, &prepared, loader_lowest + loader.entry);
}

/*
 * Run the mapped loader as a program of its own, with options: what it takes to switch off the
 * DT_RPATH of a library. The loader then maps the program, and this launcher once more to have
 * everything put back in time.
 */
_Noreturn static void start_with_options(struct launch *launch, uintptr_t *stack)
{
	struct image loader;
	const uintptr_t lowest = map_file(&loader, launch->target, launch->page);
	struct give_back *back = take(&launch->arena, sizeof(*back));
	const bool has_preload = (launch->record->flags & FLAG_HAS_PRELOAD) != 0;
	const char *preload = preload_list(launch, true);
	char **argv = (char **)(stack + 1);
	char **end = write_loader_words(launch, argv, preload);
	char **environment;
	char **extras;

	*back = (struct give_back){ .path = (char *)auxv_value(&launch->start, AT_EXECFN) };
	if ((launch->record->flags & FLAG_HAS_ARGV0) == 0 && launch->start.argc > 0) {
		back->argv0 = launch->start.argv[0];
		back->argc = launch->start.argc;
	}
	environment = copy_arguments(launch, end);
	stack[0] = (uintptr_t)(environment - argv) - 1;
	extras = write_environment(launch, environment);
	hide_from_loader(environment, extras);
	end = extras;
	if (!has_preload) {
		*end++ = JOIN(&launch->arena, "LD_PRELOAD=", preload);
		*end++ = (char *)"LD_DYNPK=";
	}
	back->extra_count = (size_t)(end - extras);

	const struct prepared prepared = {
		.headers = lowest + loader.headers,
		.header_count = loader.header_count,
		.entry = lowest + loader.entry,
		.base = lowest - loader.lowest,
		.back = back,
	};
	enter_loader(launch, stack, end, &prepared, lowest + loader.entry);
}

_Noreturn static void execute(struct launch *launch, const char *path, char **argv, char **end)
{
	char **environment = copy_arguments(launch, end);
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

_Noreturn static void start_by_exec(struct launch *launch, char **argv)
{
	char **end = write_loader_words(launch, argv, preload_list(launch, false));

	drop_from_environment(launch->start.environment);
	execute(launch, launch->target, argv, end);
}

/*
 * The kernel's own words for a script: its interpreter, one argument (or those of `env -S`), the
 * script. The interpreter's launcher is executed, so that the process is the interpreter's.
 */
_Noreturn static void start_script(struct launch *launch, char **argv)
{
	const struct record_list arguments = launch->record->arguments;
	char **end = argv;

	*end++ = (char *)launch->target;
	for (uint32_t i = 0; i < arguments.count; i++)
		*end++ = (char *)record_item(launch->record, arguments, i);
	*end++ = (char *)launch->program;
	execute(launch, launch->target, argv, end);
}

_Noreturn static void start_static(struct launch *launch, char **argv)
{
	argv[0] = launch->start.argc > 0 ? launch->start.argv[0] : (char *)launch->program;
	execute(launch, launch->program, argv, argv + 1);
}

_Noreturn static void start_by_record(struct launch *launch, uintptr_t *stack)
{
	const struct record *record = launch->record;

	if (record->kind == LAUNCH_SCRIPT)
		start_script(launch, (char **)stack);
	if (record->kind == LAUNCH_STATIC)
		start_static(launch, (char **)stack);
	choose_search_top(launch);
	if (record->strategy == STRATEGY_EXEC)
		start_by_exec(launch, (char **)stack);
	if (record->inhibit_rpath.count > 0 && record->strategy == STRATEGY_MAP)
		start_with_options(launch, stack);
	start_like_kernel(launch, stack);
}

static const char *below_top(struct launch *launch, uint32_t path)
{
	return JOIN(&launch->arena, launch->top, "/", record_text(launch->record, path));
}

/*
 * Everything that has to outlive this function lies in its frame: the program's stack begins below
 * it and grows down from there.
 */
_Noreturn void launch(uintptr_t *stack)
{
	const struct record *record = read_record();
	struct launch launch = { .record = record, .start = read_start(stack) };
	struct place place;
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
	find_place(&place, record, &launch.start);
	launch.has_proc = place.has_proc;
	launch.top = place.top;

	size = arena_size(record, &launch.start, place.top);
	launch.arena.next = __builtin_alloca_with_align(size, 128);
	launch.arena.end = launch.arena.next + size;
	launch.program = below_top(&launch, record->program);
	launch.target = below_top(&launch, record->target);
	launch.launcher = below_top(&launch, record->launcher);

	slots = __builtin_alloca_with_align(stack_slots(&launch) * sizeof(*slots), 128);
	start_by_record(&launch, slots);
}
