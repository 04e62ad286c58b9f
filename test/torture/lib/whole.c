/*
 * The program of a bundle that is unpacked: it looks at everything that the bundle holds.
 * `root/list` tells it, `SIZE SUM PATH` a line, the sum FNV-1a of a file's contents, below the
 * bundle's top, which is two directories above the program. It may be hindered itself, at one call:
 * so it looks twice.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_whole(const char *path, unsigned long size, unsigned long sum)
{
	unsigned char bytes[4096];
	uint32_t own = 2166136261u;
	struct stat found;
	ssize_t count;
	int file;

	if (lstat(path, &found) != 0)
		return 0;
	if (!S_ISREG(found.st_mode))
		return 1;
	file = open(path, O_RDONLY | O_CLOEXEC);
	while ((count = read(file, bytes, sizeof(bytes))) > 0) {
		for (ssize_t i = 0; i < count; i++)
			own = (own ^ bytes[i]) * 16777619u;
	}
	close(file);
	return (unsigned long)found.st_size == size && own == sum;
}

int main(void)
{
	char top[4096], path[8192], name[2048];
	ssize_t length = readlink("/proc/self/exe", top, sizeof(top) - 1);
	unsigned long size, sum;
	unsigned count = 0;
	FILE *list;

	top[length > 0 ? length : 0] = '\0';
	for (int up = 0; up < 2 && strrchr(top, '/') != NULL; up++)
		*strrchr(top, '/') = '\0';
	snprintf(path, sizeof(path), "%s/root/list", top);
	list = fopen(path, "r");
	while (list != NULL && fscanf(list, "%lu %lu %2047[^\n]", &size, &sum, name) == 3) {
		snprintf(path, sizeof(path), "%s/%s", top, name);
		if (!is_whole(path, size, sum) && !is_whole(path, size, sum))
			printf("not there: %s\n", name);
		count++;
	}
	printf("looked for %u\n", count);
	return 0;
}
