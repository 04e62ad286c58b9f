#include "symbols.h"
#include "base/call.h"
#include "base/text.h"
#include <elf.h>
#include <link.h>

/* The loader's list: glibc exports the one name, musl the other. */
extern struct r_debug _r_debug __attribute__((weak, visibility("default")));
extern struct r_debug *_dl_debug_addr __attribute__((weak, visibility("default")));
extern int *__errno_location(void) __attribute__((weak, visibility("default")));

struct symbol_tables {
	const ElfW(Sym) * symbols;
	const char *strings;
	const uint32_t *gnu_hash;
	const uint32_t *sysv_hash;
	const uint16_t *versions;
};

int last_error(void)
{
	return &__errno_location == NULL ? 0 : *__errno_location();
}

void set_error(int error)
{
	if (&__errno_location != NULL)
		*__errno_location() = error;
}

int fail_with(int error)
{
	set_error(error);
	return -1;
}

static const struct link_map *first_object(void)
{
	if (&_r_debug != NULL && _r_debug.r_map != NULL)
		return _r_debug.r_map;
	if (&_dl_debug_addr != NULL && _dl_debug_addr != NULL)
		return _dl_debug_addr->r_map;
	return NULL;
}

static const struct link_map *own_object(void)
{
	const struct link_map *object = first_object();

	while (object != NULL && object->l_ld != _DYNAMIC)
		object = object->l_next;
	return object;
}

const char *own_name(void)
{
	const struct link_map *object = own_object();

	return object == NULL ? NULL : object->l_name;
}

/* glibc relocates these pointers in place, musl does not. */
static const void *address_of(const struct link_map *object, ElfW(Addr) value)
{
	return (const void *)(value < object->l_addr ? value + object->l_addr : value);
}

static struct symbol_tables read_tables(const struct link_map *object)
{
	struct symbol_tables tables = { 0 };

	for (const ElfW(Dyn) *entry = object->l_ld; entry->d_tag != DT_NULL; entry++) {
		const void *address = address_of(object, entry->d_un.d_ptr);

		if (entry->d_tag == DT_SYMTAB)
			tables.symbols = address;
		else if (entry->d_tag == DT_STRTAB)
			tables.strings = address;
		else if (entry->d_tag == DT_GNU_HASH)
			tables.gnu_hash = address;
		else if (entry->d_tag == DT_HASH)
			tables.sysv_hash = address;
		else if (entry->d_tag == DT_VERSYM)
			tables.versions = address;
	}
	return tables;
}

/* A hidden version is for old programs: the default is what is wanted. */
static const ElfW(Sym) *
	accept(const struct symbol_tables *tables, uint32_t index, const char *name)
{
	const ElfW(Sym) *symbol = tables->symbols + index;
	const int type = symbol->st_info & 0xf;

	if (symbol->st_shndx == SHN_UNDEF || (type != STT_FUNC && type != STT_NOTYPE) ||
	    !text_equal(tables->strings + symbol->st_name, name))
		return NULL;
	if (tables->versions != NULL && (tables->versions[index] & 0x8000) != 0)
		return NULL;
	return symbol;
}

static const ElfW(Sym) * search_gnu(const struct symbol_tables *tables, const char *name)
{
	const uint32_t *header = tables->gnu_hash;
	const uint32_t *buckets = header + 4 + header[2] * (sizeof(ElfW(Addr)) / 4);
	const uint32_t *chains = buckets + header[0];
	uint32_t hash = 5381;
	uint32_t index;

	for (const char *c = name; *c != '\0'; c++)
		hash = hash * 33 + (uint8_t)*c;
	index = header[0] == 0 ? 0 : buckets[hash % header[0]];
	if (index < header[1])
		return NULL;
	for (;; index++) {
		const uint32_t chain = chains[index - header[1]];
		const ElfW(Sym) *symbol =
			(chain | 1) == (hash | 1) ? accept(tables, index, name) : NULL;

		if (symbol != NULL || (chain & 1) != 0)
			return symbol;
	}
}

static const ElfW(Sym) * search_sysv(const struct symbol_tables *tables, const char *name)
{
	const uint32_t count = tables->sysv_hash[1];

	for (uint32_t index = 1; index < count; index++) {
		const ElfW(Sym) *symbol = accept(tables, index, name);

		if (symbol != NULL)
			return symbol;
	}
	return NULL;
}

static any_function *find_in(const struct link_map *object, const char *name)
{
	const struct symbol_tables tables = read_tables(object);
	const ElfW(Sym) *symbol = NULL;

	if (tables.symbols == NULL || tables.strings == NULL)
		return NULL;
	if (tables.gnu_hash != NULL)
		symbol = search_gnu(&tables, name);
	else if (tables.sysv_hash != NULL)
		symbol = search_sysv(&tables, name);
	return symbol == NULL ? NULL : (any_function *)(object->l_addr + symbol->st_value);
}

long no_such_function(void)
{
	return fail_with(ENOSYS);
}

bool is_glibc(void)
{
	static struct real real_gnu_get_libc_version = { "gnu_get_libc_version", NULL };

	return (long (*)(void))function_of(&real_gnu_get_libc_version) != no_such_function;
}

any_function *find_function(struct real *real)
{
	const struct link_map *object = own_object();
	any_function *function = NULL;

	while (object != NULL && function == NULL) {
		object = object->l_next;
		function = object == NULL ? NULL : find_in(object, real->name);
	}
	if (function == NULL)
		function = (any_function *)no_such_function;
	__atomic_store_n(&real->function, function, __ATOMIC_RELAXED);
	return function;
}
