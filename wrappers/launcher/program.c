#include "program.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/mapping.h"
#include "base/text.h"
#include "map.h"

/* The program of strategy `self` is in memory already, under an entry stub. */
static uintptr_t uncover_program(const struct launch *launch)
{
	const struct record *record = launch->record;
	const struct record_page *pages =
		(const void *)((const char *)record + record->pages.offset);
	const uintptr_t lowest = auxv_value(&launch->start, AT_PHDR) - record->headers;
	const long fd = sys_open(launch->program, O_RDONLY | O_CLOEXEC);
	long size;

	if (failed(fd))
		FAIL(EXIT_LAUNCHER, "cannot open ", launch->program, reason_of(fd));
	size = sys_lseek((int)fd, 0, SEEK_END);
	for (uint32_t i = 0; i < record->pages.count; i++) {
		if (size < (long)pages[i].offset + (long)pages[i].size)
			FAIL(EXIT_LAUNCHER, launch->program,
			     " is not complete: copy or unpack its bundle again");
		const long result = sys_mmap(lowest + pages[i].address, pages[i].size,
					     protection_of(pages[i].prot), MAP_PRIVATE | MAP_FIXED,
					     (int)fd, pages[i].offset);

		if (failed(result))
			FAIL(status_of(result), "cannot map ", launch->program, reason_of(result));
	}
	sys_close((int)fd);
	return lowest;
}

/*
 * The program headers of an image as the loader is to see them: the stub's segment stands where
 * PT_INTERP was, and becomes that again. A copy, because the loader finds the program's place by
 * PT_PHDR alone, and some hosts forbid to write where headers lie in executable memory.
 */
static const elf_phdr *restore_headers(struct launch *launch, const elf_phdr *headers,
				       uint32_t count, uintptr_t bias)
{
	const uintptr_t note = (uintptr_t)launch->note - bias;
	elf_phdr *copy = take(&launch->arena, count * sizeof(*copy));

	for (uint32_t i = 0; i < count; i++) {
		copy[i] = headers[i];
		if (copy[i].p_type == PT_PHDR)
			copy[i].p_vaddr = (uintptr_t)copy - bias;
		if (copy[i].p_type == PT_LOAD && note - copy[i].p_vaddr < copy[i].p_memsz)
			copy[i] = (elf_phdr){ .p_type = PT_INTERP,
					      .p_flags = PF_R,
					      .p_vaddr = (uintptr_t)launch->target - bias,
					      .p_filesz = text_length(launch->target) + 1,
					      .p_memsz = text_length(launch->target) + 1 };
	}
	return copy;
}

static uintptr_t bias_of(const elf_phdr *headers, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (headers[i].p_type == PT_PHDR)
			return (uintptr_t)headers - headers[i].p_vaddr;
	}
	return 0;
}

/* The kernel has mapped it as it lies in its file. */
static void adopt_image(struct launch *launch, struct program *program)
{
	const struct image_note *note = launch->note;
	const elf_phdr *headers = (const void *)auxv_value(&launch->start, AT_PHDR);
	const uint32_t count = (uint32_t)auxv_value(&launch->start, AT_PHNUM);
	const uintptr_t bias =
		note == NULL ? bias_of(headers, count) : (uintptr_t)note - (uintptr_t)note->address;
	const uintptr_t entry =
		note == NULL ? auxv_value(&launch->start, AT_ENTRY) : bias + (uintptr_t)note->entry;
	const char *problem;

	if (note != NULL)
		headers = restore_headers(launch, headers, count, bias);
	problem = plan_started(&program->image, headers, count, bias, launch->page);
	if (problem != NULL)
		FAIL(EXIT_LAUNCHER, "cannot start ",
		     (const char *)auxv_value(&launch->start, AT_EXECFN), ": it ", problem);
	program->lowest = bias + program->image.lowest;
	program->image.entry = entry - program->lowest;
}

void place_program(struct launch *launch, struct program *program)
{
	struct image *image = &program->image;

	if (launch->is_image && launch->record->strategy != STRATEGY_SELF) {
		adopt_image(launch, program);
	} else if (launch->record->strategy == STRATEGY_SELF) {
		program->lowest = uncover_program(launch);
		plan_mapped(image, program->lowest, launch->launcher, launch->page);
	} else {
		program->lowest = map_file(image, launch->program, launch->page);
	}
	program->bias = program->lowest - image->lowest;
	program->dynamic = (void *)(program->lowest + image->dynamic);
	program->dynamic_count = image->dynamic_size / sizeof(elf_dyn);
}

/* The tags become ones that no loader knows. */
void hide_own_rpath(struct program *program)
{
	elf_dyn *dynamic = program->dynamic;

	for (size_t i = 0; i < program->dynamic_count && dynamic[i].d_tag != DT_NULL; i++) {
		if (dynamic[i].d_tag == DT_RPATH || dynamic[i].d_tag == DT_RUNPATH)
			dynamic[i].d_tag = DT_LOOS;
	}
}

/*
 * A place in the dynamic section for one more entry: spare room at its end (GNU ld leaves some), or
 * one that tells the loader nothing it needs (a count it can find itself).
 */
static elf_dyn *free_entry(elf_dyn *dynamic, size_t count)
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

static elf_dyn *take_entry(elf_dyn *dynamic, size_t count, uintptr_t tag)
{
	elf_dyn *entry;

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

bool add_preinit(struct program *program, struct give_back *back)
{
	const size_t count = program->dynamic_count;
	elf_dyn *array = take_entry(program->dynamic, count, DT_PREINIT_ARRAY);
	elf_dyn *size = take_entry(program->dynamic, count, DT_PREINIT_ARRAYSZ);

	if (array == NULL || size == NULL) {
		if (array != NULL && array->d_un.d_val == 0)
			array->d_tag = DT_LOOS;
		return false;
	}
	back->own_preinit = (const uintptr_t *)(program->bias + array->d_un.d_ptr);
	back->own_preinit_count = size->d_un.d_val / sizeof(uintptr_t);
	back->preinit[0] = (uintptr_t)give_back_before_constructors;
	array->d_un.d_ptr = (uintptr_t)back->preinit - program->bias;
	size->d_un.d_val = sizeof(back->preinit);
	return true;
}

/*
 * The loader takes its name from the program's PT_INTERP, and shows it to auditors and debuggers.
 * give_back() undoes it: debuggers compare the headers in memory with those of the file. Where they
 * lie in executable memory they stay as they are, because some hosts forbid to write there
 * (SELinux, execmod).
 */
void name_loader(const struct launch *launch, struct program *program, struct give_back *back)
{
	const struct image *image = &program->image;
	elf_phdr *header = (void *)(program->lowest + image->interpreter);
	const uintptr_t start = (uintptr_t)header & ~(launch->page - 1);
	const uintptr_t size = (uintptr_t)(header + 1) - start;

	if (image->interpreter == 0 || image->headers_flags != PF_R ||
	    failed(sys_mprotect((void *)start, size, PROT_READ | PROT_WRITE)))
		return;
	back->interpreter = header;
	back->interpreter_address = header->p_vaddr;
	back->page = start;
	back->page_size = size;
	header->p_vaddr = (uintptr_t)launch->target - program->bias;
}
