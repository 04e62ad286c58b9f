#include "hierarchy.h"
#include "base/file-status.h"
#include "base/memory.h"
#include "base/text.h"
#include "listing.h"
#include "symbols.h"

BORROW(void *, calloc, size_t count, size_t size);
BORROW(void, free, void *block);
BORROW(void, qsort, void *items, size_t count, size_t size, item_comparer *compare);
extern void *opendir(const char *path);
extern int closedir(void *stream);

struct item *make_item(const struct hierarchy *walk, const char *name)
{
	const size_t length = text_length(name);
	const size_t name_offset = rest_offset(walk) + offsetof(struct item_rest, name);
	const size_t status_offset = (name_offset + length + 1 + 15) & ~(size_t)15;
	struct item *item = BORROWED(calloc)(1, status_offset + sizeof(union status));

	if (item == NULL)
		return NULL;
	memcpy(rest_of(walk, item)->name, name, length + 1);
	item->name_length = (uint16_t)length;
	item->path = walk->path;
	rest_of(walk, item)->instruction = NOTHING;
	rest_of(walk, item)->status = (union status *)(void *)((char *)item + status_offset);
	return item;
}

void free_item(struct item *item)
{
	BORROWED(free)(item);
}

void free_items(struct item *item)
{
	while (item != NULL) {
		struct item *next = item->next;

		BORROWED(free)(item);
		item = next;
	}
}

static bool is_dots(const char *name)
{
	return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

static void note_inode(const struct hierarchy *walk, struct item *item, uint64_t inode)
{
	if (is_small(walk->form))
		item->small_inode = (uint32_t)inode;
	else
		item->inode = inode;
}

static uint16_t classify_directory(const struct hierarchy *walk, struct item *item,
				   const union status *status)
{
	struct item_rest *rest = rest_of(walk, item);

	note_inode(walk, item, inode_of(status, walk->form));
	rest->device = status->of.device;
	rest->links = status->of.links;
	if (is_dots(rest->name))
		return INFO_DOT;
	for (struct item *above = item->parent; rest_of(walk, above)->level >= ROOT_LEVEL;
	     above = above->parent) {
		if (item_inode(walk, above) == item_inode(walk, item) &&
		    rest_of(walk, above)->device == rest->device) {
			item->cycle = above;
			return INFO_CYCLE;
		}
	}
	return INFO_DIRECTORY;
}

uint16_t classify_item(const struct hierarchy *walk, struct item *item, bool follows)
{
	union status *status = rest_of(walk, item)->status;

	if (follows || (walk->options & OPTION_LOGICAL) != 0) {
		if (status_of(walk->form, item->access_path, status) != 0) {
			const int error = last_error();

			if (status_of_link(walk->form, item->access_path, status) == 0) {
				set_error(0);
				return INFO_DANGLING;
			}
			item->error = error;
			return INFO_NO_STATUS;
		}
	} else if (status_of_link(walk->form, item->access_path, status) != 0) {
		item->error = last_error();
		return INFO_NO_STATUS;
	}
	switch (status->of.mode & S_IFMT) {
	case S_IFDIR:
		return classify_directory(walk, item, status);
	case S_IFLNK:
		return INFO_LINK;
	case S_IFREG:
		return INFO_FILE;
	default:
		return INFO_OTHER;
	}
}

struct item *sort_items(const struct hierarchy *walk, struct item *first, size_t count)
{
	struct item **sorted;

	if (walk->compare == NULL || count < 2)
		return first;
	sorted = BORROWED(calloc)(count, sizeof(*sorted));
	if (sorted == NULL)
		return first;
	for (size_t i = 0; i < count; i++, first = first->next)
		sorted[i] = first;
	BORROWED(qsort)(sorted, count, sizeof(*sorted), walk->compare);
	for (size_t i = 0; i < count; i++)
		sorted[i]->next = i + 1 < count ? sorted[i + 1] : NULL;
	first = sorted[0];
	BORROWED(free)(sorted);
	return first;
}

/* Where the names of a directory's children begin in the path. */
static size_t name_offset(const struct item *directory)
{
	const size_t length = directory->path_length;

	return length > 0 && directory->path[length - 1] == '/' ? length : length + 1;
}

bool write_name(struct hierarchy *walk, const struct item *item)
{
	const size_t at = name_offset(item->parent);

	if (at + item->name_length + 1 >= WALK_PATH_SIZE)
		return false;
	walk->path[at - 1] = '/';
	memcpy(walk->path + at, rest_of(walk, item)->name, item->name_length + 1);
	return true;
}

static struct item *add_child(struct hierarchy *walk, struct item *directory,
			      const struct entry *entry)
{
	const bool asks = (walk->options & OPTION_NAMES_ONLY) == 0 &&
			  ((walk->options & OPTION_NO_STATUS) == 0 || entry->type == 0 ||
			   entry->type == LISTED_DIRECTORY);
	struct item *child = make_item(walk, entry->name);

	if (child == NULL)
		return NULL;
	rest_of(walk, child)->level = (int16_t)(rest_of(walk, directory)->level + 1);
	child->parent = directory;
	child->path_length = (uint16_t)(name_offset(directory) + child->name_length);
	child->access_path = walk->path;
	if (!write_name(walk, child)) {
		BORROWED(free)(child);
		set_error(ENAMETOOLONG);
		return NULL;
	}
	rest_of(walk, child)->info = asks ? classify_item(walk, child, false) : INFO_NOT_ASKED;
	return child;
}

static struct item *stop(struct hierarchy *walk, struct item *children, void *stream)
{
	const int error = last_error();

	free_items(children);
	closedir(stream);
	walk->options |= OPTION_STOPPED;
	rest_of(walk, walk->current)->info = INFO_ERROR;
	set_error(error);
	return NULL;
}

struct item *read_children(struct hierarchy *walk, bool enters)
{
	struct item *directory = walk->current;
	struct item *first = NULL;
	struct item **end = &first;
	struct entry *entry;
	size_t count = 0;
	void *stream = opendir(directory->access_path);

	if (stream == NULL) {
		if (enters) {
			rest_of(walk, directory)->info = INFO_UNREADABLE;
			directory->error = last_error();
		}
		return NULL;
	}
	while ((entry = read_entry(stream)) != NULL) {
		struct item *child;

		if (is_dots(entry->name) && (walk->options & OPTION_SEE_DOTS) == 0)
			continue;
		child = add_child(walk, directory, entry);
		if (child == NULL)
			return stop(walk, first, stream);
		*end = child;
		end = &child->next;
		count++;
	}
	closedir(stream);
	walk->path[directory->path_length] = '\0';
	if (first == NULL && enters)
		rest_of(walk, directory)->info = INFO_DIRECTORY_LAST;
	return sort_items(walk, first, count);
}
