/* What changes a file or a directory. */
#include "probe.h"
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static void call_setxattr(void)
{
	answer(setxattr(path, "user.own", "x", 1, 0) == 0);
}

static void call_lsetxattr(void)
{
	answer(lsetxattr(path, "user.own", "x", 1, 0) == 0);
}

static void call_removexattr(void)
{
	answer(removexattr(path, "user.none") == 0);
}

static void call_mkostemps(void)
{
	char template[4096];

	snprintf(template, sizeof(template), "%s/XXXXXX.end", path);
	answer(mkostemps(template, 4, O_APPEND) >= 0);
}

static void call_truncate(void)
{
	answer(truncate(path, 1) == 0);
}

static void call_chmod(void)
{
	answer(fchmodat(base, path, 0700, 0) == 0);
}

static void call_utimens(void)
{
	answer(utimensat(base, path, NULL, 0) == 0);
}

static void call_mkdir(void)
{
	answer(mkdirat(base, path, 0700) == 0);
}

static void call_unlink(void)
{
	answer(unlinkat(base, path, 0) == 0);
}

static void call_rmdir(void)
{
	answer(unlinkat(base, path, AT_REMOVEDIR) == 0);
}

static void call_symlink(void)
{
	answer(symlinkat("text", base, path) == 0);
}

static void call_rename(void)
{
	answer(renameat(base, path, AT_FDCWD, "/opt/view/host/renamed") == 0);
}

static void call_link(void)
{
	answer(linkat(base, path, AT_FDCWD, "/opt/view/host/linked", 0) == 0);
}

static void call_mkstemp(void)
{
	char template[4096];

	snprintf(template, sizeof(template), "%s/XXXXXX", path);
	answer(mkstemp(template) >= 0);
}

/* A directory that is known for one gives its name to a link. */
static void call_replace(void)
{
	char inside[4096];
	struct stat status;

	snprintf(inside, sizeof(inside), "%s/magic", path);
	answer(mkdir(path, 0700) == 0);
	for (int i = 0; i < 4; i++)
		stat(inside, &status);
	answer(rename(path, "/opt/view/host/replaced") == 0 &&
	       symlink("/opt/view/share", path) == 0);
	say_status(stat(inside, &status), &status);
}

const struct call changes_calls[] = {
	{ "replace", call_replace },	 { "setxattr", call_setxattr },
	{ "lsetxattr", call_lsetxattr }, { "removexattr", call_removexattr },
	{ "mkostemps", call_mkostemps }, { "truncate", call_truncate },
	{ "chmod", call_chmod },	 { "utimens", call_utimens },
	{ "mkdir", call_mkdir },	 { "unlink", call_unlink },
	{ "rmdir", call_rmdir },	 { "symlink", call_symlink },
	{ "rename", call_rename },	 { "link", call_link },
	{ "mkstemp", call_mkstemp },	 { NULL, NULL },
};
