#include "origin.h"
#include "base/directory.h"
#include "base/file-status.h"
#include "base/text.h"
#include "bounded-text.h"
#include "hot.h"
#include "resolve.h"

#include <link.h>

static bool make_absolute(const char *name, char *path)
{
	struct text text = { .bytes = path, .room = PATH_MAX - 1 };
	if (name[0] != '/') {
		/* A directory out of reach is given as `(unreachable)/…`. */
		if (sys_getcwd(path, PATH_MAX) <= 0 || path[0] != '/')
			return false;
		text.used = text_length(path);
		text_add(&text, "/");
	}
	text_add(&text, name);
	path[text.used] = '\0';
	return !text.cut;
}

/* Whether it is the bundle's own file at the path that it came from, where a namespace shows it. */
static bool is_shown(const struct start *start, const char *path, char *place)
{
	struct text text = { .bytes = place, .room = PATH_MAX - 1 };
	struct file_status own, shown;

	text_add(&text, start->top);
	text_add(&text, "/root");
	text_add(&text, path);
	place[text.used] = '\0';
	if (text.cut)
		return false;
	own = file_status_at(AT_FDCWD, place, 0);
	if (own.mode == 0)
		return false;
	shown = file_status_at(AT_FDCWD, path, 0);
	return is_same_in_layers(&own, &shown);
}

/*
 * By name, or else by the directories above it: a bundle that was moved while it runs, or that is
 * mounted twice, is still the same directory.
 */
static bool in_bundle(const struct start *start, const char *path, char *above)
{
	if (path_within(path, start->top) || is_shown(start, path, above))
		return true;
	text_copy(above, PATH_MAX, path);
	for (size_t at = text_length(above); at-- > 1;) {
		struct file_status directory;
		if (above[at] != '/')
			continue;
		above[at] = '\0';
		directory = file_status_at(AT_FDCWD, above, 0);
		if (directory.mode != 0 && directory.device == start->top_device &&
		    directory.inode == start->top_inode)
			return true;
	}
	return false;
}

/* A file that no path leads to (deleted, memfd, of another root) is not where its name says. */
static bool is_there(const char *path, const char *opened)
{
	const struct file_status there = file_status_at(AT_FDCWD, path, 0);
	const struct file_status file = file_status_at(AT_FDCWD, opened, 0);
	return is_same_file(&there, &file);
}

/* It can be opened and yet leads nowhere: /proc/self/fd/N. What the kernel calls it, helps. */
static void judge_nameless(const char *absolute, struct resolved_path *resolved,
			   struct object *object)
{
	long length;

	if (file_status_at(AT_FDCWD, absolute, 0).mode == 0)
		return;
	object->verdict = VERDICT_OUTSIDE;
	/* Not into `bytes`: the next path may be resolved from there. */
	length = sys_readlink(absolute, resolved->link, PATH_MAX - 1);
	if (length <= 0)
		return;
	resolved->link[length] = '\0';
	object->resolved = resolved->link;
}

static long no_link(const char *path, char *to, size_t room)
{
	(void)path, (void)to, (void)room;
	return -EINVAL;
}

/*
 * In `/opt/site/../../lib/libz.so` a pattern would take `..` for a name. So dots and doubled
 * slashes are taken out; where that leads to another file, the resolved path alone counts.
 */
static const char *plain_name(const char *opened, const char *resolved, struct resolved_path *plain)
{
	if (!resolve_path(opened, plain, no_link) || text_equal(plain->bytes, opened))
		return opened;
	return is_there(plain->bytes, opened) ? plain->bytes : resolved;
}

static void judge_resolved(const struct start *start, struct origin_room *room, const char *opened,
			   struct object *object)
{
	object->verdict = VERDICT_BUNDLE;
	if (in_bundle(start, object->resolved, room->above))
		return;
	object->verdict = judge_path(&start->rules, start->top,
				     plain_name(opened, object->resolved, &room->plain),
				     object->resolved, &object->pattern);
}

void judge_file(const struct start *start, struct origin_room *room, const char *opened,
		struct landmark *near, struct object *object)
{
	struct resolved_path *resolved = &room->resolved;
	const char *absolute = opened[0] == '/' ? opened : room->absolute;
	bool found;

	*object = (struct object){ .opened = opened, .resolved = opened };
	object->verdict = VERDICT_OUTSIDE;
	if (opened[0] != '/' && !make_absolute(opened, room->absolute))
		return;
	/* While nothing but the loader runs, directories stay what they were a moment ago. */
	found = near != NULL ? resolve_near(absolute, start->top, near, resolved, sys_readlink)
			     : resolve_path(absolute, resolved, sys_readlink);
	if (!found) {
		object->verdict = VERDICT_ABSENT;
		if (resolved->linked)
			judge_nameless(absolute, resolved, object);
		return;
	}
	object->resolved = resolved->bytes;
	if (!resolved->linked || is_there(resolved->bytes, opened))
		judge_resolved(start, room, absolute, object);
}

void judge_real_path(const struct start *start, struct origin_room *room, const char *path,
		     struct object *object)
{
	*object = (struct object){ .opened = path, .resolved = path };
	judge_resolved(start, room, path, object);
}

void identify(struct object *object)
{
	const struct file_status file = file_status_at(AT_FDCWD, object->opened, 0);
	object->device = file.device;
	object->inode = file.inode;
}

bool loadable(const struct start *start, const char *path)
{
	const ElfW(Ehdr) *own = (const void *)start->vdso;
	ElfW(Ehdr) header;
	long got;
	long descriptor = sys_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (descriptor < 0)
		return false;
	got = sys_read((int)descriptor, &header, sizeof(header));
	sys_close((int)descriptor);
	/* What is no ELF file at all stops the loader dead: that is for it to say, or to refuse. */
	if (got != sizeof(header) || header.e_ident[EI_MAG0] != ELFMAG0 || own == NULL)
		return true;
	return header.e_ident[EI_CLASS] == own->e_ident[EI_CLASS] &&
	       header.e_machine == own->e_machine;
}

bool bundle_has(const struct start *start, const char *name)
{
	static char path[PATH_MAX];
	static struct resolved_path real;
	const char *directory = NULL;

	while ((directory = next_value(&start->rules, RULE_LIBRARY_PATH, directory)) != NULL) {
		struct text text = { .bytes = path, .room = sizeof(path) - 1 };
		text_add(&text, start->top);
		text_add(&text, "/");
		text_add(&text, directory);
		text_add(&text, "/");
		text_add(&text, name);
		path[text.used] = '\0';
		/* A link that leads out of the bundle is nothing the bundle has. */
		if (!text.cut && resolve_path(path, &real, sys_readlink) &&
		    path_within(real.bytes, start->top))
			return true;
	}
	return false;
}
