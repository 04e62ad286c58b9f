#include "publish.h"
#include "base/directory.h"
#include "base/file-status.h"
#include "base/text.h"
#include "remove-tree.h"
#include "sound.h"
#include "state.h"
#include "store.h"
#include "unpack.h"

enum { TRIES = 8 };

/* Before anybody can see the tree: its state, and everything on the disk. */
static bool finish_entry(struct unpacking *unpacking)
{
	const struct making *making = unpacking->finish_argument;
	long result =
		write_state(making->cache, making->source->start, unpacking->index, unpacking->top);

	if (!failed(result)) {
		result = sys_syncfs(unpacking->top);
		if (result == -ENOSYS) {
			sys_sync();
			result = 0;
		}
	}
	return failed(result) ? tell_trouble(unpacking, TROUBLE_OF_SYSTEM, result, 0) : true;
}

/* Where something lies at the entry's name already: of a whole tree ours is thrown away, another
 * goes. */
static enum made publish(struct making *making, const char *made)
{
	const struct cache *cache = making->cache;
	char old[ENTRY_NAME_SIZE];

	for (int i = 0; i < TRIES; i++) {
		making->result = sys_renameat(cache->runs, made, cache->runs, cache->id);
		if (!failed(making->result))
			return ENTRY_MADE;
		if (making->result == -ENOENT)
			return ENTRY_TAKEN_AWAY;
		if (making->result != -ENOTEMPTY && making->result != -EEXIST &&
		    making->result != -ENOTDIR)
			return PLACE_FAILED;
		if (look_at_entry(cache) == ENTRY_SOUND)
			return ENTRY_MADE;
		new_name_beside(cache, making->source->start, ".old-", old);
		sys_renameat(cache->runs, cache->id, cache->runs, old);
	}
	return PLACE_FAILED;
}

static enum made judge(struct making *making, const struct trouble *trouble)
{
	if (is_interrupted(&making->children))
		return MAKING_INTERRUPTED;
	making->result = trouble->result;
	if (trouble->kind == TROUBLE_OF_FRAME)
		making->wrong = "is damaged: copy it again";
	else if (trouble->kind == NO_TROUBLE)
		making->wrong = "could not be unpacked: a process that did it was ended";
	if (making->wrong != NULL)
		return FILE_FAILED;
	return trouble->result == -ENOENT ? ENTRY_TAKEN_AWAY : PLACE_FAILED;
}

/* Into the directory that was made for it. */
static enum made fill_and_publish(struct making *making, const char *made, int top)
{
	struct unpacking unpacking = { .source = making->source,
				       .index = &making->source->index,
				       .top = top,
				       .finish = finish_entry,
				       .finish_argument = making };

	struct store store;
	bool is_unpacked;

	if (!prepare_unpacking(&unpacking)) {
		making->result = -ENOMEM;
		return PLACE_FAILED;
	}
	if (open_store(&store, making->cache, unpacking.index))
		unpacking.store = &store;
	is_unpacked = unpack_tree(&unpacking, &making->children);
	close_store(&store);
	if (!is_unpacked)
		return judge(making, &unpacking.shared->trouble);
	if (is_interrupted(&making->children))
		return MAKING_INTERRUPTED;
	return publish(making, made);
}

enum made make_entry(struct making *making)
{
	const struct cache *cache = making->cache;
	char made[ENTRY_NAME_SIZE], state[ENTRY_NAME_SIZE];
	struct file_status own, published;
	enum made result;
	long top;

	making->wrong = open_source(making->source);
	if (making->wrong != NULL)
		return FILE_FAILED;
	new_name_beside(cache, making->source->start, ".new-", made);
	making->result = sys_mkdirat(cache->runs, made, 0700);
	if (failed(making->result))
		return PLACE_FAILED;
	top = sys_openat(cache->runs, made, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (failed(top)) {
		remove_tree(cache->runs, made);
		making->result = top;
		return top == -ENOENT ? ENTRY_TAKEN_AWAY : PLACE_FAILED;
	}
	own = file_status_of_open((int)top);
	result = fill_and_publish(making, made, (int)top);
	sys_close((int)top);
	published = file_status_at(cache->runs, cache->id, AT_SYMLINK_NOFOLLOW);
	if (!is_same_file(&own, &published)) {
		state_name(cache, own.inode, state);
		sys_unlinkat(cache->runs, state, 0);
		remove_tree(cache->runs, made);
		sweep_store(cache);
	}
	return result;
}

/* A tree that is being removed must not be published: what may be somebody's work loses its name
 * first. */
static void remove_leftover(const struct cache *cache, const struct start *start, const char *name,
			    const char *word)
{
	char gone[ENTRY_NAME_SIZE];

	if (!text_starts_with(word, ".new-")) {
		remove_tree(cache->runs, name);
		return;
	}
	new_name_beside(cache, start, ".gone-", gone);
	if (!failed(sys_renameat(cache->runs, name, cache->runs, gone)))
		remove_tree(cache->runs, gone);
}

static bool is_leftover(const char *name, const char *word, const char *state)
{
	const size_t length = text_length(name);

	if (text_starts_with(word, ".new-") || text_starts_with(word, ".old-") ||
	    text_starts_with(word, ".gone-"))
		return length < ENTRY_NAME_SIZE;
	return length > 6 && text_equal(name + length - 6, ".state") && !text_equal(name, state);
}

void remove_leftovers(const struct cache *cache, const struct start *start)
{
	_Alignas(8) char listing[4096];
	const struct file_status own = file_status_at(cache->runs, cache->id, AT_SYMLINK_NOFOLLOW);
	const long runs = sys_openat(cache->runs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char state[ENTRY_NAME_SIZE];
	bool has_removed = false;
	long size;

	state_name(cache, own.inode, state);
	if (failed(runs))
		return;
	while ((size = sys_getdents64((int)runs, listing, sizeof(listing))) > 0) {
		const struct directory_entry *entry;

		for (long at = 0; at < size; at += entry->size) {
			const char *word;

			entry = (const void *)(listing + at);
			word = text_behind(entry->name, cache->id);
			if (word != NULL && is_leftover(entry->name, word, state)) {
				remove_leftover(cache, start, entry->name, word);
				has_removed = true;
			}
		}
	}
	sys_close((int)runs);
	if (has_removed)
		sweep_store(cache);
}
