/*
 * Objects, where the loader has no auditors. What is loaded before the program starts is looked at
 * then, a name that is given to dlopen() before the loader has it, and what came with it
 * afterwards.
 *
 * The loader is a copy that finds nothing by itself (decision 0011): what is left are names with a
 * slash, and of these all are seen but those that the C library or a namespace of dlmopen opens.
 */
#include "audit-work.h"
#include "base/memory.h"
#include "base/text.h"
#include "symbols.h"

#include <link.h>

typedef int object_visitor(struct dl_phdr_info *object, size_t size, void *context);
BORROW(int, dl_iterate_phdr, object_visitor *visit, void *context);

/* What has no path is the program itself, or the kernel's. */
static bool has_path(const char *name)
{
	return name != NULL && text_contains_any(name, "/");
}

/* The loader's own, which glibc defines in the loader and musl nowhere else either. */
extern struct r_debug _r_debug __attribute__((weak, visibility("default")));

static bool has_address(const struct dl_phdr_info *info, uintptr_t address)
{
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD &&
		    address - (info->dlpi_addr + segment->p_vaddr) < segment->p_memsz)
			return true;
	}
	return false;
}

static void tell_object(struct work *work, struct object *object, bool is_news)
{
	const enum mode mode = audit.start.rules.mode;

	if (mode == MODE_RECORD && is_news) {
		identify(object);
		report_object(&work->line, object);
	} else if (mode == MODE_WARN && is_news && object->verdict == VERDICT_OUTSIDE) {
		report_finding(&work->line, "uses", object);
	}
}

static int look_at_object(struct dl_phdr_info *info, size_t size, void *context)
{
	struct work *work = context;
	struct object object;

	(void)size;
	/* The launcher has mapped the loader, whose name is the one that the program asks for. */
	if (!has_path(info->dlpi_name) || has_address(info, (uintptr_t)&_r_debug))
		return 0;
	judge_file(&audit.start, &work->origin, info->dlpi_name, NULL, &object);
	/* It is mapped; if its file is gone, nothing tells where it came from. */
	if (object.verdict == VERDICT_ABSENT)
		object.verdict = VERDICT_OUTSIDE;
	object.asked = object.opened;
	if (!audit.has_started && object.verdict == VERDICT_OUTSIDE &&
	    audit.start.rules.mode == MODE_ENFORCE)
		refuse_to_run(&work->line, "cannot keep out", &object);
	tell_object(work, &object, is_news('o', object.resolved));
	return 0;
}

static void look_at_objects(struct work *work)
{
	BORROWED(dl_iterate_phdr)(look_at_object, work);
}

void audit_first_objects(struct work *work)
{
	look_at_objects(work);
	audit.has_started = true;
}

__attribute__((destructor)) static void audit_last_objects(void)
{
	struct work *work = is_audited && audit.by_preload ? take_work() : NULL;

	if (work == NULL)
		return;
	look_at_objects(work);
	drop_work(work);
}

struct caller {
	uintptr_t address;
	const char *name;
};

static int look_for_caller(struct dl_phdr_info *info, size_t size, void *context)
{
	struct caller *caller = context;

	(void)size;
	if (!has_address(info, caller->address))
		return 0;
	caller->name = info->dlpi_name;
	return 1;
}

/* Who called, by the name that the loader knows it by. */
static const char *name_caller(struct work *work, const void *address)
{
	struct caller caller = { .address = (uintptr_t)address };

	BORROWED(dl_iterate_phdr)(look_for_caller, &caller);
	return has_path(caller.name) ? caller.name : own_program(work);
}

/* What `name` is to the loader: its token stands for the caller's directory. */
static const char *expand_origin(struct work *work, const char *name, const char *caller)
{
	const char *rest = text_behind(name, "$ORIGIN/");
	size_t length = text_length(caller);

	rest = rest == NULL ? text_behind(name, "${ORIGIN}/") : rest;
	while (length > 0 && caller[length - 1] != '/')
		length--;
	if (rest == NULL || length + text_length(rest) >= PATH_MAX)
		return name;
	memcpy(work->found, caller, length);
	text_append(work->found + length, rest);
	return work->found;
}

static bool is_refused(struct work *work, const char *path, const void *address)
{
	const char *caller = name_caller(work, address);
	const char *name = expand_origin(work, path, caller);
	const bool enforces = audit.start.rules.mode == MODE_ENFORCE;
	struct object object;

	judge_file(&audit.start, &work->origin, name, NULL, &object);
	object.asked = path;
	object.requester = caller;
	object.place = "name";
	if (object.verdict != VERDICT_OUTSIDE)
		return false;
	if (!enforces) {
		tell_object(work, &object, is_news('o', object.resolved));
		return false;
	}
	if (audit.is_read)
		report_finding(&work->line, "refused", &object);
	impossible_name(work->name, &object);
	return true;
}

const char *audit_object(const char *path, const void *caller, char *(*room)(void))
{
	struct work *work = is_audited && audit.by_preload ? take_work() : NULL;
	const char *answer = path;

	if (work == NULL)
		return path;
	look_at_objects(work);
	if (has_path(path) && is_refused(work, path, caller)) {
		char *name = room();

		memcpy(name, work->name, text_length(work->name) + 1);
		answer = name;
	}
	drop_work(work);
	return answer;
}
