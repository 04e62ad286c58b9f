/*
 * What has to be mapped for one ELF file, worked out from its headers alone.
 *
 * Pure: reads no file and maps nothing, so that a hosted build can be fed hostile headers. The
 * checks are those of the kernel's load_elf_binary and of glibc's open_verify, with every sum
 * bounded: a plan that comes out of here can be carried out without overflow.
 */
#ifndef DYNPK_IMAGE_H
#define DYNPK_IMAGE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if UINTPTR_MAX > 0xffffffffu
#define ELF(type) Elf64_##type
#define NATIVE_CLASS ELFCLASS64
#else
#define ELF(type) Elf32_##type
#define NATIVE_CLASS ELFCLASS32
#endif

typedef ELF(Ehdr) elf_ehdr;
typedef ELF(Phdr) elf_phdr;
typedef ELF(Dyn) elf_dyn;

#if defined(__x86_64__)
#define NATIVE_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define NATIVE_MACHINE EM_AARCH64
#elif defined(__i386__)
#define NATIVE_MACHINE EM_386
#endif

enum {
	HEADER_BYTES = 4096, /* read from the beginning of a file; the program headers lie in it */
	SEGMENT_LIMIT = 16,
};

/* One PT_LOAD, in whole pages. Addresses count from `lowest` of its image. */
struct segment {
	uintptr_t address;
	size_t file_size; /* mapped from the file, up to a page's end */
	size_t data_end;  /* where the file's bytes end and zeros begin, from `address` */
	size_t memory_size;
	uint32_t offset;
	uint32_t flags;
};

struct image {
	bool is_fixed; /* ET_EXEC: has to lie at `lowest` */
	uintptr_t lowest;
	uintptr_t alignment;
	size_t size;
	uintptr_t entry; /* this and the next two count from `lowest` too */
	uintptr_t headers;
	uintptr_t interpreter; /* of the PT_INTERP program header itself; 0: none */
	uintptr_t dynamic;
	size_t dynamic_size; /* 0 where it is not in writable memory */
	uint32_t header_count;
	uint32_t headers_flags; /* PF_* of the segment that holds them */
	bool executable_stack;
	uint32_t segment_count;
	struct segment segments[SEGMENT_LIMIT];
};

/* NULL, or why the file cannot be mapped. `header` holds `size` bytes and is aligned. */
const char *plan_image(struct image *image, const void *header, size_t size, size_t page);

/*
 * The same for what the kernel has mapped already, from its program headers in memory; `bias` is
 * what addresses in them count from. The entry point is for the caller to know.
 */
const char *plan_started(struct image *image, const elf_phdr *headers, uint32_t count,
			 uintptr_t bias, size_t page);

#endif
