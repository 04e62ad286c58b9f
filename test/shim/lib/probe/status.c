/* What a file is, and whether it may be used. */
#include "probe.h"
#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

static void call_stat(void)
{
	struct stat status;

	say_status(base == AT_FDCWD ? stat(path, &status) : fstatat(base, path, &status, 0),
		   &status);
}

static void call_lstat(void)
{
	struct stat status;

	/* The text of a link may differ where it had to be made relative. */
	if (base == AT_FDCWD ? lstat(path, &status)
			     : fstatat(base, path, &status, AT_SYMLINK_NOFOLLOW))
		answer(false);
	else if (S_ISLNK(status.st_mode))
		printf("link");
	else
		say_status(0, &status);
}

static void call_statx(void)
{
	struct statx status;

	if (statx(base, path, 0, STATX_BASIC_STATS, &status) != 0)
		answer(false);
	else if (S_ISDIR(status.stx_mode))
		printf("directory");
	else
		printf("%o %ld", status.stx_mode, (long)status.stx_size);
}

static void call_access_read(void)
{
	answer((base == AT_FDCWD ? access(path, R_OK) : faccessat(base, path, R_OK, 0)) == 0);
}

static void call_access_write(void)
{
	answer(faccessat(base, path, W_OK, 0) == 0);
}

static void call_access_execute(void)
{
	answer(faccessat(base, path, X_OK, 0) == 0);
}

static void call_eaccess(void)
{
	answer(eaccess(path, F_OK) == 0);
}

static void call_statvfs(void)
{
	struct statvfs status;

	answer(statvfs(path, &status) == 0);
}

static void call_getxattr(void)
{
	char value[8];

	answer(getxattr(path, "user.none", value, sizeof(value)) >= 0);
}

static void call_pathconf(void)
{
	answer(pathconf(path, _PC_NAME_MAX) > 0);
}

static void call_ftok(void)
{
	answer(ftok(path, 1) != -1);
}

const struct call status_calls[] = {
	{ "stat", call_stat },
	{ "lstat", call_lstat },
	{ "statx", call_statx },
	{ "access-read", call_access_read },
	{ "access-write", call_access_write },
	{ "access-execute", call_access_execute },
	{ "eaccess", call_eaccess },
	{ "statvfs", call_statvfs },
	{ "getxattr", call_getxattr },
	{ "pathconf", call_pathconf },
	{ "ftok", call_ftok },
	{ NULL, NULL },
};
