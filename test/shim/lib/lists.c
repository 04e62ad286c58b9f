/*
 * What directories hold, asked in ways that C libraries answer past their own exports: subject and
 * oracle of a conformance test, for every C library there is a compiler for.
 *
 * Reads lines `CALL<TAB>PATH`, and says what came of each, one line a case.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>
#include <wordexp.h>

#ifdef __GLIBC__
#define READ_ENTRIES getdents64
#else
#define READ_ENTRIES getdents
#endif

/* struct dirent of every C library with 64 bits. */
struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[];
};

static char *names[512];
static int name_count;

static void add_name(const char *name, const char *type)
{
	size_t size = strlen(name) + strlen(type) + 1;

	names[name_count] = malloc(size);
	snprintf(names[name_count++], size, "%s%s", name, type);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void say_names(void)
{
	qsort(names, (size_t)name_count, sizeof(*names), compare);
	for (int i = 0; i < name_count; i++)
		printf("%s%s", i == 0 ? "" : " ", names[i]);
}

static ssize_t read_by_name(int fd, char *buffer, size_t size)
{
	return READ_ENTRIES(fd, (void *)buffer, size);
}

static ssize_t read_by_number(int fd, char *buffer, size_t size)
{
	return syscall(SYS_getdents64, fd, buffer, size);
}

#ifdef __GLIBC__
static ssize_t read_from_position(int fd, char *buffer, size_t size)
{
	off_t position = -1;
	const ssize_t result = getdirentries(fd, buffer, size, &position);

	return position < 0 && result >= 0 ? -1 : result;
}
#endif

/* So small that it takes several calls, for the entries behind the end too. */
enum { SMALL = 64 };

static ssize_t read_all(int fd, ssize_t (*read_some)(int, char *, size_t))
{
	_Alignas(8) char buffer[SMALL];
	ssize_t size;

	name_count = 0;
	while ((size = read_some(fd, buffer, sizeof(buffer))) > 0) {
		for (ssize_t at = 0; at < size;) {
			const struct entry *entry = (const struct entry *)(void *)(buffer + at);

			add_name(entry->name, entry->type == DT_DIR   ? "/"
					      : entry->type == DT_LNK ? "@"
								      : "");
			at += entry->size;
		}
	}
	return size;
}

/* To the end, past it, and from the beginning again. */
static void list(const char *path, ssize_t (*read_some)(int, char *, size_t))
{
	int fd = open(path, O_RDONLY);
	char byte[8];
	int first;

	if (read_all(fd, read_some) < 0) {
		printf("%d", errno);
		return;
	}
	first = name_count;
	printf("%d ", (int)read_some(fd, (char *)names, sizeof(names)));
	printf("%d ", (int)read_some(fd, byte, sizeof(byte)));
	lseek(fd, 0, SEEK_SET);
	printf("%d ", (int)read_some(fd, byte, sizeof(byte)));
	read_all(fd, read_some);
	printf("%d ", name_count - first);
	say_names();
	close(fd);
}

/* Directories are met in no order. */
static int note_error(const char *path, int error)
{
	char number[16];

	snprintf(number, sizeof(number), ": %d", error);
	add_name(path, number);
	return 0;
}

static void match(const char *path, const char *end, int flags)
{
	char pattern[4096];
	glob_t found = { .gl_offs = 2 };
	int result;

	snprintf(pattern, sizeof(pattern), "%s%s", path, end);
	name_count = 0;
	result = glob(pattern, flags, note_error, &found);
	say_names();
	printf(" %d", result);
	if (result == 0)
		result = glob("/opt/view/host/f*", flags | GLOB_APPEND, NULL, &found);
	for (size_t i = 0; result == 0 && i < found.gl_pathc; i++)
		printf(" %s", found.gl_pathv[i + ((flags & GLOB_DOOFFS) != 0 ? 2 : 0)]);
	if (result == 0)
		globfree(&found);
}

static void expand(const char *path, const char *end, int flags)
{
	char words[4096];
	wordexp_t found = { .we_offs = 2 };
	int result;

	setenv("HOME", path, 1);
	setenv("DIRECTORY", path, 1);
	snprintf(words, sizeof(words), "%s%s", end[0] == '/' ? path : "", end);
	result = wordexp(words, &found, flags);
	printf("%d", result);
	if (result == 0)
		result = wordexp("'*' /opt/view/host/f* \\?", &found, flags | WRDE_APPEND);
	for (size_t i = 0; result == 0 && i < found.we_wordc; i++)
		printf(" [%s]", found.we_wordv[i + found.we_offs]);
	if (result == 0)
		wordfree(&found);
}

static void run(const char *call, const char *path)
{
	if (strcmp(call, "entries") == 0)
		list(path, read_by_name);
	else if (strcmp(call, "entries-raw") == 0)
		list(path, read_by_number);
#ifdef __GLIBC__
	else if (strcmp(call, "entries-position") == 0)
		list(path, read_from_position);
#endif
	else if (strcmp(call, "glob-names") == 0)
		match(path, "/*", GLOB_DOOFFS);
	else if (strcmp(call, "glob-hidden") == 0)
		match(path, "/.*", GLOB_PERIOD | GLOB_MARK);
	else if (strcmp(call, "glob-below") == 0)
		match(path, "/*/[!x]*", GLOB_MARK);
	else if (strcmp(call, "glob-plain") == 0)
		match(path, "/a", GLOB_MARK);
	else if (strcmp(call, "glob-escaped") == 0)
		match(path, "/\\a*", GLOB_NOCHECK);
	else if (strcmp(call, "glob-unescaped") == 0)
		match(path, "/\\a*", GLOB_NOCHECK | GLOB_NOESCAPE);
	else if (strcmp(call, "glob-through") == 0)
		match(path, "/*/../[ab]*", 0);
	else if (strcmp(call, "glob-error") == 0)
		match(path, "/*", GLOB_ERR);
	else if (strcmp(call, "glob-home") == 0 && setenv("HOME", path, 1) == 0)
		match("~", "/*", GLOB_TILDE);
	else if (strcmp(call, "words") == 0)
		expand(path, "/*", 0);
	else if (strcmp(call, "words-home") == 0)
		expand(path, "~/[abl]* ${DIRECTORY}/?", WRDE_DOOFFS);
	else if (strcmp(call, "words-quoted") == 0)
		expand(path, "$DIRECTORY/'*' \"$DIRECTORY\"/m* \"$DIRECTORY/*\"", 0);
	else
		printf("no such call");
}

int main(void)
{
	char line[8192];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *rest = line;
		const char *call = strsep(&rest, "\t\n");
		const char *path = strsep(&rest, "\t\n");

		run(call, path);
		printf("\n");
		fflush(stdout);
	}
	return 0;
}
