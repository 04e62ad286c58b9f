/*
 * A job's limit is that of a control group it lies in, some levels up: every group on the way to
 * the root is asked. What cannot be read limits nothing.
 */
#include "memory-limit.h"
#include "base/call.h"
#include "base/file.h"
#include "base/text.h"
#include <linux/sysinfo.h>
#include <stdbool.h>

enum { LIST_SIZE = 8192, NUMBER_SIZE = 32 };

/* Of a file that holds one number; a word, such as `max`, is no limit. */
static uint64_t read_number(const char *path)
{
	char text[NUMBER_SIZE];
	const long fd = sys_open(path, O_RDONLY | O_CLOEXEC);
	uint64_t number = 0;
	long size;

	if (failed(fd))
		return UINT64_MAX;
	size = sys_read((int)fd, text, sizeof(text));
	sys_close((int)fd);
	if (size <= 0 || text[0] < '0' || text[0] > '9')
		return UINT64_MAX;
	for (long i = 0; i < size && text[i] >= '0' && text[i] <= '9'; i++)
		number = number * 10 + (uint64_t)(text[i] - '0');
	return number;
}

/* Of the group at `path` and of those above it. */
static uint64_t least_of(const char *root, char *path, const char *file)
{
	char name[2 * PATH_MAX];
	size_t length = text_length(path);
	uint64_t least = UINT64_MAX;

	for (;;) {
		uint64_t found;

		while (length > 0 && path[length - 1] == '/')
			length--;
		path[length] = '\0';
		text_append(text_append(text_append(name, root), path), file);
		found = read_number(name);
		least = found < least ? found : least;
		if (length == 0)
			return least;
		while (length > 0 && path[length - 1] != '/')
			length--;
	}
}

/* Whether `memory` is among the controllers, up to the colon. */
static bool names_memory(const char *line)
{
	for (;; line++) {
		const char *behind = text_behind(line, "memory");

		if (behind != NULL && (*behind == ',' || *behind == ':'))
			return true;
		while (*line != ',' && *line != ':' && *line != '\0')
			line++;
		if (*line != ',')
			return false;
	}
}

/* A line is `NUMBER:CONTROLLERS:/PATH`; the second version has no controllers. */
static uint64_t limit_of_line(const char *line)
{
	char path[PATH_MAX];
	const char *at = line;
	size_t length = 0;
	bool is_second;

	while (*at >= '0' && *at <= '9')
		at++;
	if (*at++ != ':')
		return UINT64_MAX;
	is_second = *at == ':';
	if (!is_second && !names_memory(at))
		return UINT64_MAX;
	while (*at != ':' && *at != '\0')
		at++;
	if (*at++ != ':')
		return UINT64_MAX;
	while (at[length] != '\0' && length < sizeof(path) - 1) {
		path[length] = at[length];
		length++;
	}
	path[length] = '\0';
	return is_second ? least_of("/sys/fs/cgroup", path, "/memory.max")
			 : least_of("/sys/fs/cgroup/memory", path, "/memory.limit_in_bytes");
}

static uint64_t limit_of_groups(void)
{
	char list[LIST_SIZE];
	const long fd = sys_open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	uint64_t least = UINT64_MAX;
	char *line = list;
	long size;

	if (failed(fd))
		return least;
	size = sys_read((int)fd, list, sizeof(list) - 1);
	sys_close((int)fd);
	for (long i = 0; i < size; i++) {
		if (list[i] != '\n')
			continue;
		list[i] = '\0';
		const uint64_t found = limit_of_line(line);

		least = found < least ? found : least;
		line = list + i + 1;
	}
	return least;
}

uint64_t memory_limit(void)
{
	struct sysinfo machine = { 0 };
	const uint64_t least = limit_of_groups();
	uint64_t all;

	if (failed(system_call(__NR_sysinfo, &machine)))
		return least;
	all = (uint64_t)machine.totalram * (machine.mem_unit == 0 ? 1 : machine.mem_unit);
	return all < least ? all : least;
}
