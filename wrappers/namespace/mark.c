#include "mark.h"
#include "base/file-status.h"
#include "base/text.h"
#include "mountinfo.h"
#include "path.h"

static const char table_place[] = TABLE_PLACE;

enum {
	STATX_SIZE = 256,
	STATX_ATTRIBUTES = 8,
	STATX_ATTRIBUTES_MASK = 56,
	STATX_MOUNT_ROOT = 0x2000,
};

void read_mounts(char *to, size_t size)
{
	const long file = sys_open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	long got = 1;

	while (!failed(file) && got > 0 && length < size - 1) {
		got = sys_read((int)file, to + length, size - 1 - length);
		length += got > 0 ? (size_t)got : 0;
	}
	to[length] = '\0';
	if (!failed(file))
		sys_close((int)file);
}

static bool is_listed(const char *table)
{
	char mounts[MOUNT_LIST_SIZE];
	char place[PATH_MAX];
	const char *lines = mounts;

	read_mounts(mounts, sizeof(mounts));
	while (next_mount(&lines, place, sizeof(place))) {
		if (text_equal(place, table))
			return true;
	}
	return false;
}

/* Linux 5.8 says it in one call; statx is in the headers of none that builds this for sure. */
static bool is_mounted(const char *table)
{
	_Alignas(8) unsigned char answer[STATX_SIZE];
	const uint64_t *mask = (const void *)(answer + STATX_ATTRIBUTES_MASK);
	const uint64_t *attributes = (const void *)(answer + STATX_ATTRIBUTES);
	const long result = system_call(__NR_statx, AT_FDCWD, table, 0, 0, answer);

	if (!failed(result) && (*mask & STATX_MOUNT_ROOT) != 0)
		return (*attributes & STATX_MOUNT_ROOT) != 0;
	return is_listed(table);
}

static bool is_same(const char *one, const char *other)
{
	const struct file_status first = file_status_at(AT_FDCWD, one, 0);
	const struct file_status second = file_status_at(AT_FDCWD, other, 0);

	return is_same_file(&first, &second);
}

bool is_marked(const char *top)
{
	char path[TOP_LIMIT + 64];

	text_append(text_append(path, top), TABLE_PLACE);
	return is_mounted(path) || is_same(path, PROOT_MARK TABLE_PLACE);
}

static bool ends_with(const char *text, const char *end)
{
	const size_t length = text_length(text);
	const size_t end_length = text_length(end);

	return length > end_length && text_equal(text + length - end_length, end);
}

/* The file at `top` that is running: hard links and copies elsewhere are other files. */
static bool is_running(const char *top, const char *launcher)
{
	char path[2 * PATH_MAX];
	struct file_status first, second;

	text_append(text_append(text_append(path, top), "/"), launcher);
	first = file_status_at(AT_FDCWD, path, 0);
	second = file_status_at(AT_FDCWD, "/proc/self/exe", 0);
	return is_same_in_layers(&first, &second);
}

bool find_marked_top(char *top, size_t size, const char *launcher)
{
	char mounts[MOUNT_LIST_SIZE];
	const char *lines = mounts;

	if (text_length(launcher) >= PATH_MAX)
		return false;
	read_mounts(mounts, sizeof(mounts));
	while (next_mount(&lines, top, size < PATH_MAX ? size : PATH_MAX)) {
		if (!ends_with(top, table_place))
			continue;
		top[text_length(top) - (sizeof(table_place) - 1)] = '\0';
		if (is_running(top, launcher))
			return true;
	}
	text_append(top, PROOT_MARK);
	return is_running(top, launcher);
}
