/*
 * The program of a bundle that is unpacked: it looks for everything that the bundle holds. `root/list` tells
 * it, `SIZE PATH` a line, below the bundle's top, which is two directories above the program.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
	char top[4096], path[8192], name[2048];
	ssize_t length = readlink("/proc/self/exe", top, sizeof(top) - 1);
	unsigned long size;
	unsigned count = 0;
	struct stat found;
	FILE *list;

	top[length > 0 ? length : 0] = '\0';
	for (int up = 0; up < 2 && strrchr(top, '/') != NULL; up++)
		*strrchr(top, '/') = '\0';
	snprintf(path, sizeof(path), "%s/root/list", top);
	list = fopen(path, "r");
	while (list != NULL && fscanf(list, "%lu %2047[^\n]", &size, name) == 2) {
		snprintf(path, sizeof(path), "%s/%s", top, name);
		if (lstat(path, &found) != 0 ||
		    (S_ISREG(found.st_mode) && (unsigned long)found.st_size != size))
			printf("not there: %s\n", name);
		count++;
	}
	printf("looked for %u\n", count);
	return 0;
}
