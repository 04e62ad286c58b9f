/* Files opened. */
#include "probe.h"
#include <fcntl.h>
#include <mntent.h>
#include <nl_types.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

static void call_open(void)
{
	say_content(base == AT_FDCWD ? open(path, O_RDONLY) : openat(base, path, O_RDONLY));
}

static void call_open_path(void)
{
	struct stat status;
	int fd = openat(base, path, O_PATH);

	/* The right to execute is its launcher's: a descriptor shows the file as it lies. */
	if (fd < 0 || fstat(fd, &status) != 0)
		answer(false);
	else
		printf("%ld", S_ISDIR(status.st_mode) ? 0 : (long)status.st_size);
}

static void call_open_unfollowed(void)
{
	say_content(openat(base, path, O_RDONLY | O_NOFOLLOW));
}

static void call_open_directory(void)
{
	answer(openat(base, path, O_RDONLY | O_DIRECTORY) >= 0);
}

static void call_open_write(void)
{
	answer(openat(base, path, O_WRONLY) >= 0);
}

static void call_open_create(void)
{
	answer(openat(base, path, O_RDWR | O_CREAT, 0600) >= 0);
}

static void call_open_create_read(void)
{
	say_content(openat(base, path, O_RDONLY | O_CREAT, 0600));
}

static void call_open_exclusive(void)
{
	answer(openat(base, path, O_RDWR | O_CREAT | O_EXCL, 0600) >= 0);
}

static void call_open_temporary(void)
{
	answer(openat(base, path, O_TMPFILE | O_RDWR, 0600) >= 0);
}

static void call_fopen(void)
{
	FILE *stream = fopen(path, "r");

	if (stream == NULL)
		answer(false);
	else
		say_content(fileno(stream));
}

static void call_fopen_write(void)
{
	answer(fopen(path, "w") != NULL);
}

static void call_freopen(void)
{
	FILE *stream = freopen(path, "r", stdin);

	if (stream == NULL)
		answer(false);
	else
		say_content(fileno(stream));
}

static void call_inotify(void)
{
	answer(inotify_add_watch(inotify_init(), path, IN_OPEN) >= 0);
}

static void call_mount_table(void)
{
	answer(setmntent(path, "r") != NULL);
}

static void call_catalogue(void)
{
	answer(catopen(path, 0) != (nl_catd)-1);
}

const struct call open_calls[] = {
	{ "open", call_open },
	{ "open-path", call_open_path },
	{ "open-unfollowed", call_open_unfollowed },
	{ "open-directory", call_open_directory },
	{ "open-write", call_open_write },
	{ "open-create", call_open_create },
	{ "open-create-read", call_open_create_read },
	{ "open-exclusive", call_open_exclusive },
	{ "open-temporary", call_open_temporary },
	{ "fopen", call_fopen },
	{ "fopen-write", call_fopen_write },
	{ "freopen", call_freopen },
	{ "inotify", call_inotify },
	{ "mount-table", call_mount_table },
	{ "catalogue", call_catalogue },
	{ NULL, NULL },
};
