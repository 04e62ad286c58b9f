/*
 * What belongs to root or to us, and lies in a directory that only these can change (or in a sticky
 * one), nobody else can put something in the place of. So nothing can come between looking at a
 * component and using it.
 *
 * Links further up are followed where they, too, lie in such directories and belong to such users.
 */
#include "way.h"
#include "base/directory.h"
#include "base/fail.h"
#include "base/file-status.h"
#include "base/process.h"
#include "base/text.h"

enum {
	LINK_LIMIT = 40,
	STICKY = 01000,
	SEARCH_BY_OTHERS = 011,
	WRITE_BY_OTHERS = 022,
	/* Of what is left to go, the texts of links among it. */
	REST_LIMIT = 2 * PATH_MAX,
};

struct walk {
	struct way *way;
	uint32_t user;
	/* In a namespace that does not know root, whoever has the root directory stands for it. */
	uint32_t root;
	/* Of the directory where we are. */
	uint32_t mode;
	/* Others cannot get to where we are. */
	bool is_out_of_reach;
	unsigned links;
	char rest[REST_LIMIT];
};

/* Of `name` where we are, or of where we are. */
static enum way_end object(struct walk *walk, const char *name, const char *objection, long result)
{
	struct way *way = walk->way;

	way->objected = way->path;
	if (name != NULL)
		path_push(&way->objected, name, text_length(name));
	way->objection = objection;
	way->reason = failed(result) ? reason_of(result) : "";
	sys_close(way->fd);
	return WAY_OBJECTED;
}

static bool can_be_changed(const struct walk *walk)
{
	return (walk->mode & WRITE_BY_OTHERS) != 0 && (walk->mode & STICKY) == 0 &&
	       !walk->is_out_of_reach;
}

static bool is_trusted(const struct walk *walk, const struct file_status *found)
{
	return found->owner == walk->user || found->owner == 0 || found->owner == walk->root;
}

static void arrive(struct walk *walk, int fd, const struct file_status *found)
{
	sys_close(walk->way->fd);
	walk->way->fd = fd;
	walk->mode = found->mode;
	if (found->owner == walk->user && (found->mode & SEARCH_BY_OTHERS) == 0)
		walk->is_out_of_reach = true;
}

/* To `/` or `..`, which have been looked at on the way here, or lie above what has. */
static bool go_back(struct walk *walk, const char *name)
{
	const long fd = open_directory(walk->way->fd, name);
	struct path *path = &walk->way->path;
	size_t length = name[0] == '/' ? 0 : path->length;
	struct file_status found;

	if (failed(fd))
		return false;
	while (length > 0 && path->text[--length] != '/')
		;
	path_cut(path, length);
	found = file_status_at((int)fd, ".", 0);
	walk->is_out_of_reach = false;
	arrive(walk, (int)fd, &found);
	return true;
}

/* Its text comes before the rest. */
static bool follow_link(struct walk *walk, const char *name, const char *rest)
{
	char text[REST_LIMIT];
	const long length = sys_readlinkat(walk->way->fd, name, text, PATH_MAX);

	if (failed(length) || length >= PATH_MAX || walk->links++ >= LINK_LIMIT ||
	    (size_t)length + 1 + text_length(rest) >= sizeof(text))
		return false;
	text[length] = '/';
	text_append(text + length + 1, rest);
	text_append(walk->rest, text);
	return text[0] != '/' || go_back(walk, "/");
}

static unsigned count_components(const char *path)
{
	unsigned count = 0;

	for (; *path != '\0'; path++)
		count += *path != '/' && (path[1] == '/' || path[1] == '\0');
	return count;
}

static enum way_end object_to_own(struct walk *walk, const char *name,
				  const struct file_status *found)
{
	if ((found->mode & S_IFMT) == S_IFLNK)
		return object(walk, name, " is a symbolic link", 0);
	if ((found->mode & S_IFMT) != S_IFDIR)
		return object(walk, name, " is not a directory", 0);
	if (found->owner != walk->user)
		return object(walk, name, " belongs to another user", 0);
	if ((found->mode & WRITE_BY_OTHERS) != 0)
		return object(walk, name,
			      " can be written to by others, who may have put programs there: "
			      "remove it",
			      0);
	return WAY_REACHED;
}

static enum way_end object_to_way(struct walk *walk, const char *name,
				  const struct file_status *found)
{
	if (!is_trusted(walk, found))
		return object(walk, name, " belongs to another user", 0);
	if ((found->mode & S_IFMT) != S_IFDIR)
		return object(walk, name, " is not a directory", 0);
	return WAY_REACHED;
}

/* Somebody may make it at the same moment: then it is looked at all the same. */
static long make_directory(struct walk *walk, const char *name, struct file_status *found)
{
	const long result = sys_mkdirat(walk->way->fd, name, 0700);

	*found = file_status_at(walk->way->fd, name, AT_SYMLINK_NOFOLLOW);
	return result == -EEXIST || found->mode == 0 ? (found->mode == 0 ? result : 0) : result;
}

/* One component on; `left` counts it and those behind it. */
static enum way_end step(struct walk *walk, const struct destination *destination, const char *name,
			 unsigned left, bool may_make)
{
	struct way *way = walk->way;
	struct file_status found = file_status_at(way->fd, name, AT_SYMLINK_NOFOLLOW);
	enum way_end end;
	long there = 0, fd;

	if (found.mode == 0) {
		there = sys_faccessat(way->fd, name, F_OK);
		/* Another start has made it since. */
		if (!failed(there))
			found = file_status_at(way->fd, name, AT_SYMLINK_NOFOLLOW);
	}
	if (found.mode == 0) {
		if (there != -ENOENT)
			return object(walk, name, " cannot be looked at", there);
		if (left > destination->made)
			return object(walk, name, " is not there", 0);
		if (!may_make)
			return WAY_MISSING;
		fd = make_directory(walk, name, &found);
		if (failed(fd))
			return object(walk, name, " cannot be made", fd);
	}
	end = left <= destination->own ? object_to_own(walk, name, &found)
				       : object_to_way(walk, name, &found);
	if (end != WAY_REACHED)
		return end;
	fd = open_directory(way->fd, name);
	if (failed(fd))
		return object(walk, name, " cannot be opened", fd);
	if (!path_push(&way->path, name, text_length(name))) {
		sys_close((int)fd);
		return object(walk, NULL, " leads too deep", 0);
	}
	arrive(walk, (int)fd, &found);
	return WAY_REACHED;
}

/* Cut the first component off the rest. */
static const char *next_component(struct walk *walk, char name[NAME_MAX + 1])
{
	const char *at = walk->rest;
	size_t length = 0;

	while (*at == '/')
		at++;
	while (at[length] != '\0' && at[length] != '/') {
		if (length == NAME_MAX)
			return NULL;
		name[length] = at[length];
		length++;
	}
	name[length] = '\0';
	return at + length;
}

static enum way_end go_on(struct walk *walk, const struct destination *destination, bool may_make)
{
	char name[NAME_MAX + 1];
	enum way_end end = WAY_REACHED;

	while (end == WAY_REACHED) {
		const unsigned left = count_components(walk->rest);
		const char *rest = next_component(walk, name);
		struct file_status found;

		if (rest == NULL)
			return object(walk, NULL, " leads to a name that is too long", 0);
		if (name[0] == '\0')
			return WAY_REACHED;
		if (can_be_changed(walk))
			return object(walk, NULL, " can be written to by others", 0);
		found = file_status_at(walk->way->fd, name, AT_SYMLINK_NOFOLLOW);
		if ((found.mode & S_IFMT) == S_IFLNK && left > destination->own) {
			if (!is_trusted(walk, &found))
				return object(walk, name, " is another user's link", 0);
			if (!follow_link(walk, name, rest))
				return object(walk, name, " cannot be followed", 0);
			continue;
		}
		if (text_equal(name, "..")) {
			if (!go_back(walk, ".."))
				return object(walk, NULL, " cannot be left", 0);
		} else if (!text_equal(name, ".")) {
			end = step(walk, destination, name, left, may_make);
		}
		text_append(walk->rest, rest);
	}
	return end;
}

enum way_end go(struct way *way, const struct destination *destination, bool may_make)
{
	struct walk walk = { .way = way, .user = own_user() };
	const struct file_status root = file_status_at(AT_FDCWD, "/", 0);
	const long fd = open_directory(AT_FDCWD, "/");

	way->fd = (int)fd;
	path_cut(&way->path, 0);
	walk.root = root.owner;
	walk.mode = root.mode;
	if (failed(fd))
		return object(&walk, NULL, "/ cannot be opened", fd);
	if (destination->name[0] != '/' || text_length(destination->name) >= PATH_MAX)
		return object(&walk, NULL, " is where a name begins that is none", 0);
	text_append(walk.rest, destination->name);
	return go_on(&walk, destination, may_make);
}
