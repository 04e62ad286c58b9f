#include "loader-lists.h"
#include "base/file.h"
#include "base/mapping.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/variables.h"

bool is_loader_list(const char *entry)
{
	return value_of(entry, "LD_PRELOAD") != NULL || value_of(entry, "LD_LIBRARY_PATH") != NULL;
}

struct piece {
	const char *text;
	size_t length;
};

/* Where paths are put together: a signal handler that starts a program may have 8 KiB of stack. */
struct scratch {
	char path[PATH_MAX];
};

/* Whether the pieces together name a file. */
static bool is_there(struct scratch *scratch, const struct piece *pieces, size_t count)
{
	char *path = scratch->path;
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		if (pieces[i].length >= sizeof(scratch->path) - used)
			return false;
		memcpy(path + used, pieces[i].text, pieces[i].length);
		used += pieces[i].length;
	}
	path[used] = '\0';
	return !failed(sys_access(path, F_OK));
}

#define PIECE(text) ((struct piece){ text, sizeof(text) - 1 })

/* Whether it is named by its place in the bundle. */
static bool is_below(const char *top, struct piece element)
{
	const struct piece root = PIECE("/root/");
	const size_t length = text_length(top);

	return element.length > length + root.length && bytes_equal(element.text, top, length) &&
	       bytes_equal(element.text + length, root.text, root.length);
}

/* The one list is split at blanks, the other at semicolons; both at colons. */
static struct piece element_at(const char *text, char separator)
{
	size_t length = 0;

	while (text[length] != '\0' && text[length] != ':' && text[length] != separator)
		length++;
	return (struct piece){ text, length };
}

static size_t index_of(struct piece piece, char c)
{
	size_t i = 0;

	while (i < piece.length && piece.text[i] != c)
		i++;
	return i;
}

/* A bare name that a directory of LD_LIBRARY_PATH has in the bundle, and on the host none. */
static bool is_found_in_bundle(struct scratch *scratch, const char *top, struct piece name,
			       const char *directories)
{
	const struct piece bundle = { top, text_length(top) };
	bool is_bundled = false;

	while (directories != NULL && *directories != '\0') {
		const struct piece directory = element_at(directories, ';');
		const struct piece file[] = { bundle, PIECE("/root"), directory, PIECE("/"), name };

		directories += directory.length;
		directories += *directories != '\0';
		if (directory.length == 0 || directory.text[0] != '/')
			continue;
		if (is_below(top, directory))
			is_bundled |= is_there(scratch, file + 2, 3);
		else if (is_there(scratch, file + 2, 3))
			return false;
		else
			is_bundled |= is_there(scratch, file, 5);
	}
	return is_bundled;
}

/* In the bundle at `top`, or on the host where that is nothing. */
static bool is_there_below(struct scratch *scratch, const char *top, struct piece path)
{
	const struct piece pieces[] = {
		{ top, text_length(top) },
		{ "/root", *top == '\0' ? 0 : sizeof("/root") - 1 },
		path,
	};

	return is_there(scratch, pieces, sizeof(pieces) / sizeof(*pieces));
}

/* What `$LIB` may be: the host's is not known here, and every one is looked for. */
static bool is_there_by_lib(struct scratch *scratch, const char *top, struct piece path)
{
	static const char libs[][24] = {
		"lib",
		"lib64",
		"lib32",
#if defined(__x86_64__)
		"lib/x86_64-linux-gnu",
#elif defined(__aarch64__)
		"lib/aarch64-linux-gnu",
#elif defined(__i386__)
		"lib/i386-linux-gnu",
#endif
	};
	const struct piece before = { path.text, index_of(path, '$') };
	const char *token = path.text + before.length;
	const size_t length = text_starts_with(token, "${LIB}") ? 6 : 4;

	if (!text_starts_with(token, "${LIB}") && !text_starts_with(token, "$LIB"))
		return false;
	for (size_t i = 0; i < sizeof(libs) / sizeof(*libs); i++) {
		const struct piece pieces[] = {
			{ top, text_length(top) },
			{ "/root", *top == '\0' ? 0 : sizeof("/root") - 1 },
			before,
			{ libs[i], text_length(libs[i]) },
			{ token + length, path.length - before.length - length },
		};

		if (is_there(scratch, pieces, sizeof(pieces) / sizeof(*pieces)))
			return true;
	}
	return false;
}

static bool is_preload_of_bundle(struct scratch *scratch, const char *top, struct piece element,
				 const char *directories)
{
	const bool has_token = index_of(element, '$') < element.length;
	bool (*look)(struct scratch *, const char *, struct piece) =
		has_token ? is_there_by_lib : is_there_below;

	if (index_of(element, '/') == element.length)
		return is_found_in_bundle(scratch, top, element, directories);
	return element.text[0] == '/' && !look(scratch, "", element) && look(scratch, top, element);
}

static bool take_out(struct scratch *scratch, const char *top, char *entry,
		     char *const *environment)
{
	const bool is_preload = value_of(entry, "LD_PRELOAD") != NULL;
	const char *directories = find_value(environment, "LD_LIBRARY_PATH");
	char *const value = (char *)value_of(entry, is_preload ? "LD_PRELOAD" : "LD_LIBRARY_PATH");
	char *at = value;

	while (*at != '\0') {
		const struct piece element = element_at(at, is_preload ? ' ' : ';');
		char *end = at + element.length;

		/* Of other directories the bundle's do no harm: the host has what it has there. */
		if (!is_below(top, element) &&
		    !(is_preload && is_preload_of_bundle(scratch, top, element, directories))) {
			at = end + (*end != '\0');
			continue;
		}
		if (*end != '\0') {
			memmove(at, end + 1, text_length(end + 1) + 1);
			continue;
		}
		if (at == value)
			return false;
		at[-1] = '\0';
		return true;
	}
	return true;
}

bool take_out_bundled(const char *top, char *entry, char *const *environment)
{
	struct scratch *scratch = map_memory(sizeof(*scratch), MAP_PRIVATE);
	bool is_left;

	if (scratch == NULL)
		return true;
	is_left = take_out(scratch, top, entry, environment);
	sys_munmap(scratch, sizeof(*scratch));
	return is_left;
}
