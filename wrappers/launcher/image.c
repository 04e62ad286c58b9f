#include "image.h"

/* Far above any program's size, far below what could overflow a sum of two. */
#define SIZE_BOUND ((uintptr_t)1 << (sizeof(uintptr_t) * 8 - 3))
#define OFFSET_BOUND ((uintptr_t)0x7fffffff)

static uintptr_t page_start(uintptr_t address, size_t page)
{
	return address & ~(uintptr_t)(page - 1);
}

static uintptr_t page_end(uintptr_t address, size_t page)
{
	return page_start(address + page - 1, page);
}

static const char *check_header(const elf_ehdr *header, size_t size)
{
	if (size < sizeof(*header) || header->e_ident[0] != 0x7f || header->e_ident[1] != 'E' ||
	    header->e_ident[2] != 'L' || header->e_ident[3] != 'F')
		return "is not an ELF file";
	if (header->e_ident[EI_CLASS] != NATIVE_CLASS || header->e_machine != NATIVE_MACHINE)
		return "is made for another kind of CPU";
	if (header->e_type != ET_DYN && header->e_type != ET_EXEC)
		return "is not an executable";
	if (header->e_phentsize != sizeof(elf_phdr) || header->e_phnum == 0)
		return "has no usable program headers";
	if (header->e_phoff % sizeof(uintptr_t) != 0 || header->e_phoff > size ||
	    header->e_phnum > (size - header->e_phoff) / sizeof(elf_phdr))
		return "has program headers too far from its beginning";
	return NULL;
}

static bool add_segment(struct image *image, const elf_phdr *header, size_t page)
{
	struct segment *segment = &image->segments[image->segment_count];
	const uintptr_t start = page_start(header->p_vaddr, page);

	if (image->segment_count == SEGMENT_LIMIT || header->p_vaddr > SIZE_BOUND ||
	    header->p_memsz > SIZE_BOUND || header->p_offset > OFFSET_BOUND ||
	    header->p_filesz > OFFSET_BOUND || header->p_filesz > header->p_memsz)
		return false;
	if ((header->p_vaddr - header->p_offset) % page != 0)
		return false;
	if (image->segment_count == 0) {
		image->lowest = start;
	} else if (start < image->lowest + segment[-1].address + segment[-1].memory_size) {
		return false;
	}
	segment->address = start - image->lowest;
	segment->offset = (uint32_t)page_start(header->p_offset, page);
	segment->data_end = header->p_vaddr - start + header->p_filesz;
	segment->file_size = header->p_filesz == 0 ? 0 : page_end(segment->data_end, page);
	segment->memory_size = page_end(header->p_vaddr - start + header->p_memsz, page);
	segment->flags = header->p_flags;
	if (header->p_filesz == 0)
		segment->data_end = 0;
	if (header->p_align > image->alignment && header->p_align <= ((uintptr_t)1 << 30) &&
	    (header->p_align & (header->p_align - 1)) == 0)
		image->alignment = header->p_align;
	image->segment_count++;
	image->size = segment->address + segment->memory_size;
	return true;
}

/* Whether `size` bytes at `address` lie in the file's part of a segment with `flags`. */
static bool lies_in_file(const struct image *image, uintptr_t address, uintptr_t size,
			 uint32_t flags)
{
	for (uint32_t i = 0; i < image->segment_count; i++) {
		const struct segment *segment = &image->segments[i];

		if ((segment->flags & flags) == flags && address >= segment->address &&
		    address - segment->address <= segment->data_end &&
		    size <= segment->data_end - (address - segment->address))
			return true;
	}
	return false;
}

/* The address of file offset `offset`, from `lowest`; `size` bytes there are mapped. 0: they are
 * not. */
static uintptr_t address_of_offset(const struct image *image, uintptr_t offset, uintptr_t size,
				   uint32_t *flags)
{
	for (uint32_t i = 0; i < image->segment_count; i++) {
		const struct segment *segment = &image->segments[i];

		if (offset >= segment->offset && offset - segment->offset <= segment->data_end &&
		    size <= segment->data_end - (offset - segment->offset)) {
			*flags = segment->flags;
			return segment->address + (offset - segment->offset);
		}
	}
	return 0;
}

static bool add_segments(struct image *image, const elf_phdr *headers, size_t page)
{
	for (uint32_t i = 0; i < image->header_count; i++) {
		if (headers[i].p_type == PT_LOAD && headers[i].p_memsz != 0 &&
		    !add_segment(image, &headers[i], page))
			return false;
	}
	return true;
}

static void note_header(struct image *image, const elf_phdr *header, uintptr_t address)
{
	const uintptr_t target = header->p_vaddr - image->lowest;

	if (header->p_type == PT_GNU_STACK) {
		image->executable_stack = (header->p_flags & PF_X) != 0;
	} else if (header->p_type == PT_INTERP) {
		image->interpreter = address;
	} else if (header->p_type == PT_DYNAMIC && target % sizeof(uintptr_t) == 0 &&
		   lies_in_file(image, target, header->p_filesz, PF_R | PF_W)) {
		image->dynamic = target;
		image->dynamic_size = header->p_filesz;
	}
}

const char *plan_image(struct image *image, const void *bytes, size_t size, size_t page)
{
	const elf_ehdr *header = bytes;
	const char *problem = check_header(header, size);
	const elf_phdr *headers;

	if (problem != NULL)
		return problem;
	headers = (const void *)((const char *)bytes + header->e_phoff);
	*image = (struct image){
		.is_fixed = header->e_type == ET_EXEC,
		.alignment = page,
		.header_count = header->e_phnum,
		.executable_stack = true,
	};
	if (!add_segments(image, headers, page))
		return "has segments that cannot be mapped";
	if (image->segment_count == 0)
		return "has no segments";
	image->entry = header->e_entry - image->lowest;
	image->headers = address_of_offset(
		image, header->e_phoff, header->e_phnum * sizeof(elf_phdr), &image->headers_flags);
	if (image->headers == 0 || !lies_in_file(image, image->entry, 1, PF_X))
		return "has an entry point or program headers outside its segments";
	for (uint32_t i = 0; i < header->e_phnum; i++)
		note_header(image, &headers[i], image->headers + i * sizeof(elf_phdr));
	return NULL;
}

const char *plan_started(struct image *image, const elf_phdr *headers, uint32_t count,
			 uintptr_t bias, size_t page)
{
	const size_t size = count * sizeof(*headers);

	*image = (struct image){
		.is_fixed = bias == 0,
		.alignment = page,
		.header_count = count,
		.executable_stack = true,
	};
	if (!add_segments(image, headers, page) || image->segment_count == 0)
		return "has segments that cannot have been mapped";
	image->headers = (uintptr_t)headers - bias - image->lowest;
	if (lies_in_file(image, image->headers, size, PF_R) &&
	    !lies_in_file(image, image->headers, size, PF_W) &&
	    !lies_in_file(image, image->headers, size, PF_X))
		image->headers_flags = PF_R;
	for (uint32_t i = 0; i < count; i++)
		note_header(image, &headers[i], image->headers + i * sizeof(*headers));
	return NULL;
}
