#include "walk.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "known-names.h"
#include "sandbox.h"
#include "view.h"

enum { LINK_LIMIT = 40 };

bool set_rest(struct walk *walk, const char *text)
{
	const size_t length = text_length(text);

	if (length >= walk->size)
		return false;
	walk->at = walk->size - 1 - length;
	memcpy(walk->rest + walk->at, text, length + 1);
	return true;
}

/* Go on at `length` bytes of link text, which stand at the beginning of `rest` or elsewhere. */
static int splice(struct walk *walk, const char *text, size_t length)
{
	if (++walk->links > LINK_LIMIT)
		return ELOOP;
	if (length == 0)
		return ENOENT;
	if (length + 1 > walk->at)
		return ENAMETOOLONG;
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

bool append(struct walk *walk, const char *name, size_t length)
{
	if (walk->length + 1 + length >= walk->size)
		return false;
	walk->seen[walk->length] = '/';
	memcpy(walk->seen + walk->length + 1, name, length);
	walk->length += 1 + length;
	walk->seen[walk->length] = '\0';
	return true;
}

/* The bundle does not change: what was a directory below its own name is one. */
static bool is_below_top(const struct walk *walk)
{
	const size_t length = walk->view->top_length;

	return walk->length > length && walk->seen[length] == '/' &&
	       bytes_equal(walk->seen, walk->view->top, length);
}

/* Whether the host's directory that was walked is there. */
static bool is_there(struct walk *walk)
{
	const uint64_t hash = hash_byte(hash_byte(walk->hash, '/'), '.');
	bool exists;

	if (is_no_link(hash) || is_in_sandbox())
		return true;
	memcpy(walk->seen + walk->length, "/.", 3);
	exists = !failed(sys_access(walk->seen, F_OK));
	walk->seen[walk->length] = '\0';
	if (exists && is_below_top(walk))
		remember_no_link(hash);
	return exists;
}

static int step_up(struct walk *walk)
{
	if (walk->node != NO_NODE)
		walk->differs = true;
	if (walk->length > 0 && !walk->is_bundled && walk->node == NO_NODE) {
		if (walk->length + 3 > walk->size)
			return ENAMETOOLONG;
		walk->is_stuck = !is_there(walk);
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
		return ENAMETOOLONG;
	walk->node = NO_NODE;
	if (!follows || walk->is_stuck)
		return 0;
	if (is_no_link(walk->hash) || is_in_sandbox())
		return 0;
	/* What is still to be walked lies at the other end. */
	result = sys_readlink(walk->seen, walk->rest, walk->at);
	if (result == -EINVAL) {
		remember_no_link(walk->hash);
	} else if (failed(result)) {
		if (result == -ENOENT && parent != NO_NODE)
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
		return ENAMETOOLONG;
	exists = is_in_sandbox() || !failed(sys_access(walk->seen, F_OK));
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

	/* Not there, unless a program has mounted something above: the kernel knows. */
	if (walk->is_bundled && walk->node == NO_NODE) {
		walk->is_stuck = true;
		return append(walk, name, length) ? 0 : ENAMETOOLONG;
	}
	if (walk->is_bundled && node_at(table, walk->node)->kind != NODE_WHOLE)
		return ENOTDIR;
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
		return ENAMETOOLONG;
	walk->node = child;
	walk->is_bundled = child == NO_NODE || node_at(table, child)->kind != NODE_MERGED;
	walk->differs |= walk->is_bundled;
	walk->hash = seed_of(child);
	return 0;
}

int walk_rest(struct walk *walk)
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
