/*
 * What a tortured bundle starts: it tells in lines what it sees of the directory that the bundle
 * projects, and starts the other program of the bundle from there, which tells that it was started.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const names[] = { "data", "link", "deep/data", "alias/data", "tool" };

static void tell_content(const char *place, const char *name)
{
	char path[4096], text[16];
	int fd;
	ssize_t got = -1;

	snprintf(path, sizeof(path), "%s/%s", place, name);
	fd = open(path, O_RDONLY);
	if (fd >= 0)
		got = read(fd, text, sizeof(text));
	printf("%s: %.*s\n", name,
	       got < 0		   ? 1
	       : text[0] == '\177' ? 3
				   : (int)got,
	       got < 0		   ? "-"
	       : text[0] == '\177' ? "ELF"
				   : text);
	if (fd >= 0)
		close(fd);
}

static void list(const char *place)
{
	DIR *stream = opendir(place);
	int count = 0;

	while (stream != NULL && readdir(stream) != NULL)
		count++;
	if (stream != NULL)
		closedir(stream);
	printf("listed: %s\n", count > 0 ? "some" : "-");
}

static void start(const char *place)
{
	char path[4096];
	char *words[] = { path, (char *)"started", NULL };
	int status = 0;
	pid_t child;

	snprintf(path, sizeof(path), "%s/tool", place);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		execv(path, words);
		puts("start: -");
		fflush(stdout);
		_exit(0);
	}
	waitpid(child, &status, 0);
	printf("ended: %s\n", status == 0 ? "well" : WIFEXITED(status) ? "refused" : "killed");
}

int main(int argc, char **argv)
{
	const char *place = argc > 1 ? argv[1] : "";

	if (strcmp(place, "started") == 0) {
		puts("start: done");
		return 0;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		tell_content(place, names[i]);
	list(place);
	start(place);
	return 0;
}
