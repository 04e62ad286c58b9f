/*
 * The rtld-audit object: it watches where every object of a packed program comes from, and in
 * `enforce` keeps out what is neither of the bundle nor covered by a rule.
 *
 * Here it is set up; search.c and opened.c are what ld.so asks from then on. Symbol bindings are
 * not asked for, so calls cost nothing. Authority: rtld-audit(7), glibc elf/dl-audit.c and
 * elf/dl-load.c.
 */
#define _GNU_SOURCE
#include "base/text.h"
#include "origin.h"
#include "watch.h"

HOT struct watch watch;
HOT struct landmark landmark;
struct rooms rooms;

/* While nothing but the loader runs, directories stay what they were a moment ago. */
void judge(const char *opened, struct object *object)
{
	judge_file(&watch.start, &rooms.origin, opened, watch.program_started ? NULL : &landmark,
		   object);
}

EXPORTED void la_preinit(uintptr_t *cookie)
{
	(void)cookie;
	watch.program_started = true;
}

/* Auditors of LD_AUDIT are mapped unseen: ld.so calls no auditor about another. */
static void judge_other_auditors(const char *list)
{
	char *name = search.asked;

	while (*list != '\0') {
		struct object object;
		size_t used = 0;
		for (; *list != '\0' && *list != ':'; list++) {
			if (used + 1 < PATH_MAX)
				name[used++] = *list;
		}
		name[used] = '\0';
		if (*list == ':')
			list++;
		judge(name, &object);
		object.asked = name;
		object.requester = "LD_AUDIT";
		object.place = "name";
		if (object.verdict == VERDICT_OUTSIDE && watch.start.rules.mode == MODE_WARN)
			report_finding(&rooms.line, "uses", &object);
		if (object.verdict == VERDICT_OUTSIDE && watch.start.rules.mode == MODE_ENFORCE)
			refuse_to_run(&rooms.line, "cannot keep out", &object);
	}
}

static void choose_mode(void)
{
	struct setting setting = { .mode = watch.start.rules.mode, .destination = "" };
	const char *fault = NULL;

	if (watch.start.setting != NULL && watch.start.setting[0] != '\0' &&
	    !read_setting(watch.start.setting, &setting))
		fail(&rooms.line, "DYNPK_AUDIT is none of off, warn, enforce, record",
		     watch.start.setting);
	watch.start.rules.mode = setting.mode;
	if (setting.destination[0] != '\0' || setting.mode == MODE_RECORD)
		fault = open_sink(setting.destination);
	else if (setting.mode == MODE_WARN)
		/* Without a standard error stream there is nobody to warn. */
		open_sink("2");
	if (fault != NULL)
		fail(&rooms.line, "DYNPK_AUDIT cannot write its report", fault);
}

/* The interface this was built for, or the older one of the loader: later ones are a promise. */
EXPORTED unsigned int la_version(unsigned int offered)
{
	const char *fault = learn(&watch.start);

	bool off = watch.start.setting != NULL && text_equal(watch.start.setting, "off");

	if (off)
		return 0;
	if (fault != NULL)
		fail(&rooms.line, "the audit stub cannot tell what belongs to the bundle", fault);
	choose_mode();
	if (watch.start.rules.mode == MODE_OFF)
		return 0;
	watch.loader_code = __builtin_return_address(0);
	if (watch.start.rules.mode == MODE_RECORD)
		learn_mapped_files(&watch.start, watch.loader_code);
	if (watch.start.other_auditors != NULL)
		judge_other_auditors(watch.start.other_auditors);
	return offered < LAV_CURRENT ? offered : LAV_CURRENT;
}
