/*
 * Tries to get an object into the process, in one way per run: prober WAY [NAME]. Says `loaded`, or
 * `failed: ` and the loader's reason.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int tell(void *handle)
{
	if (handle == NULL)
		printf("failed: %s\n", dlerror());
	else
		puts("loaded");
	return 0;
}

static int open_descriptor(int descriptor)
{
	char name[64];
	snprintf(name, sizeof(name), "/proc/self/fd/%d", descriptor);
	return tell(dlopen(name, RTLD_NOW));
}

static int open_memory(const char *file)
{
	char buffer[65536];
	ssize_t got;
	int from = open(file, O_RDONLY);
	int to = memfd_create("anonymous", 0);
	while ((got = read(from, buffer, sizeof(buffer))) > 0) {
		if (write(to, buffer, (size_t)got) != got)
			return 1;
	}
	return open_descriptor(to);
}

static int open_deleted(const char *file)
{
	int descriptor = open(file, O_RDONLY);
	if (unlink(file) != 0)
		return 1;
	return open_descriptor(descriptor);
}

static int mappings(const char *part)
{
	char line[8192];
	int count = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL)
		count += strstr(line, part) != NULL;
	if (maps != NULL)
		fclose(maps);
	return count;
}

/* As `passwd: compat` in nsswitch.conf: a module that is an object of its own in every glibc. */
static int look_up_user(const char *module)
{
	__nss_configure_lookup("passwd", "compat");
	getpwnam("nobody-of-that-name");
	puts(mappings(module) > 0 ? "loaded" : "module not mapped");
	return 0;
}

static int convert(const char *charset)
{
	iconv_t handle = iconv_open("UTF-8", charset);
	puts(handle == (iconv_t)-1 ? "no converter" : "loaded");
	return 0;
}

static int keep_errno(const char *name)
{
	void *handle;
	errno = 4711;
	handle = dlopen(name, RTLD_NOW);
	printf("%s, errno %d\n", handle == NULL ? "failed" : "loaded", errno);
	return 0;
}

static int open_after_move(const char *name)
{
	char from[4096];
	/* NAME is `BUNDLE:MOVED`; the object is opened by its new path. */
	const char *to = strchr(name, ':') + 1;
	char object[4200];
	snprintf(from, sizeof(from), "%.*s", (int)(to - name - 1), name);
	snprintf(object, sizeof(object), "%s/lib/object.so", to);
	if (rename(from, to) != 0)
		return 1;
	return tell(dlopen(object, RTLD_NOW));
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "";
	const char *name = argc > 2 ? argv[2] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(way, "dlopen") == 0)
		return tell(dlopen(name, RTLD_NOW));
	if (strcmp(way, "dlmopen") == 0)
		return tell(dlmopen(LM_ID_NEWLM, name, RTLD_NOW));
	if (strcmp(way, "itself") == 0)
		return tell(dlopen(NULL, RTLD_NOW)) + tell(dlopen("", RTLD_NOW));
	if (strcmp(way, "descriptor") == 0)
		return open_descriptor(open(name, O_RDONLY));
	if (strcmp(way, "memory") == 0)
		return open_memory(name);
	if (strcmp(way, "deleted") == 0)
		return open_deleted(name);
	if (strcmp(way, "user") == 0)
		return look_up_user(name);
	if (strcmp(way, "iconv") == 0)
		return convert(name);
	if (strcmp(way, "errno") == 0)
		return keep_errno(name);
	if (strcmp(way, "move") == 0)
		return open_after_move(name);
	puts("nothing tried");
	return 0;
}
