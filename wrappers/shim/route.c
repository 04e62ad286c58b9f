#include "system.h"
#include "text.h"
#include "view.h"

enum { LINK_LIMIT = 40 };

/*
 * A walk over both trees. What has been walked is `seen`, free of links; what is still to be
 * walked stands at the end of `rest`, where the text of a link can be put in front of it.
 */
struct walk {
	const struct view *view;
	unsigned intent;
	uint32_t node;
	bool is_bundled;
	/* The host has, or may have, something in the way: the kernel is to say what. */
	bool is_stuck;
	/* What was asked for is not what leads there. */
	bool differs;
	/* What was walked last can only be a directory. */
	bool wants_directory;
	int links;
	uint64_t hash;
	size_t length;
	char *seen;
	size_t at;
	char *rest;
};

static bool set_rest(struct walk *walk, const char *text)
{
	const size_t length = text_length(text);

	if (length >= PATH_SIZE)
		return false;
	walk->at = PATH_SIZE - 1 - length;
	memcpy(walk->rest + walk->at, text, length + 1);
	return true;
}

/* Go on at `length` bytes of link text, which stand at the beginning of `rest` or elsewhere. */
static int splice(struct walk *walk, const char *text, size_t length)
{
	if (++walk->links > LINK_LIMIT)
		return E_LOOP;
	if (length == 0)
		return E_NOENT;
	if (length + 1 > walk->at)
		return E_NAMETOOLONG;
	if (walk->rest[walk->at] != '\0')
		walk->rest[--walk->at] = '/';
	walk->at -= length;
	memmove(walk->rest + walk->at, text, length);
	walk->differs = true;
	if (walk->rest[walk->at] == '/') {
		walk->length = 0;
		walk->node = ROOT_NODE;
		walk->is_bundled = false;
		walk->hash = seed_of(ROOT_NODE);
	}
	return 0;
}

static bool append(struct walk *walk, const char *name, size_t length)
{
	if (walk->length + 1 + length >= PATH_SIZE)
		return false;
	walk->seen[walk->length] = '/';
	memcpy(walk->seen + walk->length + 1, name, length);
	walk->length += 1 + length;
	walk->seen[walk->length] = '\0';
	return true;
}

static int step_up(struct walk *walk)
{
	if (walk->node != NO_NODE)
		walk->differs = true;
	if (walk->length > 0 && !walk->is_bundled && walk->node == NO_NODE) {
		if (!append(walk, ".", 1))
			return E_NAMETOOLONG;
		walk->is_stuck = failed(sys_access(walk->seen, 0));
		walk->length -= 2;
		walk->seen[walk->length] = '\0';
		if (walk->is_stuck)
			return 0;
	}
	while (walk->length > 0 && walk->seen[--walk->length] != '/')
		;
	walk->seen[walk->length] = '\0';
	walk->node = locate(walk->view, walk->seen, &walk->is_bundled, &walk->hash);
	return 0;
}

/*
 * In a directory that packages fill, nobody makes a link where there was nothing: what is missing
 * there, and all that was to be walked below it, is as good as a directory.
 */
static void remember_missing(const struct walk *walk)
{
	uint64_t hash = walk->hash;

	remember_no_link(hash);
	for (const char *at = walk->rest + walk->at; *at != '\0'; at++) {
		const bool is_begin = *at == '/' && at[1] != '/';

		if (is_begin && hash != walk->hash)
			remember_no_link(hash);
		if (is_begin || *at != '/')
			hash = hash_byte(hash, *at);
	}
	remember_no_link(hash);
}

/* A name that only the host can have. */
static int step_host(struct walk *walk, const char *name, size_t length, bool follows)
{
	const uint32_t parent = walk->node;
	long result;

	walk->hash = hash_byte(walk->hash, '/');
	for (size_t i = 0; i < length; i++)
		walk->hash = hash_byte(walk->hash, name[i]);
	/* Its links are not what they read as, and nothing of a bundle is there. */
	if (walk->length == 0 && length == 4 && bytes_equal(name, "proc", 4))
		walk->is_stuck = true;
	if (!append(walk, name, length))
		return E_NAMETOOLONG;
	walk->node = NO_NODE;
	if (!follows || walk->is_stuck)
		return 0;
	/* What is still to be walked lies at the other end. */
	result = sys_readlink(walk->seen, walk->rest, walk->at);
	if (result == -E_INVAL) {
		remember_no_link(walk->hash);
	} else if (failed(result)) {
		if (result == -E_NOENT && parent != NO_NODE)
			remember_missing(walk);
		walk->is_stuck = true;
	} else {
		while (walk->seen[--walk->length] != '/')
			;
		walk->seen[walk->length] = '\0';
		walk->node = locate(walk->view, walk->seen, &walk->is_bundled, &walk->hash);
		return splice(walk, walk->rest, (size_t)result);
	}
	return 0;
}

static int step_link(struct walk *walk, uint32_t link)
{
	const char *text = table_text(walk->view->table, node_at(walk->view->table, link)->extra);

	return splice(walk, text, text_length(text));
}

/*
 * A link such as /bin, where the host may have a directory: what the bundle has behind the link
 * comes first, and the host's directory holds everything else.
 */
static int step_alias(struct walk *walk, uint32_t alias, const char *name, size_t length,
		      bool is_last)
{
	const struct table *table = walk->view->table;
	const uint32_t directory = node_at(table, alias)->extra;
	const char *target = table_text(table, node_at(table, alias)->first_child);
	size_t next_length = 0;
	const char *next;
	bool exists;
	int error;

	for (next = name + length; *next == '/'; next++)
		;
	while (next[next_length] != '/' && next[next_length] != '\0')
		next_length++;
	if (next_length > 0 &&
	    find_visible(table, directory, next, next_length, walk->intent) != NO_NODE)
		return splice(walk, target, text_length(target));
	if (!append(walk, name, length))
		return E_NAMETOOLONG;
	exists = !failed(sys_access(walk->seen, 0));
	walk->length -= length + 1;
	walk->seen[walk->length] = '\0';
	if (!exists && (!is_last || (walk->intent & FOLLOW) != 0))
		return splice(walk, target, text_length(target));
	if (!exists) {
		walk->is_bundled = true;
		walk->node = alias;
		append(walk, name, length);
		return 0;
	}
	error = step_host(walk, name, length, !is_last || (walk->intent & FOLLOW) != 0);
	if (error == 0 && is_last && walk->node == NO_NODE && (walk->intent & FOLLOW) != 0)
		walk->node = directory;
	return error;
}

static int step(struct walk *walk, const char *name, size_t length, bool is_last)
{
	const struct table *table = walk->view->table;
	const bool follows = !is_last || (walk->intent & FOLLOW) != 0;
	uint32_t child = NO_NODE;

	if (walk->is_bundled &&
	    (walk->node == NO_NODE || node_at(table, walk->node)->kind != NODE_WHOLE))
		return walk->node == NO_NODE ? E_NOENT : E_NOTDIR;
	walk->wants_directory = name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.'));
	if (walk->wants_directory)
		return length == 1 ? 0 : step_up(walk);
	if (walk->node != NO_NODE)
		child = find_visible(table, walk->node, name, length, walk->intent);
	if (child == NO_NODE && !walk->is_bundled)
		return step_host(walk, name, length, follows);
	if (child != NO_NODE && node_at(table, child)->kind == NODE_ALIAS)
		return step_alias(walk, child, name, length, is_last);
	if (child != NO_NODE && node_at(table, child)->kind == NODE_LINK && follows)
		return step_link(walk, child);
	if (!append(walk, name, length))
		return E_NAMETOOLONG;
	walk->node = child;
	walk->is_bundled = child == NO_NODE || node_at(table, child)->kind != NODE_MERGED;
	walk->differs |= walk->is_bundled;
	walk->hash = seed_of(child);
	return 0;
}

static int walk_rest(struct walk *walk)
{
	while (walk->rest[walk->at] != '\0' && !walk->is_stuck) {
		char *name = walk->rest + walk->at;
		size_t length = 0;
		size_t behind;
		int error;

		if (*name == '/') {
			walk->at++;
			continue;
		}
		while (name[length] != '/' && name[length] != '\0')
			length++;
		for (behind = length; name[behind] == '/'; behind++)
			;
		/* One slash is left, so that a name with one behind it is not the last. */
		walk->at += length;
		error = step(walk, name, length, name[behind] == '\0' && behind == length);
		if (error != 0)
			return error;
	}
	return 0;
}

/* Where it lies, for the C library: `place` may be the buffer that `rest` was. */
static bool write_place(const struct walk *walk, char *place, const char *tail)
{
	const struct view *view = walk->view;
	const struct node *node = walk->node == NO_NODE ? NULL : node_at(view->table, walk->node);
	const char *middle = "";
	const char *path = walk->length == 0 && !walk->is_bundled ? "/" : walk->seen;
	const size_t tail_length = text_length(tail);
	size_t length = 0;
	size_t middle_length, path_length;

	if (walk->is_bundled) {
		middle = "/root";
		if (node != NULL && (node->flags & NODE_LAUNCHED) != 0 &&
		    (walk->intent & LAUNCH) == 0) {
			middle = "/";
			path = table_text(view->table, node->extra);
		}
		length = view->top_length;
	}
	middle_length = text_length(middle);
	path_length = text_length(path);
	if (length + middle_length + path_length + tail_length >= PATH_SIZE)
		return false;
	memmove(place + length + middle_length + path_length, tail, tail_length + 1);
	memcpy(place + length + middle_length, path, path_length);
	memcpy(place + length, middle, middle_length);
	memcpy(place, view->top, length);
	return true;
}

/* A merged directory is the host's where the host has it. */
static bool settle_merged(struct walk *walk)
{
	bool exists;

	if (walk->is_bundled || walk->node == NO_NODE || walk->length == 0)
		return true;
	if (!append(walk, "/.", 2))
		return false;
	exists = sys_access(walk->seen, 0) != -E_NOENT && sys_access(walk->seen, 0) != -E_NOTDIR;
	walk->length -= 3;
	walk->seen[walk->length] = '\0';
	walk->is_bundled = !exists;
	return true;
}

/* The errno for an attempt to change what the bundle has, 0 for what it may be asked. */
static int refuse_change(const struct walk *walk)
{
	if (!walk->is_bundled)
		return 0;
	if ((walk->intent & MAKE) != 0)
		return walk->node == NO_NODE ? E_ROFS : E_EXIST;
	if ((walk->intent & ENTRY) != 0)
		return E_ROFS;
	if ((walk->intent & CONTENT) != 0 && walk->node != NO_NODE &&
	    node_at(walk->view->table, walk->node)->kind <= NODE_WHOLE)
		return E_ISDIR;
	return (walk->intent & CHANGE) != 0 && walk->node != NO_NODE ? E_ROFS : 0;
}

/* "/proc/self/fd/" and the number. */
static void write_descriptor_link(char *to, int directory)
{
	char digits[12];
	int count = 0;

	memcpy(to, "/proc/self/fd/", 14);
	to += 14;
	do {
		digits[count++] = (char)('0' + directory % 10);
		directory /= 10;
	} while (directory > 0);
	while (count > 0)
		*to++ = digits[--count];
	*to = '\0';
}

static bool start_at_descriptor(struct walk *walk, int directory)
{
	char link[32];
	long length;
	const char *seen;

	if (directory < 0)
		return false;
	write_descriptor_link(link, directory);
	length = sys_readlink(link, walk->seen, PATH_SIZE - 1);
	if (failed(length) || walk->seen[0] != '/')
		return false;
	walk->seen[length] = '\0';
	/* A directory that is no more has this behind its name. */
	if (length > 10 && bytes_equal(walk->seen + length - 10, " (deleted)", 10))
		return false;
	seen = seen_path(walk->view, walk->seen);
	if (seen != walk->seen)
		memmove(walk->seen, seen, text_length(seen) + 1);
	walk->length = text_length(walk->seen);
	if (walk->length == 1)
		walk->length = 0;
	walk->seen[walk->length] = '\0';
	walk->node = locate(walk->view, walk->seen, &walk->is_bundled, &walk->hash);
	if (!walk->is_bundled)
		note_descriptor(directory, walk->node, walk->hash);
	return true;
}

static bool start_at_working_directory(struct walk *walk)
{
	const struct base *base;
	struct base space;

	if (!read_working_directory(walk->view, &base, &space))
		return false;
	walk->length = base->length == 1 ? 0 : base->length;
	memcpy(walk->seen, base->path, walk->length);
	walk->seen[walk->length] = '\0';
	walk->hash = base->hash;
	walk->node = base->node;
	if (base->node != NO_NODE || base->is_bundled)
		walk->node = locate(walk->view, walk->seen, &walk->is_bundled, &walk->hash);
	return true;
}

static void leave_alone(struct route *route, int directory, const char *path)
{
	route->path = path;
	route->directory = directory;
	route->node = NO_NODE;
	route->is_bundled = false;
	route->length = 0;
}

static int finish(struct walk *walk, struct route *route)
{
	const bool has_slash = walk->at > 0 && walk->rest[walk->at - 1] == '/';
	const bool is_directory = walk->length > 0 && (has_slash || walk->wants_directory);
	const char *tail = walk->is_stuck ? walk->rest + walk->at : is_directory ? "/" : "";
	int error;

	if (!walk->is_stuck && !settle_merged(walk))
		return E_NAMETOOLONG;
	error = walk->is_stuck ? 0 : refuse_change(walk);
	if (error != 0)
		return error;
	if (walk->is_bundled || walk->differs) {
		if (!write_place(walk, route->place, tail))
			return E_NAMETOOLONG;
		route->path = route->place;
		route->directory = CWD_FD;
	}
	route->node = walk->is_stuck ? NO_NODE : walk->node;
	route->is_bundled = walk->is_bundled;
	route->length = walk->length;
	if (walk->length == 0)
		memcpy(route->seen, "/", 2);
	return 0;
}

int find_route(struct route *route, int directory, const char *path, unsigned intent)
{
	struct walk walk = { .view = (intent & LAUNCH) != 0 ? launch_view() : view(),
			     .intent = intent,
			     .seen = route->seen,
			     .rest = route->place,
			     .node = ROOT_NODE,
			     .hash = seed_of(ROOT_NODE) };
	int error;

	leave_alone(route, directory, path);
	if (walk.view == NULL || path == NULL || *path == '\0')
		return 0;
	if (*path != '/' && (directory == CWD_FD ? !start_at_working_directory(&walk)
						 : !start_at_descriptor(&walk, directory)))
		return 0;
	if (*path == '/')
		walk.seen[0] = '\0';
	if (!set_rest(&walk, path))
		return 0;
	walk.differs = walk.is_bundled;
	error = walk_rest(&walk);
	return error != 0 ? error : finish(&walk, route);
}
