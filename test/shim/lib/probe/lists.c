/* What is in a directory. */
#include "probe.h"
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <unistd.h>

static char *describe(const struct dirent *entry)
{
	const char *type = entry->d_type == DT_DIR ? "/" : entry->d_type == DT_LNK ? "@" : "";
	char *text = NULL;

	if (asprintf(&text, "%s%s", entry->d_name, type) < 0)
		exit(125);
	return text;
}

static void list(DIR *stream)
{
	char *names[256];
	struct dirent *entry;
	int count = 0;

	if (stream == NULL) {
		answer(false);
		return;
	}
	while ((entry = readdir(stream)) != NULL && count < 256)
		names[count++] = describe(entry);
	say_names(names, count);
	closedir(stream);
}

static void call_list(void)
{
	int fd;

	if (base == AT_FDCWD) {
		list(opendir(path));
		return;
	}
	fd = openat(base, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		answer(false);
	else
		list(fdopendir(fd));
}

/* Read it to the end, go back to the beginning and to the middle: nothing is lost or doubled. */
static void call_list_again(void)
{
	DIR *stream = opendir(path);
	int first = 0, second = 0, third = 0;
	long middle = 0;

	if (stream == NULL) {
		answer(false);
		return;
	}
	while (readdir(stream) != NULL)
		first++;
	rewinddir(stream);
	for (; second < first - 2; second++)
		readdir(stream);
	middle = telldir(stream);
	while (readdir(stream) != NULL)
		second++;
	seekdir(stream, middle);
	while (readdir(stream) != NULL)
		third++;
	printf("%d %d %d", first, second, third);
}

static void call_scandir(void)
{
	struct dirent **entries;
	int count = scandirat(base, path, &entries, NULL, alphasort);

	if (count < 0)
		answer(false);
	for (int i = 0; i < count; i++)
		printf("%s%s", i == 0 ? "" : " ", entries[i]->d_name);
}

static void call_glob(void)
{
	char pattern[4096];
	glob_t found = { 0 };

	snprintf(pattern, sizeof(pattern), "%s/*", path);
	if (glob(pattern, GLOB_MARK, NULL, &found) != 0)
		printf("nothing");
	for (size_t i = 0; i < found.gl_pathc; i++)
		printf("%s%s", i == 0 ? "" : " ", found.gl_pathv[i]);
}

const struct call lists_calls[] = {
	{ "list", call_list },
	{ "list-again", call_list_again },
	{ "scandir", call_scandir },
	{ "glob", call_glob },
	{ NULL, NULL },
};
