#include "plain.h"
#include "base/file.h"
#include "base/text.h"
#include "descriptors.h"
#include "known-names.h"
#include "own-file.h"
#include "recent-directory.h"
#include "route.h"
#include "sandbox.h"
#include "view.h"
#include "working-directory.h"

/* The last name of a path, and what is known of the directory it is in. */
struct last_name {
	const char *name;
	uint32_t node;
	uint64_t hash;
	/* Whoever asks, however the host changes. */
	bool is_lasting;
	/* It is a file of the bundle that the kernel shows. */
	bool is_shown;
};

/*
 * Whether a path that stays on the host from `path` on can be left to the kernel; `hash` becomes
 * that of the whole.
 */
static bool is_plain_host(const char *path, uint64_t *hash, struct last_name *last)
{
	const char *at = path;
	uint64_t now = *hash;

	for (;;) {
		const char *name = at;

		if (*at == '.' && (at[1] == '/' || at[1] == '\0' ||
				   (at[1] == '.' && (at[2] == '/' || at[2] == '\0'))))
			return false;
		if (name != path)
			*last = (struct last_name){ name, NO_NODE, now, last->is_lasting, false };
		now = hash_byte(now, '/');
		for (; *at != '/' && *at != '\0'; at++)
			now = hash_byte(now, *at);
		*hash = now;
		if (*at == '\0')
			return at != name;
		if (at == name || !is_no_link(now))
			return false;
		while (*at == '/')
			at++;
		/* A slash at the end makes the last name a directory, known as one. */
		if (*at == '\0')
			return true;
	}
}

static bool last_is_no_link(int directory, const char *path, uint64_t hash)
{
	char byte;

	if (is_no_link(hash) || is_in_sandbox())
		return true;
	if (sys_readlinkat(directory, path, &byte, 1) != -EINVAL)
		return false;
	remember_no_link(hash);
	return true;
}

/*
 * Where a relative path begins; false where nothing is known of that, or it is the bundle's, or
 * leads to its files by the names they have there.
 */
static bool find_beginning(const struct view *view, int directory, unsigned intent, uint32_t *node,
			   uint64_t *hash)
{
	const struct base *base;

	if (directory != AT_FDCWD)
		return recall_descriptor(directory, node, hash);
	if (!read_working_directory(view, &base, NULL) || base->is_bundled ||
	    (base->is_meant && (intent & READ) != 0))
		return false;
	*node = base->node;
	*hash = base->hash;
	return true;
}

/*
 * Follow the table as far as its merged directories go; NULL where it goes on into the bundle, to
 * what the kernel does not show.
 */
static const char *leave_table(const struct view *view, const char *at, unsigned intent,
			       struct last_name *last)
{
	const struct table *table = view->table;

	for (;;) {
		const char *name;
		uint32_t child;

		while (*at == '/')
			at++;
		name = at;
		if (*at == '.')
			return NULL;
		if (*at == '\0')
			return at;
		while (*at != '/' && *at != '\0')
			at++;
		last->name = name;
		child = find_child(table, last->node, name, (size_t)(at - name));
		if (child != NO_NODE && may_give_way(table, child)) {
			last->is_lasting = false;
			if (gives_way(table, child, intent))
				child = NO_NODE;
		}
		if (child == NO_NODE)
			return name;
		if (node_at(table, child)->kind == NODE_FILE &&
		    !is_read(node_at(table, child), intent) &&
		    is_of_kernel(view, node_at(table, child))) {
			last->is_shown = true;
			return name;
		}
		if (node_at(table, child)->kind != NODE_MERGED &&
		    !(node_at(table, child)->kind == NODE_WHOLE && view->is_in_namespace))
			return NULL;
		last->node = child;
	}
}

/* `recent` is what the path had behind the directory that is known already. */
static void note_last(const char *path, const char *recent, const struct last_name *last)
{
	if (*path == '/' && last->is_lasting && last->name != recent && last->name > path + 1)
		note_directory(path, (size_t)(last->name - 1 - path), last->node, last->hash);
}

enum plainness how_plain(int directory, const char *path, unsigned intent)
{
	const struct view *now = view();
	struct last_name last = { path, ROOT_NODE, seed_of(ROOT_NODE), true, false };
	uint64_t hash;
	const char *at = path;
	const char *recent;

	if (now == NULL || !is_path(path) || *path == '\0')
		return PLAIN;
	if (*at == '/') {
		at = leave_recent_directory(path, &last.node, &last.hash);
	} else {
		if (!find_beginning(now, directory, intent, &last.node, &last.hash))
			return NOT_PLAIN;
		if (at[0] == '.' && at[1] == '/' && at[2] != '\0' && at[2] != '/')
			at += 2;
	}
	recent = at;
	hash = last.hash;
	if (last.node != NO_NODE) {
		at = leave_table(now, at, intent, &last);
		if (at == NULL)
			return NOT_PLAIN;
		if (*at == '\0' && (intent & LAUNCH) == 0 && is_shown_whole(now, last.node))
			return PLAIN;
		if (*at == '\0')
			return (intent & UNFOLLOWED) != 0 ? PLAIN_IF_THERE : NOT_PLAIN;
		if (last.node == ROOT_NODE && bytes_equal(at, "proc", 4) &&
		    (at[4] == '/' || at[4] == '\0'))
			return behind_root_link(path) != path ||
					       ((intent & READ) != 0 && is_link_to_program(path))
				       ? NOT_PLAIN
				       : PLAIN;
		hash = last.hash = seed_of(last.node);
	}
	if (last.is_shown) {
		note_last(path, recent, &last);
		return PLAIN;
	}
	if (!is_plain_host(at, &hash, &last) ||
	    ((intent & READ) != 0 && seen_path(now, path) != path &&
	     find_launched(now, path) != NO_NODE))
		return NOT_PLAIN;
	note_last(path, recent, &last);
	if ((intent & (FOLLOW | UNFOLLOWED)) == FOLLOW && !last_is_no_link(directory, path, hash))
		return NOT_PLAIN;
	return PLAIN;
}
