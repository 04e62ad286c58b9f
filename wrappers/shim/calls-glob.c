/*
 * Patterns matched: the C library would look past the calls it exports. glibc's glob() is given
 * this library's to use; for musl, whose cannot be told, it is done here.
 */
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "listing.h"
#include "patterns.h"
#include "status.h"
#include "wrap.h"

/* glob_t of glibc; musl has nothing in the place of the functions. */
struct functional_glob {
	struct glob found;
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
extern void *readdir64(void *stream);

INTERPOSE(int, glob, const char *pattern, int flags, glob_error *on_error,
	  struct functional_glob *found);
INTERPOSE(int, glob64, const char *pattern, int flags, glob_error *on_error,
	  struct functional_glob *found);
INTERPOSE(void, globfree, struct functional_glob *found);
INTERPOSE(void, globfree64, struct functional_glob *found);
#ifdef __i386__
INTERPOSE(int, __glob64_time64, const char *pattern, int flags, glob_error *on_error,
	  struct functional_glob *found);
INTERPOSE(void, __globfree64_time64, struct functional_glob *found);
#endif

static void close_stream(void *stream)
{
	closedir(stream);
}

/* The C library looks home directories up, by a pattern that is nothing else. */
static int match_at_home(const char *pattern, int flags, glob_error *on_error, struct glob *found)
{
	const int home_flags = flags & (GLOB_HOME | GLOB_HOME_OR_NONE);
	struct functional_glob home = { 0 };
	char whole[PATH_MAX];
	size_t user_length = 0;
	size_t length;
	int result;

	while (pattern[user_length] != '/' && pattern[user_length] != '\0')
		user_length++;
	if (user_length + 1 >= PATH_MAX)
		return GLOB_FAILED_NONE;
	memcpy(whole, pattern, user_length);
	whole[user_length] = '\0';
	result = REAL(glob)(whole, home_flags | GLOB_PATTERN_IF_NONE, NULL, &home);
	if (result != 0)
		return result;
	length = text_length(home.found.paths[0]);
	if (length + text_length(pattern + user_length) + 1 >= PATH_MAX) {
		REAL(globfree)(&home);
		return GLOB_FAILED_NONE;
	}
	memcpy(whole, home.found.paths[0], length);
	memcpy(whole + length, pattern + user_length, text_length(pattern + user_length) + 1);
	REAL(globfree)(&home);
	return match_paths(whole, flags, on_error, found);
}

static int match(const char *pattern, int flags, glob_error *on_error, struct glob *found)
{
	if (*pattern == '~' && (flags & (GLOB_HOME | GLOB_HOME_OR_NONE)) != 0)
		return match_at_home(pattern, flags, on_error, found);
	return match_paths(pattern, flags, on_error, found);
}

/* What glob() is given to look with. */
#define LOOK_AS(name, form)                                                                        \
	static int name##_status(const char *path, void *status)                                   \
	{                                                                                          \
		return look(form, status_of, path, status);                                        \
	}                                                                                          \
	static int name##_link_status(const char *path, void *status)                              \
	{                                                                                          \
		return look(form, status_of_link, path, status);                                   \
	}

typedef int status_asker(enum form form, const char *path, void *status);

/* The C library itself looks with the large form, and then at what kind of file it is only. */
static int look(enum form form, status_asker *ask, const char *path, void *status)
{
	union status found;
	int result;

	if (!is_small(form))
		return ask(form, path, status);
	result = ask(FORM_LARGE, path, &found);
	((union status *)status)->of.mode = found.of.mode;
	return result;
}

#ifdef __i386__
static void *read_usual(void *stream)
{
	struct entry *entry = read_entry(stream);

	/* Nobody looks at it, but that it is one. */
	if (entry != NULL) {
		entry->inode = 1;
		shrink_entry(entry);
	}
	return entry;
}
#else
#define read_usual readdir
#endif

#define WRAP_GLOB(name, reader, form)                                                              \
	LOOK_AS(name, form)                                                                        \
	int name(const char *pattern, int flags, glob_error *on_error,                             \
		 struct functional_glob *found)                                                    \
	{                                                                                          \
		int result;                                                                        \
		if (view() == NULL)                                                                \
			return REAL(name)(pattern, flags, on_error, found);                        \
		if (!is_glibc())                                                                   \
			return match(pattern, flags, on_error, &found->found);                     \
		if ((flags & GLOB_OWN_FUNCTIONS) != 0)                                             \
			return REAL(name)(pattern, flags, on_error, found);                        \
		found->close = close_stream;                                                       \
		found->read = reader;                                                              \
		found->open = opendir;                                                             \
		found->lstat = name##_link_status;                                                 \
		found->stat = name##_status;                                                       \
		result = REAL(name)(pattern, flags | GLOB_OWN_FUNCTIONS, on_error, found);         \
		found->flags &= ~GLOB_OWN_FUNCTIONS;                                               \
		return result;                                                                     \
	}

WRAP_GLOB(glob, read_usual, FORM_USUAL)
WRAP_GLOB(glob64, readdir64, FORM_LARGE)
#ifdef __i386__
WRAP_GLOB(__glob64_time64, readdir64, FORM_TIME64)
#endif

/* Memory of match_paths() is not what musl's own frees. */
#define WRAP_GLOB_FREE(name)                                                                       \
	void name(struct functional_glob *found)                                                   \
	{                                                                                          \
		if (view() == NULL || is_glibc())                                                  \
			REAL(name)(found);                                                         \
		else                                                                               \
			free_paths(&found->found);                                                 \
	}

WRAP_GLOB_FREE(globfree)
WRAP_GLOB_FREE(globfree64)
#ifdef __i386__
WRAP_GLOB_FREE(__globfree64_time64)
#endif
