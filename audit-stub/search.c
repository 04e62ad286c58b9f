/*
 * la_objsearch: each name and each candidate, before ld.so opens it. Here a refusal costs the
 * program no more than an ordinary dlopen failure.
 */
#define _GNU_SOURCE
#include "base/text.h"
#include "bounded-text.h"
#include "dynamic.h"
#include "origin.h"
#include "watch.h"

struct search search;

static bool has_slash(const char *name)
{
	while (*name != '\0' && *name != '/')
		name++;
	return *name == '/';
}

static const char *name_of(const struct link_map *map)
{
	bool named = map != NULL && map->l_name != NULL && map->l_name[0] != '\0';
	return named ? map->l_name : watch.start.program;
}

static const char *place_of(unsigned int flag, const struct link_map *requester)
{
	switch (flag) {
	case LA_SER_LIBPATH:
		return "ld-library-path";
	case LA_SER_RUNPATH:
		/* One flag for both tags; an object that has DT_RUNPATH contributes no DT_RPATH. */
		return requester != NULL && has_runpath(requester) ? "runpath" : "rpath";
	case LA_SER_CONFIG:
		return "ld-so-cache";
	case LA_SER_DEFAULT:
	case LA_SER_SECURE:
		return "default";
	default:
		return "name";
	}
}

void complete(struct object *object)
{
	object->asked = search.asked;
	object->requester = name_of(search.requester);
	object->place = search.place;
}

/*
 * What ld.so is to find nothing at, and to go on from to its next directory: with NULL it goes by
 * whatever errno was before (elf/dl-load.c, open_path).
 */
static const char no_file[] = "";

/*
 * What ld.so gets in place of a candidate that is kept out. At start-up nobody could handle the
 * failure, so the process ends here, with the reason; but not for what was only preloaded, nor when
 * the bundle has the name further down the search.
 */
static char *refuse(void)
{
	bool named = has_slash(search.asked);

	complete(&search.object);
	if (!watch.program_started && search.requester != NULL &&
	    needs(search.requester, search.asked) &&
	    (named || !bundle_has(&watch.start, search.asked)))
		refuse_to_run(&rooms.line, "refused", &search.object);
	report_finding(&rooms.line, "refused", &search.object);
	/* After a name with a slash there is nothing to pass on to. */
	return named ? impossible_name(rooms.name, &search.object) : (char *)no_file;
}

/*
 * There is one loader in a process. A new namespace searches for it as for any library and must get
 * that one, which need not lie in a library directory.
 */
static bool asks_for_loader(void)
{
	const char *soname = watch.loader_map != NULL ? soname_of(watch.loader_map) : NULL;
	if (soname == NULL || !text_equal(search.asked, soname))
		return false;
	if (watch.start.loader == NULL)
		learn_mapped_files(&watch.start, watch.loader_code);
	return watch.start.loader != NULL;
}

/* glibc before 2.32 computes the cookie of a requester that is not there: a small number. */
static const struct link_map *requester_of(const uintptr_t *cookie)
{
	return (uintptr_t)cookie < 0x10000 ? NULL : (const void *)*cookie;
}

/*
 * dlopen's `$ORIGIN` reaches la_objsearch as it was written. The other tokens are left to
 * la_objopen: their values are the loader's.
 */
static const char *behind_origin(const char *name)
{
	static const char *const tokens[] = { "$ORIGIN/", "${ORIGIN}/" };
	for (size_t at = 0; at < sizeof(tokens) / sizeof(tokens[0]); at++) {
		const char *rest = text_behind(name, tokens[at]);
		if (rest != NULL)
			return rest - 1;
	}
	return NULL;
}

static void keep_candidate(const char *name)
{
	const char *rest = behind_origin(name);
	struct text text = { .room = PATH_MAX - 1 };

	search.opened = text.bytes = search.asked + text_length(search.asked) + 1;
	if (rest != NULL) {
		text_add(&text, name_of(search.requester));
		while (text.used > 0 && text.bytes[text.used - 1] != '/')
			text.used--;
	}
	text_add(&text, rest != NULL ? rest : name);
	search.opened[text.used] = '\0';
}

/* Such a glibc goes on to read the first object of the new namespace, where there is none. */
static const char no_namespace[] =
	"/dev/null/dynpk: the bundled glibc crashes in dlmopen while it is audited";

EXPORTED char *la_objsearch(const char *name, uintptr_t *cookie, unsigned int flag)
{
	const struct link_map *requester = requester_of(cookie);

	search.place = place_of(flag, requester);
	if (flag == LA_SER_ORIG) {
		text_copy(search.asked, PATH_MAX, name);
		search.requester = requester;
		search.opened = NULL;
		if (!has_slash(name))
			return (char *)name;
	}
	if (asks_for_loader())
		return (char *)watch.start.loader;
	if (requester == NULL)
		return (char *)no_namespace;
	keep_candidate(name);
	judge(search.opened, &search.object);
	/* What comes to be there meanwhile was not judged; a name with a slash it should fail to
	 * open. */
	if (search.object.verdict == VERDICT_ABSENT && flag != LA_SER_ORIG)
		return (char *)no_file;
	if (watch.start.rules.mode != MODE_ENFORCE || search.object.verdict != VERDICT_OUTSIDE ||
	    !loadable(&watch.start, search.opened))
		return (char *)name;
	return refuse();
}
