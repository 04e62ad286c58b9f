/* From where a walk begins to what the C library is given instead of the path. */
#include "route.h"
#include "base/file.h"
#include "base/mapping.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/text.h"
#include "descriptors.h"
#include "known-names.h"
#include "own-file.h"
#include "plain.h"
#include "sandbox.h"
#include "view.h"
#include "walk.h"
#include "working-directory.h"

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
		if (node != NULL && (node->flags & NODE_LAUNCHED) != 0 && !reads_itself(node) &&
		    (walk->intent & LAUNCH) == 0) {
			middle = "/";
			path = table_text(view->table, node->extra);
		}
		length = view->top_length;
	}
	middle_length = text_length(middle);
	path_length = text_length(path);
	if (length + middle_length + path_length + tail_length >= walk->size)
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
	long found;

	if (walk->is_bundled || walk->node == NO_NODE || walk->length == 0)
		return true;
	if (!append(walk, ".", 1))
		return false;
	found = is_in_sandbox() ? 0 : sys_access(walk->seen, F_OK);
	walk->length -= 2;
	walk->seen[walk->length] = '\0';
	walk->is_bundled = found == -ENOENT || found == -ENOTDIR;
	return true;
}

/* The errno for an attempt to change what the bundle has, 0 for what it may be asked. */
static int refuse_change(const struct walk *walk)
{
	if (!walk->is_bundled)
		return 0;
	if ((walk->intent & MAKE) != 0)
		return walk->node == NO_NODE ? EROFS : EEXIST;
	if ((walk->intent & ENTRY) != 0)
		return EROFS;
	if ((walk->intent & CONTENT) != 0 && walk->node != NO_NODE &&
	    node_at(walk->view->table, walk->node)->kind <= NODE_WHOLE)
		return EISDIR;
	return (walk->intent & CHANGE) != 0 && walk->node != NO_NODE ? EROFS : 0;
}

/* What comes of finding where a walk begins, besides an errno. */
enum { BEGINS = 0, BEGINS_NOWHERE = -1 };

static int begin_at_descriptor(struct walk *walk, int directory)
{
	char link[32];
	long length;
	const char *seen;

	if (directory < 0 || is_in_sandbox())
		return BEGINS_NOWHERE;
	text_append_number(text_append(link, "/proc/self/fd/"), (unsigned long)directory);
	length = sys_readlink(link, walk->seen, walk->size - 1);
	if (failed(length) || walk->seen[0] != '/')
		return BEGINS_NOWHERE;
	if (length == (long)walk->size - 1)
		return ENAMETOOLONG;
	walk->seen[length] = '\0';
	/* A directory that is no more has this behind its name. */
	if (length > 10 && bytes_equal(walk->seen + length - 10, " (deleted)", 10))
		return BEGINS_NOWHERE;
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
	return BEGINS;
}

static int begin_at(struct walk *walk, const struct base *base)
{
	if (base->length + 1 >= walk->size)
		return ENAMETOOLONG;
	walk->length = base->length == 1 ? 0 : base->length;
	memcpy(walk->seen, base->path, walk->length);
	walk->seen[walk->length] = '\0';
	walk->hash = base->hash;
	walk->node = base->node;
	if (base->node != NO_NODE || base->is_bundled)
		walk->node = locate(walk->view, walk->seen, &walk->is_bundled, &walk->hash);
	return BEGINS;
}

/* One that is not remembered takes a page of stack. */
__attribute__((noinline)) static int begin_at_unknown_directory(struct walk *walk)
{
	const struct base *base;
	struct base space;

	return read_working_directory(walk->view, &base, &space) ? begin_at(walk, base)
								 : BEGINS_NOWHERE;
}

static int begin_walk(struct walk *walk, int directory, const char *path)
{
	const struct base *base;

	if (*path == '/') {
		walk->seen[0] = '\0';
		return BEGINS;
	}
	if (directory != AT_FDCWD)
		return begin_at_descriptor(walk, directory);
	return read_working_directory(walk->view, &base, NULL) ? begin_at(walk, base)
							       : begin_at_unknown_directory(walk);
}

static void leave_alone(struct route *route, int directory, const char *path)
{
	route->path = path;
	route->directory = directory;
	route->node = NO_NODE;
	route->is_bundled = false;
	route->length = 0;
	route->links = 0;
}

static int finish(struct walk *walk, struct route *route)
{
	const bool has_slash = walk->at > 0 && walk->rest[walk->at - 1] == '/';
	const bool is_directory = walk->length > 0 && (has_slash || walk->wants_directory);
	const char *tail = walk->is_stuck ? walk->rest + walk->at : is_directory ? "/" : "";
	int error;

	if (!walk->is_stuck && !settle_merged(walk))
		return ENAMETOOLONG;
	error = walk->is_stuck ? 0 : refuse_change(walk);
	if (error != 0)
		return error;
	if (walk->is_bundled || walk->differs) {
		if (!write_place(walk, route->place, tail))
			return ENAMETOOLONG;
		route->path = route->place;
		route->directory = AT_FDCWD;
	}
	route->node = walk->is_stuck ? NO_NODE : walk->node;
	route->is_bundled = walk->is_bundled && !walk->is_stuck;
	route->length = walk->length;
	route->links = walk->links;
	if (walk->length == 0)
		memcpy(route->seen, "/", 2);
	return 0;
}

/* In a namespace all but libraries, what launchers stand for, and directories that may hold some.
 */
static bool is_left_to_kernel(const struct walk *walk)
{
	const struct node *node =
		walk->node == NO_NODE ? NULL : node_at(walk->view->table, walk->node);

	return walk->view->is_in_namespace && (walk->intent & LAUNCH) == 0 &&
	       (node == NULL || (node->kind != NODE_MERGED && !is_read(node, walk->intent) &&
				 is_of_kernel(walk->view, node)));
}

/* What was walked on the host may be a launcher, by its place in the bundle. */
static void enter_by_place(struct walk *walk)
{
	const uint32_t node = find_launched(walk->view, walk->seen);
	const char *seen = seen_path(walk->view, walk->seen);

	if (node == NO_NODE)
		return;
	walk->length = text_length(seen);
	memmove(walk->seen, seen, walk->length + 1);
	walk->node = node;
	walk->is_bundled = true;
}

static int follow(struct route *route, size_t size, int directory, const char *path,
		  unsigned intent)
{
	struct walk walk = { .view = (intent & LAUNCH) != 0 ? launch_view() : view(),
			     .intent = intent,
			     .seen = route->seen,
			     .rest = route->place,
			     .size = size,
			     .node = ROOT_NODE,
			     .hash = seed_of(ROOT_NODE) };
	int error = begin_walk(&walk, directory, path);

	if (error == BEGINS_NOWHERE)
		return 0;
	if (error == BEGINS && !set_rest(&walk, path))
		error = ENAMETOOLONG;
	walk.differs |= walk.is_bundled;
	if (error == BEGINS)
		error = walk_rest(&walk);
	if (error == 0 && (intent & READ) != 0 && !walk.is_stuck && !walk.is_bundled)
		enter_by_place(&walk);
	if (is_left_to_kernel(&walk))
		return 0;
	if (error == 0)
		error = finish(&walk, route);
	/* Counted from a directory far down, it may still be short enough for the kernel. */
	return error == ENAMETOOLONG && size == PATH_MAX && !walk.differs ? 0 : error;
}

void drop_route(struct route *route)
{
	if (route->more != NULL)
		sys_munmap(route->more, 2 * PATH_MAX);
	route->more = NULL;
	if (route->image >= 0)
		sys_close(route->image);
	route->image = -1;
}

static int follow_long(struct route *route, int directory, const char *path, unsigned intent)
{
	route->more = map_memory(2 * PATH_MAX, MAP_PRIVATE);
	if (route->more == NULL)
		return ENOMEM;
	route->seen = route->more;
	route->place = route->seen + PATH_MAX;
	return follow(route, PATH_MAX, directory, path, intent);
}

static int follow_any(struct route *route, int directory, const char *path, unsigned intent)
{
	int error;

	route->seen = route->room[0];
	route->place = route->room[1];
	error = follow(route, SHORT_SIZE, directory, path, intent);
	return error == ENAMETOOLONG ? follow_long(route, directory, path, intent) : error;
}

/* Where the kernel says that a program lies; what is no launcher stays the kernel's. */
static void follow_to_program(struct route *route, const char *path)
{
	char *place;

	if (is_in_sandbox() || failed(read_link_to_program(path, &place)))
		return;
	if (find_launched(view(), place) != NO_NODE &&
	    (follow_any(route, AT_FDCWD, place, FOLLOW | READ) != 0 || !route->is_bundled))
		leave_alone(route, AT_FDCWD, path);
	drop_link_text(place);
}

/* The name of this process in /proc, with a slash behind it. */
static const char *behind_own_name(const char *name)
{
	static const char *const names[] = { "self/", "thread-self/" };
	char number[24];
	const char *rest = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && rest == NULL; i++)
		rest = text_behind(name, names[i]);
	if (rest != NULL || *name < '1' || *name > '9' || is_in_sandbox())
		return rest;
	text_append(text_append_number(number, (unsigned long)sys_getpid()), "/");
	return text_behind(name, number);
}

const char *behind_root_link(const char *path)
{
	for (;;) {
		const char *name = text_behind(path, "/proc/");
		const char *link = name == NULL ? NULL : behind_own_name(name);
		const char *rest = link == NULL ? NULL : text_behind(link, "root");

		if (rest == NULL || *rest != '/')
			return path;
		path = rest;
	}
}

int find_route(struct route *route, int directory, const char *path, unsigned intent)
{
	const struct view *now = (intent & LAUNCH) != 0 ? launch_view() : view();

	drop_route(route);
	leave_alone(route, directory, path);
	if (now == NULL || now->is_elsewhere || !is_path(path) || *path == '\0')
		return 0;
	if ((intent & READ) != 0 && is_link_to_program(path)) {
		follow_to_program(route, path);
		return 0;
	}
	return follow_any(route, directory, behind_root_link(path), intent);
}
