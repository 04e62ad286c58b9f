/*
 * A launcher as others make them: find the bundle, execute its loader. Built static. TOP is where
 * it lies from the launcher's directory, LOADER and PROGRAM are below that.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char self[PATH_MAX] = "", loader[2 * PATH_MAX], library_path[2 * PATH_MAX],
	     program[2 * PATH_MAX];
	char *words[256] = { loader, "--library-path", library_path, program };

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 || argc > 250)
		return 1;
	*strrchr(self, '/') = '\0';
	snprintf(loader, sizeof(loader), "%s/%s/%s", self, TOP, LOADER);
	snprintf(library_path, sizeof(library_path), "%s/%s/lib", self, TOP);
	snprintf(program, sizeof(program), "%s/%s", self, PROGRAM);
	memcpy(words + 4, argv + 1, sizeof(*argv) * (size_t)argc);
	execv(loader, words);
	return 1;
}
