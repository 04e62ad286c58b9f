/*
 * Make one call after another and say what came of each: the subject and the oracle of the
 * conformance test, which compares what it prints with and without the shim.
 *
 * With --twice each call is made twice, and the second one answers. Reads lines
 * `CALL<TAB>PATH<TAB>HOW<TAB>DIRECTORY`: the directory is entered before the call where HOW is
 * `in`, opened and passed as a descriptor where it is `at`. Each line runs in a child of
 * its own; nothing but what the call answers is printed, one line a case.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

extern char **environ;

static const char *path;
/* The descriptor of the base, or AT_FDCWD. */
static int base = AT_FDCWD;

static void answer(bool ok)
{
	if (ok)
		printf("ok");
	else
		printf("%s", strerrorname_np(errno));
}

static void say_status(int result, const struct stat *status)
{
	if (result != 0)
		printf("%s", strerrorname_np(errno));
	else if (S_ISDIR(status->st_mode))
		printf("directory");
	else
		printf("%o %ld", status->st_mode, (long)status->st_size);
}

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

static void say_content(int fd)
{
	char text[64];
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (size < 0) {
		printf("%s", strerrorname_np(errno));
		return;
	}
	text[size] = '\0';
	text[strcspn(text, "\n")] = '\0';
	printf("'%s'", text);
}

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

static void call_readlink(void)
{
	char text[256];
	ssize_t size = readlinkat(base, path, text, sizeof(text) - 1);

	if (size < 0) {
		answer(false);
		return;
	}
	text[size] = '\0';
	printf("'%s'", text);
}

static void call_realpath(void)
{
	char *real = realpath(path, NULL);

	printf("%s", real == NULL ? strerrorname_np(errno) : real);
}

static void say_names(char **names, int count)
{
	for (int i = 0; i < count; i++) {
		int least = i;
		char *name;

		for (int j = i + 1; j < count; j++) {
			if (strcmp(names[j], names[least]) < 0)
				least = j;
		}
		name = names[least];
		names[least] = names[i];
		printf("%s%s", i == 0 ? "" : " ", name);
	}
}

static char *describe(const struct dirent *entry)
{
	const char *type = entry->d_type == DT_DIR ? "/" : entry->d_type == DT_LNK ? "@" : "";
	char *text = NULL;

	if (asprintf(&text, "%s%s", entry->d_name, type) < 0)
		exit(125);
	return text;
}

static void list(DIR *stream)
{
	char *names[256];
	struct dirent *entry;
	int count = 0;

	if (stream == NULL) {
		answer(false);
		return;
	}
	while ((entry = readdir(stream)) != NULL && count < 256)
		names[count++] = describe(entry);
	say_names(names, count);
	closedir(stream);
}

static void call_list(void)
{
	int fd;

	if (base == AT_FDCWD) {
		list(opendir(path));
		return;
	}
	fd = openat(base, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		answer(false);
	else
		list(fdopendir(fd));
}

/* Read it to the end, go back to the beginning and to the middle: nothing is lost or doubled. */
static void call_list_again(void)
{
	DIR *stream = opendir(path);
	int first = 0, second = 0, third = 0;
	long middle = 0;

	if (stream == NULL) {
		answer(false);
		return;
	}
	while (readdir(stream) != NULL)
		first++;
	rewinddir(stream);
	for (; second < first - 2; second++)
		readdir(stream);
	middle = telldir(stream);
	while (readdir(stream) != NULL)
		second++;
	seekdir(stream, middle);
	while (readdir(stream) != NULL)
		third++;
	printf("%d %d %d", first, second, third);
}

static void call_scandir(void)
{
	struct dirent **entries;
	int count = scandirat(base, path, &entries, NULL, alphasort);

	if (count < 0)
		answer(false);
	for (int i = 0; i < count; i++)
		printf("%s%s", i == 0 ? "" : " ", entries[i]->d_name);
}

static void call_glob(void)
{
	char pattern[4096];
	glob_t found = { 0 };

	snprintf(pattern, sizeof(pattern), "%s/*", path);
	if (glob(pattern, GLOB_MARK, NULL, &found) != 0)
		printf("nothing");
	for (size_t i = 0; i < found.gl_pathc; i++)
		printf("%s%s", i == 0 ? "" : " ", found.gl_pathv[i]);
}

static char *walked[512];
static int walked_count;

static int note_walked(const char *name, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	if (walked_count < 512 &&
	    asprintf(&walked[walked_count++], "%s:%d:%d", name, type, ftw->level) < 0)
		exit(125);
	return 0;
}

static void call_nftw(void)
{
	if (nftw(path, note_walked, 16, FTW_PHYS) != 0)
		answer(false);
	say_names(walked, walked_count);
}

static void call_fts(void)
{
	char *const roots[] = { (char *)path, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;

	while (walk != NULL && (entry = fts_read(walk)) != NULL) {
		if (walked_count < 512 && asprintf(&walked[walked_count++], "%s:%d",
						   entry->fts_path, entry->fts_info) < 0)
			exit(125);
	}
	say_names(walked, walked_count);
}

static void call_chdir(void)
{
	char here[4096];

	if (chdir(path) != 0)
		answer(false);
	else
		printf("%s", getcwd(here, sizeof(here)));
}

static void call_fchdir(void)
{
	char here[4096];
	int fd = openat(base, path, O_RDONLY | O_DIRECTORY);

	if (fd < 0 || fchdir(fd) != 0)
		answer(false);
	else
		printf("%s", getcwd(here, sizeof(here)));
}

static void call_up(void)
{
	struct stat status;
	char here[4096];

	if (chdir(path) != 0 || chdir("..") != 0)
		answer(false);
	else
		printf("%s %d", getcwd(here, sizeof(here)), stat(".", &status));
}

static void say_child(pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	printf(" %d", WEXITSTATUS(status));
}

static void call_exec(void)
{
	char *const words[] = { (char *)"word", (char *)"one", NULL };
	pid_t pid;

	fflush(stdout);
	pid = vfork();
	if (pid == 0) {
		execve(path, words, environ);
		_exit(errno);
	}
	say_child(pid);
}

static void call_spawn(void)
{
	char *const words[] = { (char *)"word", (char *)"one", NULL };
	pid_t pid;
	int error;

	fflush(stdout);
	error = posix_spawn(&pid, path, NULL, NULL, words, environ);
	if (error != 0)
		printf("%s", strerrorname_np(error));
	else
		say_child(pid);
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

static const struct call {
	const char *name;
	void (*run)(void);
} calls[] = {
	{ "stat", call_stat },
	{ "lstat", call_lstat },
	{ "statx", call_statx },
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
	{ "access-read", call_access_read },
	{ "access-write", call_access_write },
	{ "access-execute", call_access_execute },
	{ "eaccess", call_eaccess },
	{ "readlink", call_readlink },
	{ "realpath", call_realpath },
	{ "list", call_list },
	{ "list-again", call_list_again },
	{ "scandir", call_scandir },
	{ "glob", call_glob },
	{ "nftw", call_nftw },
	{ "fts", call_fts },
	{ "chdir", call_chdir },
	{ "fchdir", call_fchdir },
	{ "up", call_up },
	{ "exec", call_exec },
	{ "spawn", call_spawn },
	{ "statvfs", call_statvfs },
	{ "getxattr", call_getxattr },
	{ "truncate", call_truncate },
	{ "chmod", call_chmod },
	{ "utimens", call_utimens },
	{ "mkdir", call_mkdir },
	{ "unlink", call_unlink },
	{ "rmdir", call_rmdir },
	{ "symlink", call_symlink },
	{ "rename", call_rename },
	{ "link", call_link },
	{ "mkstemp", call_mkstemp },
};

/* Once for nothing, and then for the answer: what was learned the first time must not change it. */
static void run_twice(void (*run)(void))
{
	FILE *answers = stdout;

	stdout = fopen("/dev/null", "w");
	run();
	fclose(stdout);
	stdout = answers;
	walked_count = 0;
	run();
}

static void run_case(const char *call, const char *how, const char *directory, bool twice)
{
	if (strcmp(how, "in") == 0 && chdir(directory) != 0) {
		printf("cannot enter %s: %s", directory, strerrorname_np(errno));
		return;
	}
	if (strcmp(how, "at") == 0) {
		base = open(directory, O_RDONLY | O_DIRECTORY);
		if (base < 0) {
			printf("cannot open %s: %s", directory, strerrorname_np(errno));
			return;
		}
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(calls[i].name, call) == 0) {
			if (twice)
				run_twice(calls[i].run);
			else
				calls[i].run();
			return;
		}
	}
	printf("no such call");
}

int main(int argc, char **argv)
{
	const bool twice = argc > 1 && strcmp(argv[1], "--twice") == 0;
	char line[8192];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *rest = line;
		char *fields[4];
		pid_t pid;

		line[strcspn(line, "\n")] = '\0';
		for (int i = 0; i < 4; i++)
			fields[i] = strsep(&rest, "\t");
		if (fields[3] == NULL)
			return 125;
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			path = fields[1];
			run_case(fields[0], fields[2], fields[3], twice);
			fflush(stdout);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		printf("\n");
		fflush(stdout);
	}
	return 0;
}
