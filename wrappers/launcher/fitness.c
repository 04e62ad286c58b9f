#include "fitness.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/mapping.h"
#include "base/memory.h"
#include "base/text.h"
#include "inherited.h"
#include "object.h"

/* An object, what that needs, and so on. */
enum { DEPTH_LIMIT = 4 };

struct question {
	struct launch *launch;
	/* The object that the user has named, and all that he has named. */
	const char *asked;
	const char *siblings;
};

static const char *subject(const struct question *question, const char *path)
{
	return text_equal(path, question->asked) ? "it" : path;
}

/* Why the object at `path` cannot be loaded: it is the one that was asked for, or needed. */
#define REFUSE(question, path, ...)                                                                \
	(TELL((question)->launch->bundle.launcher, " starts without ", (question)->asked,          \
	      " of DYNPK_PRELOAD: ", subject(question, path), " ", __VA_ARGS__),                   \
	 false)

/* 0, or what the system call that failed answered. */
static long map_whole(const char *path, const void **bytes, size_t *size)
{
	const long file = sys_open(path, O_RDONLY | O_CLOEXEC);
	long length, address;

	if (failed(file))
		return file;
	length = sys_lseek((int)file, 0, SEEK_END);
	address = failed(length)
			  ? length
			  : sys_mmap(0, (size_t)length, PROT_READ, MAP_PRIVATE, (int)file, 0);
	sys_close((int)file);
	if (failed(address))
		return address;
	*bytes = (const void *)address;
	*size = (size_t)length;
	return 0;
}

/* The loader itself, by whichever of its names. */
static bool is_loader(const char *name)
{
	return text_starts_with(name, "ld-") || text_starts_with(name, "ld64.") ||
	       text_starts_with(name, "libc.musl-");
}

static const char *last_name(const char *path)
{
	const char *name = path;

	for (; *path != '\0'; path++)
		name = *path == '/' ? path + 1 : name;
	return name;
}

/* Whether an element of the list has that name. */
static bool is_sibling(const char *list, const char *name)
{
	const size_t length = text_length(name);

	while (*list != '\0') {
		const char *end = list;
		const char *base = list;

		for (; *end != '\0' && *end != ':' && *end != ' '; end++)
			base = *end == '/' ? end + 1 : base;
		if ((size_t)(end - base) == length && bytes_equal(base, name, length))
			return true;
		list = end + (*end != '\0');
	}
	return false;
}

/* The library that a run path leads to: NULL where none does. The path is cut up at its colons. */
static const char *find_by_run_path(const char *run_path, const char *requester, const char *name,
				    char *buffer)
{
	const size_t own = (size_t)(last_name(requester) - requester);

	while (run_path != NULL && *run_path != '\0') {
		const char *behind = text_behind(run_path, "$ORIGIN");
		const char *from = behind == NULL ? text_behind(run_path, "${ORIGIN}") : behind;
		const char *directory = from == NULL ? run_path : from;
		size_t length = 0;
		size_t used = 0;

		while (directory[length] != ':' && directory[length] != '\0')
			length++;
		if (own + length + text_length(name) + 3 < PATH_MAX) {
			if (from != NULL) {
				memcpy(buffer, own == 0 ? "./" : requester, own == 0 ? 2 : own);
				used = own == 0 ? 2 : own;
			}
			memcpy(buffer + used, directory, length);
			buffer[used + length] = '/';
			text_append(buffer + used + length + 1, name);
			if (!failed(sys_access(buffer, F_OK)))
				return buffer;
		}
		run_path = directory + length + (directory[length] == ':');
	}
	return NULL;
}

static const char *find_bundled(const struct launch *launch, const char *name, char *buffer)
{
	return is_loader(name) ? launch->target : find_library(launch, name, buffer);
}

/* Whether a library of the bundle has a version, or has none at all. */
static bool offers(const char *path, const char *version)
{
	struct object library;
	const void *bytes;
	size_t size;
	bool answer;

	if (failed(map_whole(path, &bytes, &size)))
		return true;
	answer = read_object(&library, bytes, size) != NULL || defines_version(&library, version);
	sys_munmap(bytes, size);
	return answer;
}

static bool has_versions(const struct question *question, const struct object *object,
			 const char *path)
{
	struct needed_version version = { 0 };
	char buffer[PATH_MAX];

	while (next_version(object, &version)) {
		const char *file = find_bundled(question->launch, version.file, buffer);

		if (file != NULL && !offers(file, version.name))
			return REFUSE(question, path, "needs ", version.name, " of ", version.file,
				      ", and the bundle's is without");
	}
	return true;
}

static bool can_load(const struct question *question, const char *path, unsigned depth);

/* Whether an object that comes first has that name. */
static bool is_ahead(const struct inherited *inherited, const char *name)
{
	for (size_t i = 0; i < inherited->object_count; i++) {
		if (text_equal(last_name(inherited->objects[i].path), name))
			return true;
	}
	return false;
}

/*
 * A library that only the host's loader would find. It lies beside the object as a rule, and comes
 * along: the bundle's loader is told of it first.
 */
static bool take_along(const struct question *question, const char *path)
{
	struct inherited *inherited = question->launch->inherited;

	if (inherited->taken_along == TAKE_ALONG_LIMIT)
		return REFUSE(question, path, "is one library too many");
	inherited->taken_along++;
	inherited->objects[inherited->object_count++] =
		(struct inherited_object){ JOIN(&question->launch->arena, path), false };
	return true;
}

static bool has_library(const struct question *question, const struct object *object,
			const char *path, const char *name, unsigned depth)
{
	char buffer[PATH_MAX];
	const char *found;
	bool is_beside;

	if (find_bundled(question->launch, name, buffer) != NULL ||
	    is_ahead(question->launch->inherited, name) || is_sibling(question->siblings, name))
		return true;
	found = find_by_run_path(run_path_of(object), path, name, buffer);
	is_beside = found == NULL;
	if (is_beside)
		found = find_by_run_path("$ORIGIN", path, name, buffer);
	if (found == NULL)
		return REFUSE(question, path, "needs ", name, ", which the bundle has not");
	if (depth < DEPTH_LIMIT && !can_load(question, found, depth + 1))
		return false;
	return !is_beside || take_along(question, found);
}

static bool has_libraries(const struct question *question, const struct object *object,
			  const char *path, unsigned depth)
{
	const char *name;
	size_t at = 0;

	while ((name = next_needed(object, &at)) != NULL) {
		if (!has_library(question, object, path, name, depth))
			return false;
	}
	return true;
}

static bool can_load(const struct question *question, const char *path, unsigned depth)
{
	struct object object;
	const char *problem;
	const void *bytes;
	size_t size;
	bool answer;
	const long result = map_whole(path, &bytes, &size);

	if (failed(result))
		return REFUSE(question, path, "cannot be opened", reason_of(result));
	problem = read_object(&object, bytes, size);
	answer = problem == NULL ? has_libraries(question, &object, path, depth) &&
					   has_versions(question, &object, path)
				 : REFUSE(question, path, problem);
	sys_munmap(bytes, size);
	return answer;
}

bool is_fit(struct launch *launch, const char *path, const char *siblings)
{
	const struct question question = { launch, path, siblings };
	const size_t count = launch->inherited->object_count;

	if (last_name(path) == path)
		return REFUSE(
			&question, path,
			"is no library of the bundle, and what is the host's is named by its path");
	launch->inherited->taken_along = 0;
	if (can_load(&question, path, 0))
		return true;
	launch->inherited->object_count = count;
	return false;
}
