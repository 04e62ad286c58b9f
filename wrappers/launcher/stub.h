/*
 * What the pieces of code that the kernel enters in a launcher's place have in common: they map the
 * launcher from its file, or end with a sentence.
 *
 * Each is one flat piece that needs no relocation, and short.
 */
#ifndef DYNPK_STUB_H
#define DYNPK_STUB_H

#include "base/fail.h"
#include "base/file.h"
#include "base/mapping.h"
#include "base/process.h"
#include "start.h"

/* Where the launcher in the file `path` is entered; or 0. */
static inline uintptr_t map_launcher(const char *path, size_t page)
{
	_Alignas(16) char bytes[512];
	const elf_ehdr *header = (const void *)bytes;
	const int flags = MAP_PRIVATE;
	const int fd = (int)sys_open(path, O_RDONLY);
	const elf_phdr *code;
	uintptr_t start;
	size_t size;
	long base;

	if (sys_pread(fd, bytes, sizeof(bytes), 0) != (long)sizeof(bytes))
		return 0;
	code = (const elf_phdr *)(const void *)(bytes + sizeof(*header)) + 1; /* launcher.lds */
	if (code->p_type != PT_LOAD)
		return 0;
	start = code->p_vaddr & ~(page - 1);
	size = (code->p_vaddr + code->p_memsz + page - 1) & ~(page - 1);
	/* What lies before the code is the launcher's data. */
	base = sys_mmap(0, size, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (failed(base) ||
	    failed(sys_mmap((uintptr_t)base + start, size - start, PROT_READ | PROT_EXEC,
			    flags | MAP_FIXED, fd, (uint32_t)(code->p_offset & ~(page - 1)))))
		return 0;
	sys_close(fd);
	return (uintptr_t)base + header->e_entry;
}

#define SAY(text) sys_write(2, text, sizeof(text) - 1)

#endif
