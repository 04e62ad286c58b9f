#include "state.h"
#include "base/file-status.h"
#include "base/mapping.h"
#include "base/memory.h"
#include "base/text.h"
#include "head.h"

uint32_t state_sum(const struct state_head *head)
{
	const uint32_t *words = (const void *)(head + 1);
	const size_t size =
		(head->directories + head->files) * sizeof(struct state_row) + head->text_size;
	uint32_t sum = 2166136261u;

	sum = (sum ^ head->directories) * 16777619u;
	sum = (sum ^ head->files) * 16777619u;
	sum = (sum ^ head->text_size) * 16777619u;
	for (size_t i = 0; i < size / sizeof(*words); i++)
		sum = (sum ^ words[i]) * 16777619u;
	return sum;
}

struct writer {
	const struct index *index;
	int top;
	struct state_head *head;
	struct state_row *rows;
	uint32_t count;
	char *text;
	uint32_t text_size;
};

static bool is_in_bin(const struct index *index, uint32_t row)
{
	const uint32_t parent = index->rows[row].parent;

	return parent != 0 && index->rows[parent].parent == 0 &&
	       text_equal(row_name(index, parent), "bin");
}

bool is_told_file(const struct index *index, uint32_t row)
{
	return index->rows[row].kind != ROW_DIRECTORY &&
	       (index->rows[row].parent == 0 || is_in_bin(index, row));
}

/* Where the file of a told row lies, which for a name in bin/ is mostly elsewhere. */
static uint32_t told_row(const struct index *index, uint32_t row)
{
	const long led = is_in_bin(index, row) ? follow_row(index, row) : NO_ROW;

	return led == NO_ROW ? row : (uint32_t)led;
}

/* How many rows and how much text there will be at most. */
static void measure(const struct index *index, uint32_t *rows, uint64_t *text)
{
	*rows = 0;
	*text = 4;
	for (uint32_t i = 1; i < index->row_count; i++) {
		if (index->rows[i].kind == ROW_DIRECTORY || is_told_file(index, i)) {
			++*rows;
			*text += run_head.longest + 1;
		}
	}
}

static bool add_row(struct writer *writer, uint32_t row, bool is_file)
{
	char *path = writer->text + writer->text_size;
	struct state_row *made = &writer->rows[writer->count];
	struct file_status found;

	writer->text_size += (uint32_t)write_path(writer->index, row, path) + 1;
	found = file_status_at(writer->top, path, AT_SYMLINK_NOFOLLOW);
	*made = (struct state_row){
		.path = (uint32_t)(path - writer->text),
		.seconds = is_file ? found.modified : found.seconds,
		.nanoseconds = (uint32_t)(is_file ? found.modified_nanoseconds : found.nanoseconds),
		.number = is_file ? found.size : found.inode,
	};
	writer->count++;
	return found.mode != 0;
}

static long gather(struct writer *writer)
{
	const struct index *index = writer->index;

	for (uint32_t i = 1; i < index->row_count; i++) {
		if (index->rows[i].kind == ROW_DIRECTORY && !add_row(writer, i, false))
			return -ENOENT;
	}
	writer->head->directories = writer->count;
	for (uint32_t i = 1; i < index->row_count; i++) {
		if (is_told_file(index, i) && !add_row(writer, told_row(index, i), true))
			return -ENOENT;
	}
	writer->head->files = writer->count - writer->head->directories;
	while (writer->text_size % 4 != 0)
		writer->text[writer->text_size++] = '\0';
	writer->head->text_size = writer->text_size;
	return 0;
}

static long write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		const long count = sys_write(fd, bytes, size);

		if (count == -EINTR)
			continue;
		if (failed(count) || count == 0)
			return count == 0 ? -ENOSPC : count;
		bytes += count;
		size -= (size_t)count;
	}
	return 0;
}

/* Under a new name first: another start may be reading, or writing the same. */
static long place_state(const struct cache *cache, const struct start *start,
			const struct state_head *head, uint64_t inode)
{
	const size_t rows = (head->directories + head->files) * sizeof(struct state_row);
	char name[ENTRY_NAME_SIZE], made[ENTRY_NAME_SIZE];
	long fd, result, closed;

	new_name_beside(cache, start, ".gone-", made);
	state_name(cache, inode, name);
	fd = create_file(cache->runs, made, 0600);
	if (failed(fd))
		return fd;
	result = write_all((int)fd, (const char *)head, sizeof(*head) + rows + head->text_size);
	closed = sys_close((int)fd);
	if (!failed(result))
		result = closed;
	if (!failed(result))
		result = sys_renameat(cache->runs, made, cache->runs, name);
	if (failed(result))
		sys_unlinkat(cache->runs, made, 0);
	return result;
}

long write_state(const struct cache *cache, const struct start *start, const struct index *index,
		 int top)
{
	struct writer writer = { .index = index, .top = top };
	uint64_t text, size;
	uint32_t rows;
	long result;

	measure(index, &rows, &text);
	size = sizeof(struct state_head) + rows * sizeof(struct state_row) + text;
	writer.head = size > SIZE_MAX / 2 ? NULL : map_memory((size_t)size, MAP_PRIVATE);
	if (writer.head == NULL)
		return -ENOMEM;
	writer.rows = (struct state_row *)(writer.head + 1);
	writer.text = (char *)(writer.rows + rows);
	result = gather(&writer);
	if (!failed(result)) {
		memcpy(writer.head->magic, STATE_MAGIC, sizeof(writer.head->magic));
		memcpy(writer.head->id, run_head.id, sizeof(writer.head->id));
		writer.head->check = state_sum(writer.head);
		result = place_state(cache, start, writer.head, file_status_of_open(top).inode);
	}
	sys_munmap(writer.head, (size_t)size);
	return result;
}
