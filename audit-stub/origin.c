#include "origin.h"
#include "syscalls.h"
#include "text.h"

#include <link.h>

static bool make_absolute(const char *name, char *path)
{
	struct text text = {.bytes = path, .room = PATH_ROOM - 1};
	if (name[0] != '/') {
		/* A directory out of reach is given as `(unreachable)/…`. */
		if (sys_getcwd(path, PATH_ROOM) <= 0 || path[0] != '/')
			return false;
		text.used = text_length(path);
		text_add(&text, "/");
	}
	text_add(&text, name);
	path[text.used] = '\0';
	return !text.cut;
}

/*
 * By name, or else by the directories above it: a bundle that was moved while it runs, or that is
 * mounted twice, is still the same directory.
 */
static bool in_bundle(const struct start *start, const char *path)
{
	static char above[PATH_ROOM];
	struct stat facts;

	if (path_within(path, start->top))
		return true;
	text_copy(above, sizeof above, path);
	for (size_t at = text_length(above); at-- > 1;) {
		if (above[at] != '/')
			continue;
		above[at] = '\0';
		if (sys_stat(above, &facts) == 0 && facts.st_dev == start->top_device &&
		    facts.st_ino == start->top_inode)
			return true;
	}
	return false;
}

/* A file that no path leads to (deleted, memfd, of another root) is not where its name says. */
static bool is_there(const char *path, const struct stat *expected)
{
	struct stat facts;
	return sys_stat(path, &facts) == 0 && facts.st_dev == expected->st_dev &&
	       facts.st_ino == expected->st_ino;
}

void judge_file(const struct start *start, const char *opened, struct object *object)
{
	static char absolute[PATH_ROOM];
	static struct resolved_path resolved;
	const struct rules *rules = &start->rules;
	struct stat facts;

	object->opened = object->resolved = opened;
	object->verdict = VERDICT_ABSENT;
	object->pattern = NULL;
	object->device = object->inode = 0;
	if (sys_stat(opened, &facts) != 0)
		return;
	object->device = facts.st_dev;
	object->inode = facts.st_ino;
	object->verdict = VERDICT_OUTSIDE;
	if (!make_absolute(opened, absolute))
		return;
	if (!resolve_path(absolute, &resolved, sys_readlink)) {
		/* It can be opened and leads nowhere: /proc/self/fd/N. What the kernel calls it,
		 * helps. */
		long length = sys_readlink(absolute, resolved.bytes, PATH_ROOM - 1);
		if (length <= 0)
			return;
		resolved.bytes[length] = '\0';
		object->resolved = resolved.bytes;
		return;
	}
	object->resolved = resolved.bytes;
	if (resolved.linked && !is_there(resolved.bytes, &facts))
		return;
	if (in_bundle(start, resolved.bytes)) {
		object->verdict = VERDICT_BUNDLE;
		return;
	}
	object->pattern = covering_pattern(rules->host_provided, rules->host_provided_count,
					   absolute, resolved.bytes);
	if (object->pattern != NULL) {
		object->verdict = VERDICT_HOST_PROVIDED;
		return;
	}
	object->pattern =
		covering_pattern(rules->allowed, rules->allowed_count, absolute, resolved.bytes);
	if (object->pattern != NULL)
		object->verdict = VERDICT_ALLOWED;
}

bool loadable(const struct start *start, const char *path)
{
	const ElfW(Ehdr) *own = (const void *)start->vdso;
	ElfW(Ehdr) header;
	long got;
	long descriptor = sys_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);

	if (descriptor < 0)
		return false;
	got = sys_read(descriptor, &header, sizeof header);
	sys_close(descriptor);
	/* What is no ELF file at all stops the loader dead: that is for it to say, or to refuse. */
	if (got != sizeof header || header.e_ident[EI_MAG0] != ELFMAG0 || own == NULL)
		return true;
	return header.e_ident[EI_CLASS] == own->e_ident[EI_CLASS] &&
	       header.e_machine == own->e_machine;
}

bool bundle_has(const struct start *start, const char *name)
{
	static char path[PATH_ROOM];
	struct stat facts;

	for (size_t at = 0; at < start->rules.library_path_count; at++) {
		struct text text = {.bytes = path, .room = sizeof path - 1};
		text_add(&text, start->top);
		text_add(&text, "/");
		text_add(&text, start->rules.library_path[at]);
		text_add(&text, "/");
		text_add(&text, name);
		path[text.used] = '\0';
		if (!text.cut && sys_stat(path, &facts) == 0)
			return true;
	}
	return false;
}
