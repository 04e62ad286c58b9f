#include "base/directory.h"
#include "base/fail.h"
#include "base/file-status.h"
#include "base/process.h"
#include "base/text.h"
#include "errands.h"
#include "random.h"
#include "remove-tree.h"
#include "unpack.h"

struct target {
	/* The directory that it is to lie in. */
	int parent;
	const char *called;
	char name[NAME_MAX + 1];
	/* What it is called until it is whole. */
	char made[RANDOM_SIZE + 16];
};

/* Open what the last component lies in. */
static void find_parent(struct target *target, const char *directory)
{
	char path[PATH_MAX];
	size_t length = text_length(directory);
	size_t start;
	long parent;

	while (length > 1 && directory[length - 1] == '/')
		length--;
	start = length;
	while (start > 0 && directory[start - 1] != '/')
		start--;
	if (length - start > NAME_MAX || start + 2 > sizeof(path))
		FAIL(EXIT_LAUNCHER, "cannot unpack to ", directory, ": its name is too long");
	for (size_t i = start; i < length; i++)
		target->name[i - start] = directory[i];
	target->name[length - start] = '\0';
	for (size_t i = 0; i < start; i++)
		path[i] = directory[i];
	path[start] = '\0';
	parent = sys_open(start == 0 ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (failed(parent))
		FAIL(EXIT_LAUNCHER, "cannot open the directory of ", directory, reason_of(parent));
	if (file_status_at((int)parent, target->name, AT_SYMLINK_NOFOLLOW).mode != 0)
		FAIL(EXIT_LAUNCHER, "cannot unpack to ", directory, ": it is there already");
	target->parent = (int)parent;
	target->called = directory;
}

static bool put_on_disk(struct unpacking *unpacking)
{
	const long result = sys_syncfs(unpacking->top);

	if (result == -ENOSYS)
		sys_sync();
	else if (failed(result))
		return tell_trouble(unpacking, TROUBLE_OF_SYSTEM, result, 0);
	return true;
}

/* A directory takes the place of an empty one, and of nothing else. */
static long give_name(const struct target *target)
{
	long result = sys_mkdirat(target->parent, target->name, 0700);

	if (failed(result))
		return result;
	result = sys_renameat(target->parent, target->made, target->parent, target->name);
	if (failed(result))
		sys_unlinkat(target->parent, target->name, AT_REMOVEDIR);
	return result;
}

/* What happened, as the result of a call; 0: all is there. */
static long unpack_to(const struct target *target, struct unpacking *unpacking,
		      struct children *children)
{
	const struct trouble *trouble = &unpacking->shared->trouble;

	if (!unpack_tree(unpacking, children))
		return trouble->kind == TROUBLE_OF_SYSTEM ? trouble->result : -EINTR;
	return is_interrupted(children) ? -EINTR : give_name(target);
}

_Noreturn void extract(struct source *source, const char *directory)
{
	struct unpacking unpacking = { .source = source,
				       .index = &source->index,
				       .finish = put_on_disk };
	struct target target = { .made = ".dynpk-" };
	struct held held;
	struct children children = { .held = &held };
	const char *wrong = open_source(source);
	long result;

	if (wrong != NULL)
		FAIL(EXIT_LAUNCHER, source_name(source->start), " ", wrong);
	find_parent(&target, directory);
	random_name(source->start, target.made + text_length(target.made));
	if (!prepare_unpacking(&unpacking))
		FAIL(EXIT_LAUNCHER, "cannot unpack to ", directory, reason_of(-ENOMEM));
	held = hold_signals();
	result = sys_mkdirat(target.parent, target.made, 0700);
	if (!failed(result))
		result = sys_openat(target.parent, target.made,
				    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (!failed(result)) {
		unpacking.top = (int)result;
		result = unpack_to(&target, &unpacking, &children);
	}
	if (!failed(result))
		sys_exit_group(0);
	remove_tree(target.parent, target.made);
	if (is_interrupted(&children))
		die_by(&held, children.interrupted);
	if (unpacking.shared->trouble.kind == TROUBLE_OF_FRAME)
		FAIL(EXIT_LAUNCHER, source_name(source->start), " is damaged: copy it again");
	FAIL(EXIT_LAUNCHER, "cannot unpack to ", directory, reason_of(result));
}
