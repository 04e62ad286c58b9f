#include "versions.h"
#include "base/file.h"
#include "base/text.h"
#include "launcher/image.h"

typedef ELF(Verdef) elf_verdef;
typedef ELF(Verdaux) elf_verdaux;

enum { MOST_HEADERS = 64, MOST_ENTRIES = 512, MOST_NODES = 4096 };

struct library {
	int fd;
	unsigned loads;
	elf_phdr load[MOST_HEADERS];
	uintptr_t strings;
	uintptr_t definitions;
	uintptr_t count;
};

static bool read_whole(int fd, void *to, size_t size, uint64_t offset)
{
	return read_at(fd, to, size, offset) == (long)size;
}

/* Where in the file an address lies; UINT64_MAX where nowhere. */
static uint64_t offset_of(const struct library *library, uintptr_t address)
{
	for (unsigned i = 0; i < library->loads; i++) {
		const elf_phdr *load = &library->load[i];

		if (address >= load->p_vaddr && address - load->p_vaddr < load->p_filesz)
			return (uint64_t)load->p_offset + (address - load->p_vaddr);
	}
	return UINT64_MAX;
}

static bool read_by_address(const struct library *library, void *to, size_t size, uintptr_t address)
{
	const uint64_t offset = offset_of(library, address);

	return offset != UINT64_MAX && read_whole(library->fd, to, size, offset);
}

/* At most NODE_SIZE - 1 bytes; the file may end with it. */
static bool read_name(const struct library *library, uintptr_t address, char name[NODE_SIZE])
{
	const uint64_t offset = offset_of(library, address);
	const long count =
		offset == UINT64_MAX ? -1 : read_at(library->fd, name, NODE_SIZE, offset);

	for (long i = 0; i < count; i++) {
		if (name[i] == '\0')
			return i > 0;
	}
	return false;
}

static bool read_dynamic(struct library *library, const elf_phdr *dynamic)
{
	elf_dyn entry;

	for (unsigned i = 0; i < MOST_ENTRIES && (i + 1) * sizeof(entry) <= dynamic->p_filesz;
	     i++) {
		if (!read_whole(library->fd, &entry, sizeof(entry),
				(uint64_t)dynamic->p_offset + i * sizeof(entry)))
			return false;
		switch (entry.d_tag) {
		case DT_NULL:
			return true;
		case DT_STRTAB:
			library->strings = entry.d_un.d_ptr;
			break;
		case DT_VERDEF:
			library->definitions = entry.d_un.d_ptr;
			break;
		case DT_VERDEFNUM:
			library->count = entry.d_un.d_val;
			break;
		default:
			break;
		}
	}
	return true;
}

static bool read_headers(struct library *library)
{
	elf_ehdr header;
	elf_phdr dynamic = { .p_type = PT_NULL };

	if (!read_whole(library->fd, &header, sizeof(header), 0) ||
	    !bytes_equal(header.e_ident, ELFMAG, SELFMAG) ||
	    header.e_ident[EI_CLASS] != NATIVE_CLASS || header.e_machine != NATIVE_MACHINE ||
	    header.e_type != ET_DYN || header.e_phentsize != sizeof(elf_phdr))
		return false;
	for (unsigned i = 0; i < header.e_phnum && i < MOST_HEADERS; i++) {
		elf_phdr *next = &library->load[library->loads];

		if (!read_whole(library->fd, next, sizeof(*next),
				(uint64_t)header.e_phoff + i * sizeof(*next)))
			return false;
		if (next->p_type == PT_DYNAMIC)
			dynamic = *next;
		else if (next->p_type == PT_LOAD)
			library->loads++;
	}
	return dynamic.p_type != PT_DYNAMIC || read_dynamic(library, &dynamic);
}

/* The number behind `FAMILY_`, or NULL. */
static const char *number_in(const char *name)
{
	const char *at = name, *number;
	bool is_digit_due = true;

	while (*at >= 'A' && *at <= 'Z')
		at++;
	if (at == name || *at != '_')
		return NULL;
	number = ++at;
	for (; *at != '\0'; at++) {
		if (*at == '.' && !is_digit_due)
			is_digit_due = true;
		else if (*at >= '0' && *at <= '9')
			is_digit_due = false;
		else
			return NULL;
	}
	return is_digit_due ? NULL : number;
}

static const char *read_part(const char *text, unsigned *part)
{
	*part = 0;
	while (*text >= '0' && *text <= '9' && *part < 100000000)
		*part = *part * 10 + (unsigned)(*text++ - '0');
	while (*text != '\0' && *text != '.')
		text++;
	return *text == '.' ? text + 1 : text;
}

bool is_higher(const char *one, const char *other)
{
	while (*one != '\0' || *other != '\0') {
		unsigned a, b;

		one = read_part(one, &a);
		other = read_part(other, &b);
		if (a != b)
			return a > b;
	}
	return false;
}

static void keep_number(struct versions *versions, char name[NODE_SIZE], const char *number)
{
	unsigned i = 0;

	/* `number` points behind the one underscore. */
	name[number - name - 1] = '\0';
	while (i < versions->families && !text_equal(versions->highest[i].name, name))
		i++;
	if (i == FAMILY_LIMIT)
		return;
	if (i == versions->families) {
		versions->families++;
		text_append(versions->highest[i].name, name);
		versions->highest[i].number[0] = '\0';
	}
	if (is_higher(number, versions->highest[i].number))
		text_append(versions->highest[i].number, number);
}

static void keep_node(struct versions *versions, char name[NODE_SIZE])
{
	const char *number = number_in(name);

	if (number != NULL)
		keep_number(versions, name, number);
	else if (!text_equal(name, "GLIBC_PRIVATE") && versions->marks < MARK_LIMIT)
		text_append(versions->mark[versions->marks++], name);
}

bool read_versions(int fd, struct versions *versions)
{
	struct library library = { .fd = fd };
	uintptr_t at;

	versions->families = 0;
	versions->marks = 0;
	if (!read_headers(&library))
		return false;
	at = library.definitions;
	for (uintptr_t i = 0; at != 0 && i < library.count && i < MOST_NODES; i++) {
		elf_verdef node;
		elf_verdaux first;
		char name[NODE_SIZE];

		if (!read_by_address(&library, &node, sizeof(node), at) ||
		    !read_by_address(&library, &first, sizeof(first), at + node.vd_aux))
			break;
		/* The base definition is the soname. */
		if ((node.vd_flags & VER_FLG_BASE) == 0 &&
		    read_name(&library, library.strings + first.vda_name, name))
			keep_node(versions, name);
		if (node.vd_next == 0)
			break;
		at += node.vd_next;
	}
	return true;
}
