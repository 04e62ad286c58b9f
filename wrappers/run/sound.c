/*
 * A name that is missing, or was put in the place of another, changes the directory that it lies
 * in: so directories are asked, and not files. The top has been renamed since its state was
 * written; what lies in it is asked name by name.
 */
#include "sound.h"
#include "base/clock.h"
#include "base/directory.h"
#include "base/file-status.h"
#include "base/mapping.h"
#include "base/text.h"
#include "head.h"
#include "state.h"

enum {
	STATE_LIMIT = 1 << 30,
	/* Seconds. A start leaves its time no oftener than that: `dynpk cache` asks for days, and
	   thousands of starts need not all write. */
	USE_IS_KNOWN_TO = 3600,
};

static bool read_whole(int fd, char *to, size_t size)
{
	while (size > 0) {
		const long count = sys_read(fd, to, size);

		if (count == -EINTR)
			continue;
		if (failed(count) || count == 0)
			return false;
		to += count;
		size -= (size_t)count;
	}
	return true;
}

/* Made by a runner like this one, whole, and of this id. */
static bool is_state(const struct state_head *head, size_t size)
{
	uint64_t rows;

	if (size < sizeof(*head) + 1 || !bytes_equal(head->magic, STATE_MAGIC, 8) ||
	    !bytes_equal(head->id, run_head.id, ID_SIZE))
		return false;
	rows = (uint64_t)head->directories + head->files;
	return rows * sizeof(struct state_row) + head->text_size == size - sizeof(*head) &&
	       head->text_size % 4 == 0 && head->check == state_sum(head) &&
	       (head->text_size == 0 || ((const char *)head)[size - 1] == '\0');
}

/* NULL where it is none that counts. */
static const struct state_head *read_state(int fd, const struct file_status *found)
{
	struct state_head *head = NULL;
	size_t size = 0;

	if ((found->mode & S_IFMT) == S_IFREG && found->size < STATE_LIMIT) {
		size = (size_t)found->size;
		head = map_memory(size + 1, MAP_PRIVATE);
	}
	if (head != NULL && (!read_whole(fd, (char *)head, size) || !is_state(head, size)))
		head = NULL;
	return head;
}

/* The state's own time is when its entry was last used, and nothing else. A cache that cannot be
 * written to serves all the same. */
static void leave_time_of_use(int state, const struct file_status *found)
{
	struct kernel_time now = { 0, 0 };

	sys_clock_gettime(SINCE_1970, &now);
	if ((uint64_t)now.seconds > found->modified + USE_IS_KNOWN_TO)
		set_modified_now(state);
}

static enum soundness compare(const struct state_head *head, int top)
{
	const struct state_row *rows = (const void *)(head + 1);
	const uint32_t count = head->directories + head->files;
	const char *text = (const char *)(rows + count);
	enum soundness soundness = ENTRY_SOUND;

	for (uint32_t i = 0; i < count; i++) {
		const struct state_row *row = &rows[i];
		struct file_status found;

		if (row->path >= head->text_size)
			return ENTRY_UNSOUND;
		found = file_status_at(top, text + row->path, AT_SYMLINK_NOFOLLOW);
		if (found.mode == 0)
			return ENTRY_UNSOUND;
		if (i < head->directories) {
			if (found.inode != row->number || found.seconds != row->seconds ||
			    found.nanoseconds != row->nanoseconds)
				soundness = ENTRY_CHANGED;
		} else if (found.size != row->number || found.modified != row->seconds ||
			   found.modified_nanoseconds != row->nanoseconds) {
			return ENTRY_UNSOUND;
		}
	}
	return soundness;
}

static enum soundness compare_with_state(const struct cache *cache, int top)
{
	char name[ENTRY_NAME_SIZE];
	const struct state_head *head;
	enum soundness soundness = ENTRY_CHANGED;
	struct file_status found;
	long state;

	state_name(cache, file_status_of_open(top).inode, name);
	state = sys_openat(cache->runs, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (failed(state))
		return ENTRY_CHANGED;
	found = file_status_of_open((int)state);
	head = read_state((int)state, &found);
	if (head != NULL)
		soundness = compare(head, top);
	if (soundness == ENTRY_SOUND)
		leave_time_of_use((int)state, &found);
	sys_close((int)state);
	return soundness;
}

static long open_entry(const struct cache *cache)
{
	return sys_openat(cache->runs, cache->id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

enum soundness look_at_entry(const struct cache *cache)
{
	const long top = open_entry(cache);
	enum soundness soundness;

	if (top == -ENOENT)
		return ENTRY_ABSENT;
	if (failed(top))
		return ENTRY_UNSOUND;
	soundness = compare_with_state(cache, (int)top);
	sys_close((int)top);
	return soundness;
}

static bool is_as_told(const struct index *index, uint32_t row, const struct file_status *found)
{
	static const unsigned kinds[] = { [ROW_DIRECTORY] = S_IFDIR,
					  [ROW_FILE] = S_IFREG,
					  [ROW_SYMLINK] = S_IFLNK,
					  [ROW_HARD_LINK] = S_IFREG };
	const struct index_row *told = &index->rows[row];

	if ((found->mode & S_IFMT) != kinds[told->kind])
		return false;
	if (told->kind == ROW_SYMLINK)
		return found->size == text_length(index->text + told->target);
	if (told->kind == ROW_HARD_LINK)
		told = &index->rows[told->target];
	return told->kind == ROW_DIRECTORY || found->size == told->size;
}

/* What a start begins with is asked for its time, too. */
static bool has_told_times(const struct index *index, int top)
{
	char path[LONGEST_LIMIT + 1];

	for (uint32_t i = 1; i < index->row_count; i++) {
		long row = is_told_file(index, i) ? follow_row(index, i) : NO_ROW;
		struct file_status found;

		if (row == NO_ROW)
			continue;
		if (index->rows[row].kind == ROW_HARD_LINK)
			row = (long)index->rows[row].target;
		if (index->rows[row].kind != ROW_FILE)
			continue;
		write_path(index, (uint32_t)row, path);
		found = file_status_at(top, path, AT_SYMLINK_NOFOLLOW);
		if (found.modified != index->rows[row].time)
			return false;
	}
	return true;
}

bool holds_all(const struct cache *cache, const struct index *index)
{
	const long top = open_entry(cache);
	char path[LONGEST_LIMIT + 1];
	bool holds = !failed(top);

	for (uint32_t i = 1; holds && i < index->row_count; i++) {
		struct file_status found;

		write_path(index, i, path);
		found = file_status_at((int)top, path, AT_SYMLINK_NOFOLLOW);
		holds = is_as_told(index, i, &found);
	}
	holds = holds && has_told_times(index, (int)top);
	if (!failed(top))
		sys_close((int)top);
	return holds;
}
