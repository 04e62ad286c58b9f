/* Where a path leads, and where the program is. */
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "root.h"
#include "working-directory.h"
#include "wrap.h"

BORROW(void *, malloc, size_t size);

INTERPOSE(long, readlink, const char *path, char *buffer, size_t size);
INTERPOSE(long, readlinkat, int directory, const char *path, char *buffer, size_t size);
INTERPOSE(long, __readlink_chk, const char *path, char *buffer, size_t size, size_t space);
INTERPOSE(long, __readlinkat_chk, int directory, const char *path, char *buffer, size_t size,
	  size_t space);

/* The kernel's own links name directories as they lie: they are to agree with getcwd(). */
static long show_link(const char *path, char *buffer, long length, size_t size)
{
	const struct view *now = view();
	const size_t cut = now == NULL ? 0 : now->top_length + 5;
	size_t path_length;

	if (now == NULL || length <= (long)cut || (size_t)length > size ||
	    !bytes_equal(path, "/proc/", 6))
		return length;
	path_length = text_length(path);
	if ((path_length > 4 && bytes_equal(path + path_length - 4, "/exe", 4)) ||
	    !bytes_equal(buffer, now->top, now->top_length) ||
	    !bytes_equal(buffer + now->top_length, "/root/", 6))
		return length;
	memmove(buffer, buffer + cut, (size_t)length - cut);
	return length - (long)cut;
}

__attribute__((noinline)) static long readlink_routed(int directory, const char *path, char *buffer,
						      size_t size)
{
	ROUTE(route);
	const int error = find_route(&route, directory, path, 0);

	if (error != 0)
		return fail_with(error);
	return REAL(readlinkat)(route.directory, route.path, buffer, size);
}

long readlink(const char *path, char *buffer, size_t size)
{
	if (!is_plain(AT_FDCWD, path, 0))
		return readlink_routed(AT_FDCWD, path, buffer, size);
	return show_link(path, buffer, REAL(readlink)(path, buffer, size), size);
}

long readlinkat(int directory, const char *path, char *buffer, size_t size)
{
	if (!is_plain(directory, path, 0))
		return readlink_routed(directory, path, buffer, size);
	return show_link(path, buffer, REAL(readlinkat)(directory, path, buffer, size), size);
}

long __readlink_chk(const char *path, char *buffer, size_t size, size_t space)
{
	return size > space ? REAL(__readlink_chk)(path, buffer, size, space)
			    : readlink(path, buffer, size);
}

long __readlinkat_chk(int directory, const char *path, char *buffer, size_t size, size_t space)
{
	return size > space ? REAL(__readlinkat_chk)(directory, path, buffer, size, space)
			    : readlinkat(directory, path, buffer, size);
}

INTERPOSE(char *, realpath, const char *path, char *resolved);
INTERPOSE(char *, __realpath_chk, const char *path, char *resolved, size_t space);
INTERPOSE(char *, canonicalize_file_name, const char *path);

__attribute__((noinline)) static char *realpath_routed(const char *path, char *resolved)
{
	ROUTE(route);
	int error = find_route(&route, AT_FDCWD, path, FOLLOW);
	size_t length;

	if (error == 0) {
		const long found = sys_access(route.path, F_OK);

		/* What fails on the host, and the kernel's own links, are the C library's to tell.
		 */
		if (!route.is_bundled && (failed(found) || route.node == NO_NODE))
			return REAL(realpath)(route.path, resolved);
		error = failed(found) ? (int)-found : 0;
	}
	if (error != 0) {
		set_error(error);
		return NULL;
	}
	length = text_length(route.seen);
	if (resolved == NULL)
		resolved = BORROWED(malloc)(length + 1);
	if (resolved != NULL)
		memcpy(resolved, route.seen, length + 1);
	return resolved;
}

char *realpath(const char *path, char *resolved)
{
	if (view() == NULL || !is_path(path) || *path == '\0')
		return REAL(realpath)(path, resolved);
	return realpath_routed(path, resolved);
}

char *__realpath_chk(const char *path, char *resolved, size_t space)
{
	if (view() == NULL || space < PATH_MAX)
		return REAL(__realpath_chk)(path, resolved, space);
	return realpath(path, resolved);
}

char *canonicalize_file_name(const char *path)
{
	return realpath(path, NULL);
}

INTERPOSE(int, chdir, const char *path);
INTERPOSE(int, fchdir, int directory);
INTERPOSE(int, chroot, const char *path);
INTERPOSE(int, setns, int fd, int kind);

__attribute__((noinline)) static int chdir_routed(const char *path)
{
	ROUTE(route);
	const int error = find_route(&route, AT_FDCWD, path, FOLLOW);

	return error != 0 ? fail_with(error) : REAL(chdir)(route.path);
}

int chdir(const char *path)
{
	const int result =
		is_plain(AT_FDCWD, path, FOLLOW) ? REAL(chdir)(path) : chdir_routed(path);

	if (result == 0)
		note_working_directory(path);
	return result;
}

int fchdir(int directory)
{
	const int result = REAL(fchdir)(directory);

	if (result == 0)
		note_working_directory(NULL);
	return result;
}

int chroot(const char *path)
{
	const int result = REAL(chroot)(path);

	if (result == 0)
		note_root();
	return result;
}

int setns(int fd, int kind)
{
	const int result = REAL(setns)(fd, kind);

	if (result == 0)
		note_root();
	return result;
}

INTERPOSE(char *, getcwd, char *buffer, size_t size);
INTERPOSE(char *, __getcwd_chk, char *buffer, size_t size, size_t space);
INTERPOSE(char *, get_current_dir_name, void);
INTERPOSE(char *, getwd, char *buffer);
INTERPOSE(char *, __getwd_chk, char *buffer, size_t space);

__attribute__((noinline)) static char *getcwd_bundled(const struct base *base, char *buffer,
						      size_t size)
{
	if (buffer != NULL && size == 0) {
		set_error(EINVAL);
		return NULL;
	}
	if (size != 0 && base->length + 1 > size) {
		set_error(ERANGE);
		return NULL;
	}
	if (buffer == NULL)
		buffer = BORROWED(malloc)(size == 0 ? base->length + 1 : size);
	if (buffer != NULL)
		memcpy(buffer, base->path, base->length + 1);
	return buffer;
}

__attribute__((noinline)) static bool is_in_bundle(struct base *space, const struct base **base)
{
	const struct view *now = view();

	return now != NULL && read_working_directory(now, base, space) && (*base)->is_bundled;
}

/* A directory of the host may have been renamed: only the kernel knows its name. */
char *getcwd(char *buffer, size_t size)
{
	const struct base *base;
	struct base space;

	return is_in_bundle(&space, &base) ? getcwd_bundled(base, buffer, size)
					   : REAL(getcwd)(buffer, size);
}

char *__getcwd_chk(char *buffer, size_t size, size_t space)
{
	return size > space ? REAL(__getcwd_chk)(buffer, size, space) : getcwd(buffer, size);
}

char *get_current_dir_name(void)
{
	const struct base *base;
	struct base space;

	return is_in_bundle(&space, &base) ? getcwd_bundled(base, NULL, 0)
					   : REAL(get_current_dir_name)();
}

char *getwd(char *buffer)
{
	const struct base *base;
	struct base space;

	return is_in_bundle(&space, &base) ? getcwd_bundled(base, buffer, PATH_MAX)
					   : REAL(getwd)(buffer);
}

char *__getwd_chk(char *buffer, size_t space)
{
	return space < PATH_MAX ? REAL(__getwd_chk)(buffer, space) : getwd(buffer);
}

/* Templates: what is made lies on the host, and the template keeps the directory it names. */
static int check_template(const char *template)
{
	ROUTE(route);
	const int error = find_route(&route, AT_FDCWD, template, ENTRY);

	return error;
}

#define WRAP_TEMPLATE(type, failure, name, parameters, arguments)                                  \
	INTERPOSE(type, name, parameters);                                                         \
	type name(parameters)                                                                      \
	{                                                                                          \
		const int error = is_plain(AT_FDCWD, template, 0) ? 0 : check_template(template);  \
		if (error != 0) {                                                                  \
			set_error(error);                                                          \
			return failure;                                                            \
		}                                                                                  \
		return REAL(name)(arguments);                                                      \
	}
#define AND ,

WRAP_TEMPLATE(int, -1, mkstemp, char *template, template)
WRAP_TEMPLATE(int, -1, mkstemp64, char *template, template)
WRAP_TEMPLATE(int, -1, mkostemp, char *template AND int flags, template AND flags)
WRAP_TEMPLATE(int, -1, mkostemp64, char *template AND int flags, template AND flags)
WRAP_TEMPLATE(int, -1, mkstemps, char *template AND int length, template AND length)
WRAP_TEMPLATE(int, -1, mkstemps64, char *template AND int length, template AND length)
WRAP_TEMPLATE(int, -1, mkostemps, char *template AND int length AND int flags,
	      template AND length AND flags)
WRAP_TEMPLATE(int, -1, mkostemps64, char *template AND int length AND int flags,
	      template AND length AND flags)
WRAP_TEMPLATE(char *, NULL, mkdtemp, char *template, template)
