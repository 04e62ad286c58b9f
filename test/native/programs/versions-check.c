/*
 * Print the version nodes that the files named define, as wrappers/host/versions.c reads them.
 */
#include "base/file.h"
#include "host/versions.h"
#include <stdio.h>

int main(int argc, char **argv)
{
	static struct versions versions;

	for (int i = 1; i < argc; i++) {
		const long fd = sys_open(argv[i], O_RDONLY);

		if (failed(fd) || !read_versions((int)fd, &versions)) {
			printf("none\n");
		} else {
			for (unsigned j = 0; j < versions.families; j++)
				printf("%s %s\n", versions.highest[j].name,
				       versions.highest[j].number);
			for (unsigned j = 0; j < versions.marks; j++)
				printf("%s\n", versions.mark[j]);
		}
		if (!failed(fd))
			sys_close((int)fd);
	}
	return 0;
}
