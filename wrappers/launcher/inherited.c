#include "inherited.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/variables.h"
#include "fitness.h"
#include "table/loader-variables.h"

static bool is_musl(const struct launch *launch)
{
	return (launch->record->flags & FLAG_MUSL) != 0;
}

static size_t count_elements(const char *list)
{
	size_t count = 1;

	for (; *list != '\0'; list++)
		count += *list == ':' || *list == ';' || *list == ' ' || *list == '\n';
	return count < INHERITED_LIMIT ? count : INHERITED_LIMIT;
}

static const char variables[][16] = { "LD_LIBRARY_PATH", "LD_PRELOAD", "DYNPK_PRELOAD" };

size_t inherited_bytes(char **environment, size_t longest)
{
	const char *tunables = find_value(environment, "GLIBC_TUNABLES");
	size_t bytes = 0;

	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		const char *list = find_value(environment, variables[i]);

		const size_t paths = i == 2 ? 1 + 2 * TAKE_ALONG_LIMIT : 1;

		/* A copy, a path that was tried or found, and what the loader is told. */
		if (list != NULL)
			bytes += 3 * text_length(list) +
				 count_elements(list) * (paths * PATH_MAX + 3 * (longest + 32));
	}
	/* For the audit stub they are written anew. */
	return (tunables == NULL ? 0 : text_length(tunables)) +
	       (bytes == 0 ? 0 : bytes + sizeof(struct inherited));
}

static bool is_explained(const struct launch *launch)
{
	return find_value(launch->start.environment, "DYNPK_EXPLAIN") != NULL;
}

/* The next element of a list, copied; NULL at the end. */
static char *next_element(struct launch *launch, const char **list, const char *separators)
{
	const char *at = *list;
	char one[2] = { 0 };
	size_t length = 0;
	char *element;

	while (*at != '\0' && (one[0] = *at, text_contains_any(one, separators)))
		at++;
	while (at[length] != '\0' && (one[0] = at[length], !text_contains_any(one, separators)))
		length++;
	*list = at + length;
	if (length == 0)
		return NULL;
	element = take(&launch->arena, length + 1);
	memcpy(element, at, length);
	element[length] = '\0';
	return element;
}

/* Whether `..` leads no higher than where the path begins. */
static bool stays_below(const char *path)
{
	long depth = 0;

	while (*path != '\0' && depth >= 0) {
		const char *name = path;

		while (*path != '/' && *path != '\0')
			path++;
		if (path - name == 2 && name[0] == '.' && name[1] == '.')
			depth--;
		else if (path > name && !(path - name == 1 && name[0] == '.'))
			depth++;
		while (*path == '/')
			path++;
	}
	return depth >= 0;
}

/* Write the parts to a buffer of PATH_MAX bytes, if they fit. */
static const char *write_path(char *buffer, const char *const *parts)
{
	char *end = buffer;

	*end = '\0';
	for (; *parts != NULL; parts++) {
		if ((size_t)(end - buffer) + text_length(*parts) >= PATH_MAX)
			return NULL;
		end = text_append(end, *parts);
	}
	return buffer;
}

#define PATH(buffer, ...) write_path(buffer, (const char *const[]){ __VA_ARGS__, NULL })

static bool is_there(const char *path)
{
	return path != NULL && !failed(sys_access(path, F_OK));
}

/* Below the top, as it is kept. */
static const char *keep(struct launch *launch, const char *path)
{
	return JOIN(&launch->arena, path + text_length(launch->bundle.top) + 1);
}

/* Where the bundle has what a user or a program names by a path; NULL: it has none. */
static const char *path_of(const struct launch *launch, const char *path, char *buffer)
{
	const char *top = launch->bundle.top;
	const char *inside = text_behind(path, top);

	if (inside == NULL || *inside != '/')
		inside = NULL;
	if (!stays_below(inside == NULL ? path + 1 : inside + 1))
		return NULL;
	path = inside == NULL ? PATH(buffer, top, "/root", path) : path;
	return is_there(path) ? path : NULL;
}

bool is_of_bundle(const struct launch *launch, const char *path)
{
	char buffer[PATH_MAX];

	return path[0] == '/' && launch->bundle.top[0] == '/' &&
	       path_of(launch, path, buffer) != NULL;
}

static const char *place_of(struct launch *launch, const char *path)
{
	char buffer[PATH_MAX];
	const char *found = path_of(launch, path, buffer);

	return found == NULL ? NULL : keep(launch, found);
}

/* Behind `$LIB` or `${LIB}`, which begins at `text`; NULL where it does not. */
static const char *behind_lib(const char *text)
{
	const char *rest = text_behind(text, "$LIB");

	return rest != NULL ? rest : text_behind(text, "${LIB}");
}

/*
 * `$LIB` stands for the directory of the C library, less the `/usr` or the `/` ahead of it: that is
 * one of those which the program's loader searches.
 */
static const char *place_by_lib(struct launch *launch, const char *path)
{
	const struct record_list list = launch->record->library_path;
	char before[PATH_MAX], buffer[PATH_MAX];
	const char *token = path;
	const char *place = NULL;

	while (*token != '\0' && behind_lib(token) == NULL)
		token++;
	if (*token == '\0' || (size_t)(token - path) >= PATH_MAX ||
	    text_contains_any(behind_lib(token), "$"))
		return NULL;
	memcpy(before, path, (size_t)(token - path));
	before[token - path] = '\0';
	for (uint32_t i = 0; i < list.count && place == NULL; i++) {
		const char *lib = text_behind(record_item(launch->record, list, i), "root/");
		const char *below_usr = lib == NULL ? NULL : text_behind(lib, "usr/");

		lib = below_usr == NULL ? lib : below_usr;
		if (lib != NULL && PATH(buffer, before, lib, behind_lib(token)) != NULL)
			place = place_of(launch, buffer);
	}
	return place;
}

static const char *place_in_bundle(struct launch *launch, const char *path)
{
	if (path[0] != '/' || launch->bundle.top[0] != '/')
		return NULL;
	return text_contains_any(path, "$") ? place_by_lib(launch, path) : place_of(launch, path);
}

static void explain(const struct launch *launch, const char *variable, const char *element)
{
	if (is_explained(launch))
		TELL(launch->bundle.launcher, ": ", element, " of ", variable,
		     " is not the bundle's, and set aside");
}

static void read_directories(struct launch *launch, struct inherited *inherited, const char *list)
{
	const char *separators = is_musl(launch) ? ":\n" : ":;";
	const char *element;

	for (size_t i = 0; i < INHERITED_LIMIT; i++) {
		const char *place;

		element = next_element(launch, &list, separators);
		if (element == NULL)
			return;
		place = place_in_bundle(launch, element);
		if (place == NULL)
			explain(launch, variables[0], element);
		else
			inherited->directories[inherited->directory_count++] = place;
	}
}

const char *find_library(const struct launch *launch, const char *name, char *buffer)
{
	const struct inherited *inherited = launch->inherited;
	const struct record_list list = launch->record->library_path;
	const char *top = launch->bundle.top;

	for (size_t i = 0; i < inherited->directory_count; i++) {
		if (is_there(PATH(buffer, top, "/", inherited->directories[i], "/", name)))
			return buffer;
	}
	for (uint32_t i = 0; i < list.count; i++) {
		if (is_there(PATH(buffer, top, "/", record_item(launch->record, list, i), "/",
				  name)))
			return buffer;
	}
	return NULL;
}

static bool has_slash(const char *text)
{
	while (*text != '\0' && *text != '/')
		text++;
	return *text == '/';
}

/* What an element of LD_PRELOAD or DYNPK_PRELOAD is in the bundle. */
static const char *bundled_object(struct launch *launch, const char *element)
{
	char buffer[PATH_MAX];

	if (has_slash(element))
		return place_in_bundle(launch, element);
	if (launch->bundle.top[0] != '/' || find_library(launch, element, buffer) == NULL)
		return NULL;
	return keep(launch, buffer);
}

/* Those of the bundle, and where they are asked for by DYNPK_PRELOAD those of the host that fit. */
static void read_objects(struct launch *launch, struct inherited *inherited, const char *variable)
{
	const bool is_asked = variable == variables[2];
	const char *list = find_value(launch->start.environment, variable);
	const char *const siblings = list;

	for (size_t i = 0; i < INHERITED_LIMIT && list != NULL; i++) {
		const char *element = next_element(launch, &list, ": \n");
		const char *place;

		if (element == NULL)
			return;
		place = bundled_object(launch, element);
		if (place != NULL || (is_asked && is_fit(launch, element, siblings)))
			inherited->objects[inherited->object_count++] =
				(struct inherited_object){ place != NULL ? place : element,
							   place != NULL };
		else if (!is_asked)
			explain(launch, variable, element);
	}
}

/* The others that act on a loader are set aside as a whole. */
static void explain_others(const struct launch *launch)
{
	for (char **entry = launch->start.environment; *entry != NULL; entry++) {
		char name[24];
		size_t length = 0;

		if (!acts_on_loader(*entry) || value_of(*entry, variables[0]) != NULL ||
		    value_of(*entry, variables[1]) != NULL)
			continue;
		for (; (*entry)[length] != '='; length++)
			name[length] = (*entry)[length];
		name[length] = '\0';
		TELL(launch->bundle.launcher, ": ", name, " is set aside");
	}
}

void read_inherited(struct launch *launch)
{
	char **environment = launch->start.environment;
	const char *lists[3];

	for (size_t i = 0; i < 3; i++)
		lists[i] = find_value(environment, variables[i]);
	if (is_explained(launch))
		explain_others(launch);
	if (lists[0] == NULL && lists[1] == NULL && lists[2] == NULL)
		return;
	launch->inherited = take(&launch->arena, sizeof(*launch->inherited));
	memset(launch->inherited, 0, sizeof(*launch->inherited));
	if (lists[0] != NULL)
		read_directories(launch, launch->inherited, lists[0]);
	read_objects(launch, launch->inherited, variables[1]);
	read_objects(launch, launch->inherited, variables[2]);
}
