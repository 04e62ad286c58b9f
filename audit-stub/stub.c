/*
 * The rtld-audit object: it watches where every object of a packed program comes from, and in
 * `enforce` keeps out what is neither of the bundle nor covered by a rule.
 *
 * ld.so asks la_objsearch about each name and each candidate before it opens it, which is where a
 * refusal costs the program no more than an ordinary dlopen failure. la_objopen sees what was
 * mapped and is the second line of defence. Symbol bindings are not asked for, so calls cost
 * nothing. ld.so holds its lock during every callback: the static buffers need none of their own.
 * Authority: rtld-audit(7), glibc elf/dl-audit.c and elf/dl-load.c.
 */
#define _GNU_SOURCE
#include <link.h>

#include "dynamic.h"
#include "origin.h"
#include "report.h"
#include "start.h"
#include "text.h"

#define EXPORTED __attribute__((visibility("default")))

/* The vDSO is a few pages; what the kernel maps beside it is no object. */
#define VDSO_SIZE 0x10000UL

static HOT struct start start;
static HOT bool program_seen, program_started;
static HOT const struct link_map *loader_map;
static HOT const void *loader_code;

/* The search under way: ld.so finishes one name before it begins the next. */
static struct {
	/* NULL: ld.so does not tell. */
	const struct link_map *requester;
	const char *place;
	/* What the candidate last looked at is. */
	struct object object;
	/* That candidate, as ld.so spells it, behind the name that was asked for. */
	char *opened;
	char asked[2 * PATH_ROOM];
} search;

static bool has_slash(const char *name)
{
	while (*name != '\0' && *name != '/')
		name++;
	return *name == '/';
}

static const char *name_of(const struct link_map *map)
{
	bool named = map != NULL && map->l_name != NULL && map->l_name[0] != '\0';
	return named ? map->l_name : start.program;
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

static void complete(struct object *object)
{
	object->asked = search.asked;
	object->requester = name_of(search.requester);
	object->place = search.place;
}

/*
 * What ld.so gets in place of a candidate that is kept out. At start-up nobody could handle the
 * failure, so the process ends here, with the reason; but not for what was only preloaded, nor when
 * the bundle has the name further down the search.
 */
static char *refuse(void)
{
	bool named = has_slash(search.asked);

	complete(&search.object);
	if (!program_started && search.requester != NULL && needs(search.requester, search.asked) &&
	    (named || !bundle_has(&start, search.asked)))
		refuse_to_run("refused", &search.object);
	report_finding("refused", &search.object);
	/* NULL makes ld.so pass on; after a name with a slash there is nothing to pass on to. */
	return named ? impossible_name(&search.object) : NULL;
}

/*
 * There is one loader in a process. A new namespace searches for it as for any library and must get
 * that one, which need not lie in a library directory.
 */
static bool asks_for_loader(void)
{
	const char *soname = loader_map != NULL ? soname_of(loader_map) : NULL;
	if (soname == NULL || !text_equal(search.asked, soname))
		return false;
	if (start.loader == NULL)
		learn_mapped_files(&start, loader_code);
	return start.loader != NULL;
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
	static const char *const tokens[] = {"$ORIGIN/", "${ORIGIN}/"};
	for (size_t at = 0; at < sizeof tokens / sizeof tokens[0]; at++) {
		size_t same = 0;
		while (tokens[at][same] != '\0' && tokens[at][same] == name[same])
			same++;
		if (tokens[at][same] == '\0')
			return name + same - 1;
	}
	return NULL;
}

static void keep_candidate(const char *name)
{
	const char *rest = behind_origin(name);
	struct text text = {.room = PATH_ROOM - 1};

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
		text_copy(search.asked, PATH_ROOM, name);
		search.requester = requester;
		search.opened = NULL;
		if (!has_slash(name))
			return (char *)name;
	}
	if (asks_for_loader())
		return (char *)start.loader;
	if (requester == NULL)
		return (char *)no_namespace;
	keep_candidate(name);
	judge_file(&start, search.opened, !program_started, &search.object);
	/* It need not try to open what is not there; a name with a slash it should fail to open. */
	if (search.object.verdict == VERDICT_ABSENT && flag != LA_SER_ORIG)
		return NULL;
	if (start.rules.mode != MODE_ENFORCE || search.object.verdict != VERDICT_OUTSIDE ||
	    !loadable(&start, search.opened))
		return (char *)name;
	return refuse();
}

static bool is_vdso(const struct link_map *map)
{
	return start.vdso != 0 && (unsigned long)map->l_ld - start.vdso < VDSO_SIZE;
}

/*
 * Objects that no search led to. ld.so opens the program first and itself next; its stand-ins in
 * other namespaces lie where it lies.
 */
static bool describe_given(const struct link_map *map, Lmid_t namespace, struct object *object)
{
	if (is_vdso(map)) {
		object->verdict = VERDICT_VDSO;
		return true;
	}
	if (namespace == LM_ID_BASE && !program_seen) {
		program_seen = true;
		judge_file(&start, start.program, true, object);
		object->asked = start.program;
		return true;
	}
	if (loader_map == NULL)
		loader_map = map;
	if (map != loader_map && map->l_addr != loader_map->l_addr)
		return false;
	object->verdict = VERDICT_BUNDLE;
	if (start.loader != NULL) {
		judge_real_path(&start, start.loader, object);
		object->asked = start.loader;
	}
	return true;
}

/* What the search found, or the name of an object that ld.so opened without asking. */
static void describe_searched(const char *name, struct object *object)
{
	bool expected = search.opened != NULL && text_equal(name, search.opened);

	/* What la_objsearch has just judged need not be judged again. */
	if (expected)
		*object = search.object;
	else
		judge_file(&start, name, !program_started, object);
	if (!expected && search.asked[0] != '$') {
		/* dlmopen of a name with a slash: no la_objsearch, and the caller is not told. */
		text_copy(search.asked, PATH_ROOM, name);
		search.requester = NULL;
		search.place = "dlmopen";
	}
	complete(object);
	search.opened = NULL;
}

static struct object describe(const struct link_map *map, Lmid_t namespace)
{
	struct object object = {.asked = map->l_name, .opened = map->l_name};

	object.resolved = map->l_name;
	if (!describe_given(map, namespace, &object))
		describe_searched(map->l_name, &object);
	object.namespace = namespace;
	/* It is mapped; if its file is gone, nothing tells where it came from. */
	if (object.verdict == VERDICT_ABSENT)
		object.verdict = VERDICT_OUTSIDE;
	return object;
}

EXPORTED unsigned int la_objopen(struct link_map *map, Lmid_t namespace, uintptr_t *cookie)
{
	struct object object = describe(map, namespace);

	*cookie = (uintptr_t)map;
	if (start.rules.mode == MODE_RECORD) {
		identify(&object);
		report_object(&object);
	}
	if (object.verdict != VERDICT_OUTSIDE || start.rules.mode == MODE_RECORD)
		return 0;
	if (start.rules.mode == MODE_WARN) {
		report_finding("uses", &object);
		return 0;
	}
	/* It is mapped but none of its code has run: let the dlopen fail at what it needs. */
	if (!program_started || !need_instead(map, impossible_name(&object)))
		refuse_to_run("cannot keep out", &object);
	report_finding("refused", &object);
	return 0;
}

EXPORTED void la_preinit(uintptr_t *cookie)
{
	(void)cookie;
	program_started = true;
}

/* Auditors of LD_AUDIT are mapped unseen: ld.so calls no auditor about another. */
static void judge_other_auditors(const char *list)
{
	char *name = search.asked;

	while (*list != '\0') {
		struct object object;
		size_t used = 0;
		for (; *list != '\0' && *list != ':'; list++)
			if (used + 1 < PATH_ROOM)
				name[used++] = *list;
		name[used] = '\0';
		if (*list == ':')
			list++;
		judge_file(&start, name, true, &object);
		object.asked = name;
		object.requester = "LD_AUDIT";
		object.place = "name";
		if (object.verdict == VERDICT_OUTSIDE && start.rules.mode == MODE_WARN)
			report_finding("uses", &object);
		if (object.verdict == VERDICT_OUTSIDE && start.rules.mode == MODE_ENFORCE)
			refuse_to_run("cannot keep out", &object);
	}
}

static void choose_mode(void)
{
	struct setting setting = {.mode = start.rules.mode, .destination = ""};
	const char *fault = NULL;

	if (start.setting != NULL && start.setting[0] != '\0' &&
	    !read_setting(start.setting, &setting))
		fail("DYNPK_AUDIT is none of off, warn, enforce, record", start.setting);
	start.rules.mode = setting.mode;
	if (setting.destination[0] != '\0' || setting.mode == MODE_RECORD)
		fault = open_sink(setting.destination);
	else if (setting.mode == MODE_WARN)
		/* Without a standard error stream there is nobody to warn. */
		open_sink("2");
	if (fault != NULL)
		fail("DYNPK_AUDIT cannot write its report", fault);
}

/* The interface this was built for, or the older one of the loader: later ones are a promise. */
EXPORTED unsigned int la_version(unsigned int offered)
{
	const char *fault = learn(&start);

	bool off = start.setting != NULL && text_equal(start.setting, "off");

	if (off)
		return 0;
	if (fault != NULL)
		fail("the audit stub cannot tell what belongs to the bundle", fault);
	choose_mode();
	if (start.rules.mode == MODE_OFF)
		return 0;
	loader_code = __builtin_return_address(0);
	if (start.rules.mode == MODE_RECORD)
		learn_mapped_files(&start, loader_code);
	if (start.other_auditors != NULL)
		judge_other_auditors(start.other_auditors);
	return offered < LAV_CURRENT ? offered : LAV_CURRENT;
}
