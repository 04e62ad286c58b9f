/* Calls made through syscall(). */
#include "probe.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void call_raw_open(void)
{
	say_content((int)syscall(SYS_openat, base, path, O_RDONLY));
}

/* What the kernel tells, which is the C library's large form. */
static void call_raw_stat(void)
{
#ifdef SYS_fstatat64
	const long call = SYS_fstatat64;
#else
	const long call = SYS_newfstatat;
#endif
	struct stat64 told;
	const long result = syscall(call, base, path, &told, 0);
	const struct stat status = { .st_mode = told.st_mode, .st_size = told.st_size };

	say_status((int)result, &status);
}

static void call_raw_statx(void)
{
	struct statx status;

	if (syscall(SYS_statx, base, path, 0, STATX_BASIC_STATS, &status) != 0)
		answer(false);
	else if (S_ISDIR(status.stx_mode))
		printf("directory");
	else
		printf("%o %ld", status.stx_mode, (long)status.stx_size);
}

static void call_raw_access(void)
{
	answer(syscall(SYS_faccessat, base, path, X_OK) == 0);
}

static void call_raw_readlink(void)
{
	char text[256] = "";

	if (syscall(SYS_readlinkat, base, path, text, sizeof(text) - 1) < 0)
		answer(false);
	else
		printf("'%s'", text);
}

static void call_raw_chdir(void)
{
	char here[4096];

	if (syscall(SYS_chdir, path) != 0)
		answer(false);
	else if (syscall(SYS_getcwd, here, sizeof(here)) != (long)strlen(here) + 1)
		printf("wrong length");
	else
		printf("%s", here);
}

const struct call raw_calls[] = {
	{ "raw-open", call_raw_open },
	{ "raw-stat", call_raw_stat },
	{ "raw-statx", call_raw_statx },
	{ "raw-access", call_raw_access },
	{ "raw-readlink", call_raw_readlink },
	{ "raw-chdir", call_raw_chdir },
	{ NULL, NULL },
};
