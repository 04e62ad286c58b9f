/*
 * The runner's units around the election, as small as can be: a tree of two files, whose state is
 * an empty file. elect.c, lock.c, publish.c, entry.c and remove-tree.c are the runner's own.
 */
#include <string.h>

#include "base/clock.h"
#include "base/directory.h"
#include "base/file-status.h"
#include "model.h"
#include "run/elect.h"
#include "run/explain.h"
#include "run/head.h"
#include "run/sound.h"
#include "run/state.h"
#include "run/unpack.h"

const char entry_id[] = "e";
bool explains;
struct run_head run_head;

static const char *const tree[] = { "a", "b" };
enum { TREE_SIZE = sizeof(tree) / sizeof(*tree) };

enum runner_state obtain(void)
{
	const struct cache cache = { .runs = RUNS_DESCRIPTOR, .path = "runs", .id = "e" };
	struct source source = { 0 };
	struct obtaining obtaining = { .cache = &cache, .source = &source };

	return find_entry(&obtaining) == OBTAINED || obtain_entry(&obtaining) == OBTAINED
		       ? OBTAINED_ENTRY
		       : FOUND_NO_WAY;
}

bool is_entry_whole(void)
{
	const int entry = find_file(RUNS, entry_id);

	for (int i = 0; i < TREE_SIZE; i++) {
		if (entry >= 0 && find_file(entry, tree[i]) < 0)
			return false;
	}
	return true;
}

static bool has_tree(int top)
{
	bool has = true;

	for (int i = 0; i < TREE_SIZE; i++)
		has = has && file_status_at(top, tree[i], AT_SYMLINK_NOFOLLOW).mode != 0;
	return has;
}

static long open_entry(const struct cache *cache)
{
	return sys_openat(cache->runs, cache->id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* A tree that lacks a file has a directory that changed. */
enum soundness look_at_entry(const struct cache *cache)
{
	const long top = open_entry(cache);
	char name[ENTRY_NAME_SIZE];
	bool is_sound;

	if (failed(top))
		return ENTRY_ABSENT;
	state_name(cache, file_status_of_open((int)top).inode, name);
	is_sound = file_status_at(cache->runs, name, AT_SYMLINK_NOFOLLOW).mode != 0 &&
		   has_tree((int)top);
	sys_close((int)top);
	return is_sound ? ENTRY_SOUND : ENTRY_CHANGED;
}

bool holds_all(const struct cache *cache, const struct index *index)
{
	const long top = open_entry(cache);
	bool holds;

	(void)index;
	if (failed(top))
		return false;
	holds = has_tree((int)top);
	sys_close((int)top);
	return holds;
}

long write_state(const struct cache *cache, const struct start *start, const struct index *index,
		 int top)
{
	char name[ENTRY_NAME_SIZE], made[ENTRY_NAME_SIZE];
	long fd, result;

	(void)index;
	new_name_beside(cache, start, ".gone-", made);
	state_name(cache, file_status_of_open(top).inode, name);
	fd = create_file(cache->runs, made, 0600);
	if (failed(fd))
		return fd;
	sys_close((int)fd);
	result = sys_renameat(cache->runs, made, cache->runs, name);
	if (failed(result))
		sys_unlinkat(cache->runs, made, 0);
	return result;
}

const char *open_source(struct source *source)
{
	source->is_open = true;
	return NULL;
}

bool prepare_unpacking(struct unpacking *unpacking)
{
	unpacking->shared = (void *)world.runners[current].shared;
	_Static_assert(sizeof(struct shared) <= sizeof(world.runners[0].shared),
		       "there is no room");
	*unpacking->shared = (struct shared){ 0 };
	return true;
}

bool tell_trouble(struct unpacking *unpacking, int kind, long result, uint32_t number)
{
	unpacking->shared->trouble.kind = kind;
	unpacking->shared->trouble.result = result;
	unpacking->shared->trouble.number = number;
	return false;
}

bool unpack_tree(struct unpacking *unpacking, struct children *children)
{
	world.unpackings++;
	for (int i = 0; i < TREE_SIZE; i++) {
		const long fd = create_file(unpacking->top, tree[i], 0600);

		if (failed(fd))
			return tell_trouble(unpacking, TROUBLE_OF_SYSTEM, fd, 0);
		sys_close((int)fd);
		if (is_interrupted(children))
			return false;
		children->beat(children->beat_argument);
	}
	return unpacking->finish(unpacking);
}

/* Nothing of the election depends on it. */
bool open_store(struct store *store, const struct cache *cache, const struct index *index)
{
	(void)store;
	(void)cache;
	(void)index;
	return false;
}

void close_store(const struct store *store)
{
	(void)store;
}

void sweep_store(const struct cache *cache)
{
	(void)cache;
}

struct held hold_signals(void)
{
	return (struct held){ 0 };
}

void end_holding(const struct held *held)
{
	(void)held;
}

bool is_interrupted(struct children *children)
{
	if (children->interrupted == 0 && model_chance(CHANCE_OF_SIGNAL))
		children->interrupted = 15;
	return children->interrupted != 0;
}

_Noreturn void die_by(const struct held *held, int signal)
{
	(void)held;
	(void)signal;
	end_runner(ENDED_BY_SIGNAL);
}

/* In the order in which a runner asks. */
void random_name(const struct start *start, char name[RANDOM_SIZE])
{
	(void)start;
	strcpy(name, "r00");
	name[0] = (char)('A' + current);
	name[1] = (char)('0' + world.runners[current].names / 10);
	name[2] = (char)('0' + world.runners[current].names % 10);
	world.runners[current].names++;
}

void tell(const char *const *parts)
{
	(void)parts;
}
