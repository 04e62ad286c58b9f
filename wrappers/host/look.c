#include "look.h"
#include "base/directory.h"
#include "base/file-status.h"
#include "base/text.h"
#include "base/variables.h"

/* A pipe is not waited for, and a terminal does not become ours. */
enum { LOOK_ONLY = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

long read_text(const char *path, char *text, size_t size)
{
	const long fd = sys_open(path, LOOK_ONLY);
	size_t length = 0;
	long count = 0;

	text[0] = '\0';
	if (failed(fd))
		return fd;
	while (length < size - 1) {
		count = sys_read((int)fd, text + length, size - 1 - length);
		if (count == -EINTR)
			continue;
		if (count <= 0)
			break;
		length += (size_t)count;
	}
	sys_close((int)fd);
	text[length] = '\0';
	return failed(count) && length == 0 ? count : (long)length;
}

long read_line(const char *path, char *text, size_t size)
{
	const long result = read_text(path, text, size);
	size_t length = 0;

	while (text[length] != '\0' && text[length] != '\n')
		length++;
	while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	text[length] = '\0';
	return failed(result) ? result : (long)length;
}

static int compare(const char *one, const char *other)
{
	while (*one != '\0' && *one == *other) {
		one++;
		other++;
	}
	return (unsigned char)*one - (unsigned char)*other;
}

void add_name(struct names *names, const char *name, size_t length)
{
	char *text = names->text + names->used;
	unsigned place = names->count;

	if (names->count == NAMES_LIMIT || names->used + length + 1 > sizeof(names->text)) {
		names->is_cut = true;
		return;
	}
	for (size_t i = 0; i < length; i++)
		text[i] = name[i];
	text[length] = '\0';
	while (place > 0 && compare(names->list[place - 1], text) > 0)
		place--;
	if (place > 0 && compare(names->list[place - 1], text) == 0)
		return;
	for (unsigned i = names->count++; i > place; i--)
		names->list[i] = names->list[i - 1];
	names->list[place] = text;
	names->used += length + 1;
}

static bool ends_with(const char *name, const char *suffix)
{
	const size_t length = text_length(name), end = text_length(suffix);

	return length >= end && text_equal(name + length - end, suffix);
}

long add_entries(struct names *names, const char *directory, const char *prefix, const char *suffix)
{
	enum { MOST_READS = 64 };
	_Alignas(uint64_t) char buffer[4096];
	const long fd = sys_open(directory, LOOK_ONLY | O_DIRECTORY);
	long count = 0;

	if (failed(fd))
		return fd;
	for (int reads = 0; reads < MOST_READS; reads++) {
		count = sys_getdents64((int)fd, buffer, sizeof(buffer));
		if (count <= 0)
			break;
		for (long at = 0; at < count;) {
			const struct directory_entry *entry = (const void *)(buffer + at);

			if (entry->name[0] != '.' && text_starts_with(entry->name, prefix) &&
			    ends_with(entry->name, suffix))
				add_name(names, entry->name, text_length(entry->name));
			at += entry->size;
		}
	}
	sys_close((int)fd);
	names->is_cut = names->is_cut || count > 0;
	return failed(count) ? count : 0;
}

bool find_program(char *const *environment, const char *name, char path[PATH_MAX])
{
	const char *at = find_value(environment, "PATH");

	if (at == NULL)
		at = "/usr/local/bin:/usr/bin:/bin";
	while (*at != '\0') {
		size_t length = 0;
		struct file_status found;

		while (at[length] != '\0' && at[length] != ':')
			length++;
		if (at[0] == '/' && length + text_length(name) + 2 <= PATH_MAX) {
			for (size_t i = 0; i < length; i++)
				path[i] = at[i];
			path[length] = '\0';
			text_append(text_append(path + length, path[length - 1] == '/' ? "" : "/"),
				    name);
			found = file_status_at(AT_FDCWD, path, 0);
			if ((found.mode & S_IFMT) == S_IFREG && !failed(sys_access(path, X_OK)))
				return true;
		}
		at += length;
		while (*at == ':')
			at++;
	}
	return false;
}

void resolve(const char *path, char resolved[PATH_MAX])
{
	const long fd = sys_open(path, O_PATH | O_CLOEXEC);
	char own[64];
	long length;

	if (!failed(fd)) {
		text_append_number(text_append(own, "/proc/self/fd/"), (unsigned long)fd);
		length = read_link_text(own, resolved, PATH_MAX);
		sys_close((int)fd);
		if (!failed(length) && resolved[0] == '/')
			return;
	}
	for (length = 0; length < PATH_MAX - 1 && path[length] != '\0'; length++)
		resolved[length] = path[length];
	resolved[length] = '\0';
}
