/*
 * System calls made through syscall(): libuv asks for statx that way, Java for fstatat, Rust for
 * what an old C library lacks. Those that take a path are made by the calls of this library, which
 * answer the same; all others go on.
 */
#include "base/file.h"
#include "base/text.h"
#include "calls-openat2.h"
#include "descriptors.h"
#include "route.h"
#include "sandbox.h"
#include "status.h"
#include "symbols.h"
#include "view.h"
#include <linux/openat2.h>

extern int open(const char *path, int flags, ...);
extern int openat(int directory, const char *path, int flags, ...);
extern int statx(int directory, const char *path, int flags, unsigned mask, void *status);
extern int faccessat(int directory, const char *path, int mode, int flags);
extern long readlinkat(int directory, const char *path, char *buffer, size_t size);
extern int mkdirat(int directory, const char *path, unsigned mode);
extern int unlinkat(int directory, const char *path, int flags);
extern int renameat2(int from_directory, const char *from, int to_directory, const char *to,
		     unsigned flags);
extern long getdents64(int fd, void *buffer, size_t size);
extern int execve(const char *path, char *const *argv, char *const *environment);
extern int execveat(int directory, const char *path, char *const *argv, char *const *environment,
		    int flags);
extern int chdir(const char *path);
extern int fchdir(int directory);
extern char *getcwd(char *buffer, size_t size);
extern int chroot(const char *path);
extern int setns(int fd, int kind);
extern int mount(const char *source, const char *target, const char *type, unsigned long flags,
		 const void *options);
extern int umount2(const char *path, int flags);
extern int pivot_root(const char *root, const char *old);
extern int open_tree(int directory, const char *path, unsigned flags);
extern int move_mount(int from_directory, const char *from, int to_directory, const char *to,
		      unsigned flags);

INTERPOSE(long, syscall, long number, long a, long b, long c, long d, long e, long f);

/* What seccomp() is asked for: to forbid calls, by one way or the other. */
enum { SECCOMP_FILTER = 1 };

/* The system call tells how long the path is. */
static long ask_directory(char *buffer, size_t size)
{
	return getcwd(buffer, size) == NULL ? -1 : (long)text_length(buffer) + 1;
}

static bool open_by_how(const long *words, long *result)
{
	const struct open_how *how = (const struct open_how *)words[2];
	const char *path = (const char *)words[1];

	if (how == NULL || words[3] < (long)sizeof(*how))
		return false;
	if (how->resolve != 0)
		return open_by_rules((int)words[0], path, how, result);
	*result = openat((int)words[0], path, (int)how->flags, (unsigned)how->mode);
	return true;
}

static void note_closing(long number, long a, long b)
{
	switch (number) {
	case __NR_close:
		forget_descriptor((int)a);
		break;
	case __NR_dup3:
#ifdef __NR_dup2
	case __NR_dup2:
#endif
		forget_descriptor((int)b);
		break;
	case __NR_close_range:
		forget_descriptors((unsigned)a, (unsigned)b);
		break;
	case __NR_unshare:
		note_unshare((unsigned long)a);
		break;
	default:
		break;
	}
}

static bool makes_task(long number)
{
	switch (number) {
	case __NR_clone:
	case __NR_clone3:
#ifdef __NR_vfork
	case __NR_vfork:
#endif
		return true;
	default:
		return false;
	}
}

#ifdef __x86_64__
/* struct stat is the C library's, too. */
static bool call_status(long number, const char *path, long b, long *result)
{
	switch (number) {
	case __NR_stat:
		*result = status_at(FORM_USUAL, AT_FDCWD, path, (void *)b, 0);
		return true;
	case __NR_lstat:
		*result = status_at(FORM_USUAL, AT_FDCWD, path, (void *)b, AT_SYMLINK_NOFOLLOW);
		return true;
	default:
		return false;
	}
}
#elif defined(__i386__)
/* The large one is the C library's, too; the kernel's own small one no C library has. */
static bool call_status(long number, const char *path, long b, long *result)
{
	ROUTE(route);

	switch (number) {
	case __NR_stat64:
		*result = status_at(FORM_LARGE, AT_FDCWD, path, (void *)b, 0);
		return true;
	case __NR_lstat64:
		*result = status_at(FORM_LARGE, AT_FDCWD, path, (void *)b, AT_SYMLINK_NOFOLLOW);
		return true;
	case __NR_stat:
	case __NR_lstat: {
		const int error =
			find_route(&route, AT_FDCWD, path, number == __NR_stat ? FOLLOW | READ : 0);

		*result = error != 0 ? fail_with(error)
				     : REAL(syscall)(number, (long)route.path, b, 0, 0, 0, 0);
		return true;
	}
	default:
		return false;
	}
}
#endif

#if defined(__x86_64__) || defined(__i386__)
/* Calls that newer architectures do not have. */
static bool call_old(long number, long a, long b, long c, long *result)
{
	const char *path = (const char *)a;

	switch (number) {
	case __NR_open:
		*result = open(path, (int)b, (unsigned)c);
		return true;
	case __NR_access:
		*result = faccessat(AT_FDCWD, path, (int)b, 0);
		return true;
	case __NR_readlink:
		*result = readlinkat(AT_FDCWD, path, (char *)b, (size_t)c);
		return true;
	case __NR_mkdir:
		*result = mkdirat(AT_FDCWD, path, (unsigned)b);
		return true;
	case __NR_unlink:
		*result = unlinkat(AT_FDCWD, path, 0);
		return true;
	case __NR_rmdir:
		*result = unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
		return true;
	case __NR_rename:
		*result = renameat2(AT_FDCWD, path, AT_FDCWD, (const char *)b, 0);
		return true;
	default:
		return call_status(number, path, b, result);
	}
}
#else
static bool call_old(long number, long a, long b, long c, long *result)
{
	(void)number, (void)a, (void)b, (void)c, (void)result;
	return false;
}
#endif

/* After these another tree may stand at the root, whether paths are shown here or in a namespace.
 */
static bool call_for_root(long number, const long *words, long *result)
{
	const char *path = (const char *)words[0];

	switch (number) {
	case __NR_chroot:
		*result = chroot(path);
		return true;
	case __NR_setns:
		*result = setns((int)words[0], (int)words[1]);
		return true;
	case __NR_mount:
		*result = mount(path, (const char *)words[1], (const char *)words[2],
				(unsigned long)words[3], (const void *)words[4]);
		return true;
	case __NR_umount2:
		*result = umount2(path, (int)words[1]);
		return true;
	case __NR_pivot_root:
		*result = pivot_root(path, (const char *)words[1]);
		return true;
	case __NR_open_tree:
		*result = open_tree((int)words[0], (const char *)words[1], (unsigned)words[2]);
		return true;
	case __NR_move_mount:
		*result = move_mount((int)words[0], (const char *)words[1], (int)words[2],
				     (const char *)words[3], (unsigned)words[4]);
		return true;
	default:
		return false;
	}
}

static bool call_by_name(long number, const long *words, long *result)
{
	const char *path = (const char *)words[0];

	switch (number) {
	case __NR_execve:
		*result = execve(path, (char *const *)words[1], (char *const *)words[2]);
		return true;
	case __NR_chdir:
		*result = chdir(path);
		return true;
	case __NR_fchdir:
		*result = fchdir((int)words[0]);
		return true;
	case __NR_getdents64:
		*result = getdents64((int)words[0], (void *)words[1], (size_t)words[2]);
		return true;
	case __NR_getcwd:
		*result = ask_directory((char *)words[0], (size_t)words[1]);
		return true;
	default:
		return call_old(number, words[0], words[1], words[2], result);
	}
}

static bool call_at(long number, const long *words, long *result)
{
	const int directory = (int)words[0];
	const char *path = (const char *)words[1];

	switch (number) {
	case __NR_openat:
		*result = openat(directory, path, (int)words[2], (unsigned)words[3]);
		return true;
	case __NR_openat2:
		return open_by_how(words, result);
	case __NR_statx:
		*result =
			statx(directory, path, (int)words[2], (unsigned)words[3], (void *)words[4]);
		return true;
#ifdef __i386__
	case __NR_fstatat64:
#else
	case __NR_newfstatat:
#endif
		*result = status_at(FORM_LARGE, directory, path, (void *)words[2], (int)words[3]);
		return true;
	case __NR_faccessat:
		*result = faccessat(directory, path, (int)words[2], 0);
		return true;
	case __NR_faccessat2:
		*result = faccessat(directory, path, (int)words[2], (int)words[3]);
		return true;
	case __NR_readlinkat:
		*result = readlinkat(directory, path, (char *)words[2], (size_t)words[3]);
		return true;
	case __NR_mkdirat:
		*result = mkdirat(directory, path, (unsigned)words[2]);
		return true;
	case __NR_unlinkat:
		*result = unlinkat(directory, path, (int)words[2]);
		return true;
	case __NR_renameat2:
		*result = renameat2(directory, path, (int)words[2], (const char *)words[3],
				    (unsigned)words[4]);
		return true;
	case __NR_execveat:
		*result = execveat(directory, path, (char *const *)words[2],
				   (char *const *)words[3], (int)words[4]);
		return true;
	default:
		return call_by_name(number, words, result);
	}
}

__attribute__((noinline)) static long call_instead(long number, long a, long b, long c, long d,
						   long e, long f)
{
	const long words[] = { a, b, c, d, e };
	long result;

	note_closing(number, a, b);
	if (call_for_root(number, words, &result))
		return result;
	if (view() != NULL && call_at(number, words, &result))
		return result;
	result = REAL(syscall)(number, a, b, c, d, e, f);
	if (number == __NR_seccomp && result == 0 && a <= SECCOMP_FILTER)
		note_sandbox();
	return result;
}

/* A new task returns here too, perhaps on another stack: there must be nothing on it. */
long syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (!makes_task(number))
		return call_instead(number, a, b, c, d, e, f);
	distrust_descriptors();
	return REAL(syscall)(number, a, b, c, d, e, f);
}
