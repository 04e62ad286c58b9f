#include "program.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/mapping.h"
#include "map.h"

/* The program of strategy `self` is in memory already, under an entry stub. */
static uintptr_t uncover_program(const struct launch *launch)
{
	const struct record *record = launch->record;
	const struct record_page *pages =
		(const void *)((const char *)record + record->pages.offset);
	const uintptr_t lowest = auxv_value(&launch->start, AT_PHDR) - record->headers;
	const long fd = sys_open(launch->program, O_RDONLY | O_CLOEXEC);

	if (failed(fd))
		FAIL(EXIT_LAUNCHER, "cannot open ", launch->program, reason_of(fd));
	for (uint32_t i = 0; i < record->pages.count; i++) {
		const long result = sys_mmap(lowest + pages[i].address, pages[i].size,
					     protection_of(pages[i].prot), MAP_PRIVATE | MAP_FIXED,
					     (int)fd, pages[i].offset);

		if (failed(result))
			FAIL(status_of(result), "cannot map ", launch->program, reason_of(result));
	}
	sys_close((int)fd);
	return lowest;
}

void place_program(struct launch *launch, struct program *program)
{
	struct image *image = &program->image;

	if (launch->record->strategy == STRATEGY_SELF) {
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
