/* Directories listed and sorted at once: the C library would read them past the calls it exports.
 */
#include "base/file.h"
#include "base/memory.h"
#include "listing.h"
#include "wrap.h"

extern int closedir(void *stream);
extern void *readdir(void *stream);

BORROW(void *, opendir, const char *path);
BORROW(void *, fdopendir, int fd);
BORROW(void *, malloc, size_t size);
BORROW(void *, realloc, void *block, size_t size);
BORROW(void, free, void *block);
BORROW(void, qsort, void *items, size_t count, size_t size,
       int (*compare)(const void *, const void *));

typedef int selector(const void *entry);
typedef int comparer(const void *a, const void *b);

static int drop_list(void **list, int count, void *stream)
{
	const int error = last_error();

	while (count > 0)
		BORROWED(free)(list[--count]);
	BORROWED(free)(list);
	closedir(stream);
	return fail_with(error);
}

static void *next_entry(enum form form, void *stream)
{
	return is_small(form) ? readdir(stream) : read_entry(stream);
}

static int list_directory(enum form form, void *stream, void ***result, selector *select,
			  comparer *compare)
{
	void **list = NULL;
	void *entry;
	int count = 0;
	int space = 0;

	set_error(0);
	while ((entry = next_entry(form, stream)) != NULL) {
		if (select != NULL && select(entry) == 0)
			continue;
		if (count == space) {
			void **more;

			space = space == 0 ? 16 : 2 * space;
			more = BORROWED(realloc)(list, (size_t)space * sizeof(*list));
			if (more == NULL)
				return drop_list(list, count, stream);
			list = more;
		}
		list[count] = BORROWED(malloc)(entry_size(form, entry));
		if (list[count] == NULL)
			return drop_list(list, count, stream);
		memcpy(list[count++], entry, entry_size(form, entry));
		set_error(0);
	}
	if (last_error() != 0)
		return drop_list(list, count, stream);
	closedir(stream);
	if (compare != NULL && count > 1)
		BORROWED(qsort)(list, (size_t)count, sizeof(*list), compare);
	if (list == NULL)
		list = BORROWED(malloc)(sizeof(*list));
	*result = list;
	return count;
}

__attribute__((noinline)) static int scandir_routed(enum form form, int directory, const char *path,
						    void ***list, selector *select,
						    comparer *compare)
{
	ROUTE(route);
	int error = find_route(&route, directory, path, FOLLOW);
	const int before = last_error();
	void *stream = NULL;
	int count;

	if (error != 0)
		return fail_with(error);
	if (route.directory == AT_FDCWD) {
		stream = BORROWED(opendir)(route.path);
	} else {
		const long fd = sys_openat(route.directory, route.path, O_DIRECTORY | O_CLOEXEC);

		if (failed(fd))
			return fail_with((int)-fd);
		stream = BORROWED(fdopendir)((int)fd);
	}
	if (stream == NULL)
		return -1;
	note_listing(stream, &route);
	count = list_directory(form, stream, list, select, compare);
	if (count >= 0)
		set_error(before);
	return count;
}

#define WRAP_SCANDIR(name, form)                                                                   \
	INTERPOSE(int, name, const char *path, void ***list, selector *select, comparer *compare); \
	int name(const char *path, void ***list, selector *select, comparer *compare)              \
	{                                                                                          \
		return is_plain(AT_FDCWD, path, FOLLOW)                                            \
			       ? REAL(name)(path, list, select, compare)                           \
			       : scandir_routed(form, AT_FDCWD, path, list, select, compare);      \
	}

WRAP_SCANDIR(scandir, FORM_USUAL)
WRAP_SCANDIR(scandir64, FORM_LARGE)

#define WRAP_SCANDIRAT(name, form)                                                                 \
	INTERPOSE(int, name, int directory, const char *path, void ***list, selector *select,      \
		  comparer *compare);                                                              \
	int name(int directory, const char *path, void ***list, selector *select,                  \
		 comparer *compare)                                                                \
	{                                                                                          \
		return is_plain(directory, path, FOLLOW)                                           \
			       ? REAL(name)(directory, path, list, select, compare)                \
			       : scandir_routed(form, directory, path, list, select, compare);     \
	}

WRAP_SCANDIRAT(scandirat, FORM_USUAL)
WRAP_SCANDIRAT(scandirat64, FORM_LARGE)
