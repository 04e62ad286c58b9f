/*
 * Patterns matched: the C library would look past the calls it exports, so glob() is given this
 * library's to use.
 */
#include "status.h"
#include "text.h"
#include "wrap.h"

/* glob_t of glibc; musl has nothing in the place of the functions. */
struct glob {
	size_t count;
	char **paths;
	size_t offset;
	int flags;
	void (*close)(void *stream);
	void *(*read)(void *stream);
	void *(*open)(const char *path);
	int (*lstat)(const char *path, void *status);
	int (*stat)(const char *path, void *status);
};

enum { GLOB_OWN_FUNCTIONS = 1 << 9 };

extern void *opendir(const char *path);
extern int closedir(void *stream);
extern void *readdir(void *stream);

INTERPOSE(int, glob, const char *pattern, int flags, int (*on_error)(const char *, int),
	  struct glob *found);
INTERPOSE(int, glob64, const char *pattern, int flags, int (*on_error)(const char *, int),
	  struct glob *found);
BORROW(const char *, gnu_get_libc_version, void);

static void close_stream(void *stream)
{
	closedir(stream);
}

static bool is_glibc(void)
{
	return (long (*)(void))function_of(&real_gnu_get_libc_version) != no_such_function;
}

#define WRAP_GLOB(name)                                                                            \
	int name(const char *pattern, int flags, int (*on_error)(const char *, int),               \
		 struct glob *found)                                                               \
	{                                                                                          \
		int result;                                                                        \
		if (view() == NULL || (flags & GLOB_OWN_FUNCTIONS) != 0 || !is_glibc())            \
			return REAL(name)(pattern, flags, on_error, found);                        \
		found->close = close_stream;                                                       \
		found->read = readdir;                                                             \
		found->open = opendir;                                                             \
		found->lstat = status_of_link;                                                     \
		found->stat = status_of;                                                           \
		result = REAL(name)(pattern, flags | GLOB_OWN_FUNCTIONS, on_error, found);         \
		found->flags &= ~GLOB_OWN_FUNCTIONS;                                               \
		return result;                                                                     \
	}

WRAP_GLOB(glob)
WRAP_GLOB(glob64)
