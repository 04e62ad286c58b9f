/*
 * la_objopen: each object, when it is mapped and before any of its code runs. The second line of
 * defence, and the one that reports.
 */
#define _GNU_SOURCE
#include "base/text.h"
#include "bounded-text.h"
#include "dynamic.h"
#include "origin.h"
#include "watch.h"

/* The vDSO is a few pages; what the kernel maps beside it is no object. */
enum { VDSO_SIZE = 0x10000 };

static bool is_vdso(const struct link_map *map)
{
	return watch.start.vdso != 0 && (unsigned long)map->l_ld - watch.start.vdso < VDSO_SIZE;
}

/* A launcher has mapped the program that lies beside it: the kernel tells where that is. */
static void describe_program(struct object *object)
{
	const char *program = watch.start.program;

	watch.program_seen = true;
	if (watch.start.launcher != NULL)
		judge_real_path(&watch.start, &rooms.origin, watch.start.launcher, object);
	else
		judge(program, object);
	object->asked = object->opened = program;
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
	if (namespace == LM_ID_BASE && !watch.program_seen) {
		describe_program(object);
		return true;
	}
	if (watch.loader_map == NULL)
		watch.loader_map = map;
	if (map != watch.loader_map && map->l_addr != watch.loader_map->l_addr)
		return false;
	object->verdict = VERDICT_BUNDLE;
	if (watch.start.loader != NULL) {
		judge_real_path(&watch.start, &rooms.origin, watch.start.loader, object);
		object->asked = watch.start.loader;
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
		judge(name, object);
	if (!expected && search.asked[0] != '$') {
		/* dlmopen of a name with a slash: no la_objsearch, and the caller is not told. */
		text_copy(search.asked, PATH_MAX, name);
		search.requester = NULL;
		search.place = "dlmopen";
	}
	complete(object);
	search.opened = NULL;
}

static struct object describe(const struct link_map *map, Lmid_t namespace)
{
	struct object object = { .asked = map->l_name, .opened = map->l_name };

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
	if (watch.start.rules.mode == MODE_RECORD) {
		identify(&object);
		report_object(&rooms.line, &object);
	}
	if (object.verdict != VERDICT_OUTSIDE || watch.start.rules.mode == MODE_RECORD)
		return 0;
	if (watch.start.rules.mode == MODE_WARN) {
		report_finding(&rooms.line, "uses", &object);
		return 0;
	}
	/* It is mapped but none of its code has run: let the dlopen fail at what it needs. */
	if (!watch.program_started || !need_instead(map, impossible_name(rooms.name, &object)))
		refuse_to_run(&rooms.line, "cannot keep out", &object);
	report_finding(&rooms.line, "refused", &object);
	return 0;
}
