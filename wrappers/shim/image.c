/*
 * The image differs from the program in three places: its program headers have one segment more in
 * the place of PT_INTERP, its entry point lies in that segment, and the segment's bytes lie in the
 * padding between two segments of the file, or behind its end where none is large enough.
 */
#include "image.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "launcher/image-note.h"
#include "launcher/image.h"

/* image-stub.lds: the note lies right behind it. */
__asm__(".pushsection .rodata, \"a\"\n"
	".balign 16\n"
	"image_stub:\n"
	".incbin \"image-stub\"\n"
	"image_stub_end:\n"
	".popsection\n");
extern const unsigned char image_stub[];
extern const unsigned char image_stub_end[];

enum { STUB_ALIGNMENT = 16 };

/* Where a program of one place grows no further: its heap lies right behind its data. */
#if UINTPTR_MAX > UINT32_MAX
#define FAR_AWAY ((uintptr_t)1 << 36)
#else
#define FAR_AWAY ((uintptr_t)1 << 30)
#endif
/* The largest page of any machine: what a segment's offset and address have in common. */
#define LARGEST_PAGE ((uintptr_t)1 << 16)
#ifdef __aarch64__
#define SEGMENT_ALIGNMENT LARGEST_PAGE
#else
#define SEGMENT_ALIGNMENT ((uintptr_t)4096)
#endif

struct program_file {
	int fd;
	long size;
	elf_phdr *headers;
	uint32_t count;
	/* Of the header that gives way: PT_INTERP, or what an entry stub has made of it. */
	uint32_t interpreter;
	/* Bytes behind its end belong to it: the program reads itself. */
	bool is_closed;
	uint32_t last_segment;
	uintptr_t end;
};

static long align(long offset)
{
	return (offset + STUB_ALIGNMENT - 1) & -(long)STUB_ALIGNMENT;
}

static bool read_headers(struct program_file *file, const elf_ehdr *header, long size)
{
	bool has_slot = false;

	if (size < (long)sizeof(*header) ||
	    !bytes_equal((const char *)header->e_ident, ELFMAG, SELFMAG) ||
	    header->e_ident[EI_CLASS] != NATIVE_CLASS || header->e_machine != NATIVE_MACHINE ||
	    header->e_phentsize != sizeof(elf_phdr) || header->e_phoff % sizeof(uintptr_t) != 0 ||
	    (long)(header->e_phoff + header->e_phnum * sizeof(elf_phdr)) > size)
		return false;
	file->headers = (void *)((char *)header + header->e_phoff);
	file->count = header->e_phnum;
	for (uint32_t i = 0; i < file->count; i++) {
		const elf_phdr *segment = &file->headers[i];

		if (segment->p_type == PT_INTERP || (segment->p_type == PT_NULL && !has_slot)) {
			has_slot = true;
			file->interpreter = i;
			file->is_closed = segment->p_type == PT_NULL;
		}
		if (segment->p_type != PT_LOAD)
			continue;
		file->last_segment = i;
		if (segment->p_vaddr + segment->p_memsz > file->end)
			file->end = segment->p_vaddr + segment->p_memsz;
	}
	return has_slot && file->end != 0 && file->interpreter < file->last_segment;
}

static bool is_padding(const struct program_file *file, long offset, long size)
{
	char bytes[512];

	while (size > 0) {
		const long part = size < (long)sizeof(bytes) ? size : (long)sizeof(bytes);

		if (sys_pread(file->fd, bytes, (size_t)part, (uint32_t)offset) != part)
			return false;
		for (long i = 0; i < part; i++) {
			if (bytes[i] != 0)
				return false;
		}
		offset += part;
		size -= part;
	}
	return true;
}

/* Where in the file there is room for `size` bytes; -1: nowhere. */
static long find_room(const struct program_file *file, long size)
{
	for (uint32_t i = 0; i < file->last_segment; i++) {
		const elf_phdr *before = &file->headers[i];
		long start, end = file->size;

		if (before->p_type != PT_LOAD)
			continue;
		start = align((long)(before->p_offset + before->p_filesz));
		for (uint32_t j = 0; j < file->count; j++) {
			const elf_phdr *other = &file->headers[j];

			if (other->p_type == PT_LOAD && other->p_offset > before->p_offset &&
			    (long)other->p_offset < end)
				end = (long)other->p_offset;
		}
		if (end < file->size && end - start >= size && is_padding(file, start, size))
			return start;
	}
	return file->is_closed ? -1 : align(file->size);
}

/* The segment stands behind all others, as the kernel wants them in order. */
static uintptr_t add_segment(struct program_file *file, bool is_fixed, long offset, long size)
{
	const uintptr_t end = (file->end + LARGEST_PAGE - 1) & -LARGEST_PAGE;
	const uintptr_t base = is_fixed && end < FAR_AWAY ? FAR_AWAY : end;
	const uintptr_t address = base + ((uintptr_t)offset & (LARGEST_PAGE - 1));

	memmove(&file->headers[file->interpreter], &file->headers[file->interpreter + 1],
		(file->last_segment - file->interpreter) * sizeof(elf_phdr));
	file->headers[file->last_segment] = (elf_phdr){ .p_type = PT_LOAD,
							.p_flags = PF_R | PF_X,
							.p_offset = (uintptr_t)offset,
							.p_vaddr = address,
							.p_paddr = address,
							.p_filesz = (uintptr_t)size,
							.p_memsz = (uintptr_t)size,
							.p_align = SEGMENT_ALIGNMENT };
	return address;
}

static bool write_all(int fd, const void *bytes, long size, long offset)
{
	return sys_lseek(fd, offset, SEEK_SET) == offset &&
	       sys_write(fd, bytes, (size_t)size) == size;
}

static bool copy_file(int to, const struct program_file *file)
{
	long offset = 0;

	while (offset < file->size) {
		const long copied =
			sys_sendfile(to, file->fd, &offset, (size_t)(file->size - offset));

		if (failed(copied) || copied == 0)
			return false;
	}
	return true;
}

/* What the stub and its note take. */
static long piece_size(const struct image_work *work)
{
	return image_stub_end - image_stub + (long)sizeof(struct image_note) +
	       (long)text_length(work->launcher) + 1;
}

/* Read the program's headers; where in the file its stub goes, or -1. */
static long plan_file(struct program_file *file, struct image_work *work)
{
	const long size = piece_size(work);

	file->size = sys_lseek(file->fd, 0, SEEK_END);
	work->head_size = sys_pread(file->fd, work->head, sizeof(work->head), 0);
	if (size > (long)sizeof(work->piece) || failed(file->size) || failed(work->head_size) ||
	    !read_headers(file, (const void *)work->head, work->head_size))
		return -1;
	return find_room(file, size);
}

long image_size(int program, struct image_work *work)
{
	struct program_file file = { .fd = program };
	const long room = plan_file(&file, work);
	const long end = room + piece_size(work);

	return room < 0 ? -1 : end > file.size ? end : file.size;
}

bool write_image(int to, int program, struct image_work *work)
{
	elf_ehdr *header = (void *)work->head;
	const long stub_size = image_stub_end - image_stub;
	struct image_note *note = (void *)(work->piece + stub_size);
	const long size = piece_size(work);
	struct program_file file = { .fd = program };
	const long room = plan_file(&file, work);
	uintptr_t address;

	if (room < 0)
		return false;
	address = add_segment(&file, header->e_type == ET_EXEC, room, size);
	memcpy(work->piece, image_stub, (size_t)stub_size);
	note->address = address + (uintptr_t)stub_size;
	note->entry = header->e_entry;
	text_append(note->path, work->launcher);
	header->e_entry = address;
	return copy_file(to, &file) && write_all(to, work->head, work->head_size, 0) &&
	       write_all(to, work->piece, size, room);
}
