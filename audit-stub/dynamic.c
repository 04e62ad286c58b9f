#include "dynamic.h"
#include "base/clock.h"
#include "base/text.h"

/* The first entry with `tag` from `entry` on, or NULL. */
static const ElfW(Dyn) * find(const ElfW(Dyn) * entry, ElfW(Sxword) tag)
{
	for (; entry != NULL && entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == tag)
			return entry;
	}
	return NULL;
}

static ElfW(Dyn) * find_writable(ElfW(Dyn) * entry, ElfW(Sxword) tag)
{
	/* Such as a section linked with -z rodynamic: the kernel says so where a store would crash.
	 */
	for (; entry != NULL && entry->d_tag != DT_NULL; entry++) {
		ElfW(Dyn) kept = *entry;
		if (entry->d_tag != tag)
			continue;
		if (sys_clock_gettime(SINCE_1970, (void *)entry) != 0)
			return NULL;
		*entry = kept;
		return entry;
	}
	return NULL;
}

/* ld.so relocates the address in place, but not where the section is read-only. */
static const char *strings_of(const struct link_map *map)
{
	const ElfW(Dyn) *table = find(map->l_ld, DT_STRTAB);
	if (table == NULL)
		return NULL;
	return (const char *)(table->d_un.d_ptr < map->l_addr ? table->d_un.d_ptr + map->l_addr
							      : table->d_un.d_ptr);
}

bool needs(const struct link_map *map, const char *name)
{
	const char *strings = strings_of(map);
	const ElfW(Dyn) *entry = map->l_ld;

	while (strings != NULL && (entry = find(entry, DT_NEEDED)) != NULL) {
		if (text_equal(strings + entry->d_un.d_val, name))
			return true;
		entry++;
	}
	return false;
}

bool need_instead(struct link_map *map, const char *name)
{
	const char *strings = strings_of(map);
	ElfW(Dyn) *entry = find_writable(map->l_ld, DT_NEEDED);

	if (strings == NULL || entry == NULL)
		return false;
	/* ld.so adds the two, and the sum may wrap. */
	entry->d_un.d_val = (ElfW(Addr))name - (ElfW(Addr))strings;
	return true;
}

bool has_runpath(const struct link_map *map)
{
	return find(map->l_ld, DT_RUNPATH) != NULL;
}

const char *soname_of(const struct link_map *map)
{
	const char *strings = strings_of(map);
	const ElfW(Dyn) *entry = find(map->l_ld, DT_SONAME);
	return strings != NULL && entry != NULL ? strings + entry->d_un.d_val : NULL;
}
