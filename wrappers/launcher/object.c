#include "object.h"
#include "base/text.h"

typedef ELF(Verneed) elf_verneed;
typedef ELF(Vernaux) elf_vernaux;
typedef ELF(Verdef) elf_verdef;
typedef ELF(Verdaux) elf_verdaux;

/* How many bytes of the file lie at an address, up to the end of its segment. */
static size_t bytes_at(const struct object *object, uintptr_t address, const void **at)
{
	for (uint32_t i = 0; i < object->header_count; i++) {
		const elf_phdr *segment = &object->headers[i];
		const uintptr_t inside = address - segment->p_vaddr;

		if (segment->p_type != PT_LOAD || inside >= segment->p_filesz ||
		    segment->p_offset > object->size ||
		    segment->p_filesz > object->size - segment->p_offset)
			continue;
		*at = object->bytes + segment->p_offset + inside;
		return segment->p_filesz - inside;
	}
	return 0;
}

/* A structure of words of 4 bytes, or NULL. */
static const void *structure_at(const struct object *object, uintptr_t address, size_t size)
{
	const void *at;

	return bytes_at(object, address, &at) < size || (uintptr_t)at % 4 != 0 ? NULL : at;
}

static uintptr_t tagged(const struct object *object, uintptr_t tag)
{
	for (size_t i = 0; i < object->dynamic_count && object->dynamic[i].d_tag != DT_NULL; i++) {
		if ((uintptr_t)object->dynamic[i].d_tag == tag)
			return object->dynamic[i].d_un.d_val;
	}
	return 0;
}

static const char *string_at(const struct object *object, uintptr_t offset)
{
	const uintptr_t strings = tagged(object, DT_STRTAB);
	const void *at = NULL;
	const size_t room = strings == 0 ? 0 : bytes_at(object, strings + offset, &at);
	const char *text = at;

	for (size_t i = 0; i < room; i++) {
		if (text[i] == '\0')
			return text;
	}
	return NULL;
}

const char *read_object(struct object *object, const void *bytes, size_t size)
{
	const elf_ehdr *header = bytes;

	*object = (struct object){ .bytes = bytes, .size = size };
	if (size < sizeof(*header) || !bytes_equal(header->e_ident, ELFMAG, SELFMAG))
		return "is no ELF object";
	if (header->e_ident[EI_CLASS] != NATIVE_CLASS || header->e_machine != NATIVE_MACHINE)
		return "is for another kind of machine";
	if (header->e_type != ET_DYN || header->e_phentsize != sizeof(elf_phdr) ||
	    header->e_phoff % sizeof(uintptr_t) != 0 || header->e_phoff > size ||
	    header->e_phnum > (size - header->e_phoff) / sizeof(elf_phdr))
		return "is no shared object";
	object->headers = (const void *)(object->bytes + header->e_phoff);
	object->header_count = header->e_phnum;
	for (uint32_t i = 0; i < object->header_count; i++) {
		const elf_phdr *segment = &object->headers[i];

		if (segment->p_type != PT_DYNAMIC)
			continue;
		if (segment->p_offset % sizeof(uintptr_t) != 0 || segment->p_offset > size ||
		    segment->p_filesz > size - segment->p_offset)
			break;
		object->dynamic = (const void *)(object->bytes + segment->p_offset);
		object->dynamic_count = segment->p_filesz / sizeof(elf_dyn);
		return NULL;
	}
	return "is no shared object";
}

const char *next_needed(const struct object *object, size_t *at)
{
	while (*at < object->dynamic_count && object->dynamic[*at].d_tag != DT_NULL) {
		const elf_dyn *entry = &object->dynamic[(*at)++];
		const char *name =
			entry->d_tag == DT_NEEDED ? string_at(object, entry->d_un.d_val) : NULL;

		if (name != NULL)
			return name;
	}
	return NULL;
}

const char *run_path_of(const struct object *object)
{
	const uintptr_t run_path = tagged(object, DT_RUNPATH);
	const uintptr_t own = run_path != 0 ? run_path : tagged(object, DT_RPATH);

	return own == 0 ? NULL : string_at(object, own);
}

/* To the next file that versions are needed of. */
static bool next_need(const struct object *object, struct needed_version *version)
{
	const elf_verneed *need;

	if (!version->has_begun) {
		version->has_begun = true;
		version->need = tagged(object, DT_VERNEED);
		version->needs_left = (uint32_t)tagged(object, DT_VERNEEDNUM);
	} else {
		need = structure_at(object, version->need, sizeof(*need));
		if (need == NULL || need->vn_next == 0)
			return false;
		version->need += need->vn_next;
	}
	need = version->needs_left == 0 ? NULL : structure_at(object, version->need, sizeof(*need));
	if (need == NULL)
		return false;
	version->needs_left--;
	version->entries_left = need->vn_cnt;
	version->entry = version->need + need->vn_aux;
	version->file = string_at(object, need->vn_file);
	return true;
}

bool next_version(const struct object *object, struct needed_version *version)
{
	for (;;) {
		const elf_vernaux *entry =
			version->entries_left == 0
				? NULL
				: structure_at(object, version->entry, sizeof(*entry));

		if (entry == NULL) {
			if (!next_need(object, version))
				return false;
			continue;
		}
		version->entries_left--;
		version->entry += entry->vna_next;
		version->name = string_at(object, entry->vna_name);
		/* The loader lets a weak one pass. */
		if (version->name != NULL && version->file != NULL &&
		    (entry->vna_flags & VER_FLG_WEAK) == 0)
			return true;
	}
}

bool defines_version(const struct object *object, const char *name)
{
	uintptr_t place = tagged(object, DT_VERDEF);

	for (uintptr_t left = tagged(object, DT_VERDEFNUM); place != 0 && left > 0; left--) {
		const elf_verdef *definition = structure_at(object, place, sizeof(*definition));
		const elf_verdaux *entry =
			definition == NULL
				? NULL
				: structure_at(object, place + definition->vd_aux, sizeof(*entry));
		const char *own = entry == NULL ? NULL : string_at(object, entry->vda_name);

		if (own != NULL && text_equal(own, name))
			return true;
		if (definition == NULL || definition->vd_next == 0)
			return false;
		place += definition->vd_next;
	}
	return false;
}
