/*
 * The working directory as the program sees it, remembered so that relative paths cost nothing.
 *
 * A child made by vfork shares this memory and has a directory of its own, as does any process
 * that the C library did not fork: only the process that is known as the owner writes here, and
 * once another has changed its directory, everybody asks whether it is the owner first.
 */
#include "working-directory.h"
#include "base/directory.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/text.h"
#include "base/variables.h"
#include "known-names.h"
#include "sandbox.h"
#include "symbols.h"
#include "view.h"

enum { SNAPSHOTS = 8 };

/* A reader may still look at an old one while a thread changes the directory. */
static struct base snapshots[SNAPSHOTS];
static unsigned next_snapshot;
static struct base *current;
/* 0 before there is one. */
static long owner;
static int has_strangers;
/* Threads of the owner are strangers too. */
static int has_threads_apart;

extern char **environ __attribute__((weak, visibility("default")));

/* Whoever went to the bundle's tree by its own name means that one. */
static bool was_meant(const struct view *view)
{
	for (char **entry = &environ == NULL ? NULL : environ; entry && *entry; entry++) {
		const char *value = value_of(*entry, "PWD");

		if (value != NULL)
			return seen_path(view, value) != value;
	}
	return false;
}

static bool fill(const struct view *view, struct base *base, bool is_meant)
{
	const long length = is_in_sandbox() ? -ENOSYS : sys_getcwd(base->path, PATH_MAX);
	const char *seen;

	/* "(unreachable)" where it lies outside the root. */
	if (failed(length) || base->path[0] != '/')
		return false;
	seen = seen_path(view, base->path);
	base->is_meant = seen != base->path && is_meant;
	base->is_bundled = seen != base->path && !is_meant;
	if (base->is_bundled)
		memmove(base->path, seen, text_length(seen) + 1);
	base->length = text_length(base->path);
	base->node = NO_NODE;
	if (base->is_bundled || seen == base->path) {
		bool is_whole;

		base->node = locate(view, base->path, &is_whole, &base->hash);
	} else {
		base->hash = seed_of(NO_NODE);
	}
	return true;
}

bool is_owner(void)
{
	return is_in_sandbox() || owner == sys_getpid();
}

static void publish(const struct view *view, bool is_meant)
{
	struct base *base =
		&snapshots[__atomic_fetch_add(&next_snapshot, 1, __ATOMIC_RELAXED) % SNAPSHOTS];

	if (!fill(view, base, is_meant))
		base = NULL;
	__atomic_store_n(&current, base, __ATOMIC_RELEASE);
}

bool read_working_directory(const struct view *view, const struct base **base, struct base *space)
{
	const struct base *now = __atomic_load_n(&current, __ATOMIC_ACQUIRE);

	/* Where only starting programs is the shim's business, nobody tells of changes. */
	if (__builtin_expect(has_strangers || !view->shows_paths, 0) &&
	    (!view->shows_paths || has_threads_apart || !is_owner())) {
		*base = space;
		return space != NULL && fill(view, space, false);
	}
	if (__builtin_expect(now == NULL, 0)) {
		own_working_directory();
		publish(view, was_meant(view));
		now = __atomic_load_n(&current, __ATOMIC_ACQUIRE);
	}
	*base = now;
	return now != NULL;
}

void note_working_directory(const char *path)
{
	const struct view *now = view();
	const struct base *before = __atomic_load_n(&current, __ATOMIC_ACQUIRE);
	bool is_meant = before != NULL && before->is_meant;

	if (now == NULL)
		return;
	if (path != NULL && *path == '/')
		is_meant = seen_path(now, path) != path;
	own_working_directory();
	if (is_owner())
		publish(now, is_meant);
	else
		__atomic_store_n(&has_strangers, 1, __ATOMIC_RELAXED);
}

void own_working_directory(void)
{
	if (owner == 0)
		owner = sys_getpid();
}

void distrust_working_directory(void)
{
	__atomic_store_n(&has_threads_apart, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&has_strangers, 1, __ATOMIC_RELAXED);
}

/* In a child that has memory of its own. */
static int own(int child)
{
	if (child == 0 && owner != 0)
		owner = sys_getpid();
	return child;
}

INTERPOSE(int, fork, void);
INTERPOSE(int, _Fork, void);
INTERPOSE(int, forkpty, int *fd, char *name, const void *settings, const void *size);
INTERPOSE(int, daemon, int keeps_directory, int keeps_streams);

int fork(void)
{
	return own(REAL(fork)());
}

EXPORT int __fork(void) __attribute__((alias("fork")));

int _Fork(void)
{
	return own(REAL(_Fork)());
}

int forkpty(int *fd, char *name, const void *settings, const void *size)
{
	return own(REAL(forkpty)(fd, name, settings, size));
}

int daemon(int keeps_directory, int keeps_streams)
{
	const int result = REAL(daemon)(keeps_directory, keeps_streams);

	own(result);
	if (result == 0 && keeps_directory == 0)
		note_working_directory("/");
	return result;
}
