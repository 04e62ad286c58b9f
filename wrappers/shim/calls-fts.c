/*
 * fts_open() and its like: the C library would read the directories past the calls it exports.
 *
 * The walk never changes the working directory, whatever is asked: fts(3) leaves that open, and
 * `fts_accpath` leads to the file either way. musl has no such calls.
 */
#include "base/call.h"
#include "base/memory.h"
#include "hierarchy.h"
#include "wrap.h"

#define INTERPOSE_FTS(open, read, children, close)                                                 \
	INTERPOSE(struct hierarchy *, open, char *const *paths, int options,                       \
		  item_comparer *compare);                                                         \
	INTERPOSE(struct item *, read, struct hierarchy *walk);                                    \
	INTERPOSE(struct item *, children, struct hierarchy *walk, int options);                   \
	INTERPOSE(int, close, struct hierarchy *walk)

INTERPOSE_FTS(fts_open, fts_read, fts_children, fts_close);
INTERPOSE_FTS(fts64_open, fts64_read, fts64_children, fts64_close);
#ifdef __i386__
INTERPOSE_FTS(__fts64_open_time64, __fts64_read_time64, __fts64_children_time64,
	      __fts64_close_time64);
#endif
BORROW(void *, calloc, size_t count, size_t size);
BORROW(void, free, void *block);

static struct item *make_roots(struct hierarchy *walk, char *const *paths, struct item *parent)
{
	struct item *first = NULL;
	struct item **end = &first;
	size_t count = 0;

	for (; *paths != NULL; paths++, count++) {
		struct item *root = **paths == '\0' ? NULL : make_item(walk, *paths);

		if (root == NULL) {
			if (**paths == '\0')
				set_error(ENOENT);
			free_items(first);
			return NULL;
		}
		root->parent = parent;
		rest_of(walk, root)->level = ROOT_LEVEL;
		root->access_path = rest_of(walk, root)->name;
		rest_of(walk, root)->info =
			classify_item(walk, root, (walk->options & OPTION_FOLLOW_ROOTS) != 0);
		/* Named by the caller, these are directories like others. */
		if (rest_of(walk, root)->info == INFO_DOT)
			rest_of(walk, root)->info = INFO_DIRECTORY;
		*end = root;
		end = &root->next;
	}
	return sort_items(walk, first, count);
}

static struct hierarchy *open_hierarchy(enum form form, char *const *paths, int options,
					item_comparer *compare)
{
	struct hierarchy *walk = BORROWED(calloc)(1, sizeof(*walk) + WALK_PATH_SIZE);
	struct item *parent;

	if (walk == NULL)
		return NULL;
	walk->path = (char *)(walk + 1);
	walk->path_size = WALK_PATH_SIZE;
	walk->compare = compare;
	walk->options = options | OPTION_OWN;
	walk->form = form;
	parent = make_item(walk, "");
	walk->current = make_item(walk, "");
	if (parent != NULL)
		rest_of(walk, parent)->level = ROOT_PARENT_LEVEL;
	if (walk->current != NULL) {
		rest_of(walk, walk->current)->info = INFO_BEGIN;
		rest_of(walk, walk->current)->level = ROOT_LEVEL;
		walk->current->parent = parent;
		if (parent != NULL)
			walk->current->next = make_roots(walk, paths, parent);
	}
	if (parent == NULL || walk->current == NULL ||
	    (walk->current->next == NULL && *paths != NULL)) {
		BORROWED(free)(parent);
		BORROWED(free)(walk->current);
		BORROWED(free)(walk);
		return NULL;
	}
	return walk;
}

static struct item *reach_root(struct hierarchy *walk, struct item *root)
{
	const size_t length = root->name_length;
	size_t base = length;

	if (length >= WALK_PATH_SIZE)
		return NULL;
	memcpy(walk->path, rest_of(walk, root)->name, length + 1);
	root->path_length = (uint16_t)length;
	/* From here on its name is the last of the path. */
	while (base > 0 && rest_of(walk, root)->name[base - 1] != '/')
		base--;
	root->access_path = walk->path;
	if (base > 1 || (base == 1 && length > 1)) {
		memmove(rest_of(walk, root)->name, rest_of(walk, root)->name + base,
			length - base + 1);
		root->name_length = (uint16_t)(length - base);
	}
	walk->device = rest_of(walk, root)->device;
	return walk->current = root;
}

static struct item *reach(struct hierarchy *walk, struct item *item)
{
	write_name(walk, item);
	return walk->current = item;
}

/* On to the next one beside `item`, or up to the directory again. */
static struct item *go_on(struct hierarchy *walk, struct item *item)
{
	for (;;) {
		struct item *next = item->next;
		struct item *parent = item->parent;

		BORROWED(free)(item);
		item = next;
		if (item == NULL) {
			item = parent;
			break;
		}
		if (rest_of(walk, item)->level == ROOT_LEVEL)
			return reach_root(walk, item);
		if (rest_of(walk, item)->instruction == SKIP)
			continue;
		if (rest_of(walk, item)->instruction == FOLLOW_LINK) {
			write_name(walk, item);
			rest_of(walk, item)->info = classify_item(walk, item, true);
			rest_of(walk, item)->instruction = NOTHING;
		}
		return reach(walk, item);
	}
	if (rest_of(walk, item)->level == ROOT_PARENT_LEVEL) {
		BORROWED(free)(item);
		set_error(0);
		return walk->current = NULL;
	}
	walk->path[item->path_length] = '\0';
	rest_of(walk, item)->info = item->error != 0 ? INFO_ERROR : INFO_DIRECTORY_LAST;
	return walk->current = item;
}

static struct item *enter(struct hierarchy *walk, struct item *directory, int instruction)
{
	struct item *child;

	if (instruction == SKIP || ((walk->options & OPTION_ONE_DEVICE) != 0 &&
				    rest_of(walk, directory)->device != walk->device)) {
		free_items(walk->children);
		walk->children = NULL;
		rest_of(walk, directory)->info = INFO_DIRECTORY_LAST;
		return directory;
	}
	if (walk->children != NULL && (walk->options & OPTION_NAMES_ONLY) != 0) {
		walk->options &= ~OPTION_NAMES_ONLY;
		free_items(walk->children);
		walk->children = NULL;
	}
	child = walk->children != NULL ? walk->children : read_children(walk, true);
	walk->children = NULL;
	if (child == NULL)
		return (walk->options & OPTION_STOPPED) != 0 ? NULL : directory;
	if (rest_of(walk, child)->instruction == FOLLOW_LINK) {
		write_name(walk, child);
		rest_of(walk, child)->info = classify_item(walk, child, true);
	}
	return reach(walk, child);
}

static struct item *read_item(struct hierarchy *walk)
{
	struct item *item = walk->current;
	int instruction;

	if (item == NULL || (walk->options & OPTION_STOPPED) != 0)
		return NULL;
	instruction = rest_of(walk, item)->instruction;
	rest_of(walk, item)->instruction = NOTHING;
	if (instruction == AGAIN) {
		rest_of(walk, item)->info = classify_item(walk, item, false);
		return item;
	}
	if (instruction == FOLLOW_LINK && (rest_of(walk, item)->info == INFO_LINK ||
					   rest_of(walk, item)->info == INFO_DANGLING)) {
		rest_of(walk, item)->info = classify_item(walk, item, true);
		return item;
	}
	return rest_of(walk, item)->info == INFO_DIRECTORY ? enter(walk, item, instruction)
							   : go_on(walk, item);
}

static struct item *list_children(struct hierarchy *walk, int options)
{
	struct item *item = walk->current;

	if (options != 0 && options != OPTION_NAMES_ONLY) {
		set_error(EINVAL);
		return NULL;
	}
	set_error(0);
	if (item == NULL || (walk->options & OPTION_STOPPED) != 0)
		return NULL;
	if (rest_of(walk, item)->info == INFO_BEGIN)
		return item->next;
	if (rest_of(walk, item)->info != INFO_DIRECTORY)
		return NULL;
	free_items(walk->children);
	walk->options = (walk->options & ~OPTION_NAMES_ONLY) | options;
	return walk->children = read_children(walk, false);
}

static int close_hierarchy(struct hierarchy *walk)
{
	struct item *item = walk->current;

	free_items(walk->children);
	while (item != NULL) {
		struct item *next = item->next != NULL ? item->next : item->parent;

		BORROWED(free)(item);
		item = next;
	}
	BORROWED(free)(walk);
	return 0;
}

#define WRAP_FTS(form, open, read, children, close)                                                \
	struct hierarchy *open(char *const *paths, int options, item_comparer *compare)            \
	{                                                                                          \
		if (view() == NULL || (options & ~OPTION_MASK) != 0)                               \
			return REAL(open)(paths, options, compare);                                \
		return open_hierarchy(form, paths, options, compare);                              \
	}                                                                                          \
	struct item *read(struct hierarchy *walk)                                                  \
	{                                                                                          \
		return (walk->options & OPTION_OWN) != 0 ? read_item(walk) : REAL(read)(walk);     \
	}                                                                                          \
	struct item *children(struct hierarchy *walk, int options)                                 \
	{                                                                                          \
		return (walk->options & OPTION_OWN) != 0 ? list_children(walk, options)            \
							 : REAL(children)(walk, options);          \
	}                                                                                          \
	int close(struct hierarchy *walk)                                                          \
	{                                                                                          \
		return (walk->options & OPTION_OWN) != 0 ? close_hierarchy(walk)                   \
							 : REAL(close)(walk);                      \
	}

WRAP_FTS(FORM_USUAL, fts_open, fts_read, fts_children, fts_close)
WRAP_FTS(FORM_LARGE, fts64_open, fts64_read, fts64_children, fts64_close)
#ifdef __i386__
WRAP_FTS(FORM_TIME64, __fts64_open_time64, __fts64_read_time64, __fts64_children_time64,
	 __fts64_close_time64)
#endif
