/*
 * Directories listed: of a merged one the host's entries first, then what only the bundle has; of
 * the bundle's own, without the names that launching needs.
 *
 * The C library reads the directory; a note beside the stream says what has to be put in, left out
 * or shown as something else. Streams are the C library's and so is their memory.
 */
#include "text.h"
#include "wrap.h"

struct entry {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[256];
};

struct listing {
	/* The stream; NULL: free. */
	void *stream;
	uint32_t node;
	bool is_bundled;
	/* The next child to be looked at behind the host's end; 0 before that. */
	uint32_t next;
	struct entry entry;
};

enum { LISTING_LIMIT = 128 };
enum { TYPE_UNKNOWN = 0, TYPE_DIRECTORY = 4, TYPE_FILE = 8, TYPE_LINK = 10 };

/* Positions behind the host's end, for telldir: the kernel's own are not negative. */
static long position_of(uint32_t next)
{
	return -1 - (long)next;
}

static struct listing listings[LISTING_LIMIT];
static uint32_t listing_count;

INTERPOSE(void *, opendir, const char *path);
INTERPOSE(void *, fdopendir, int fd);
INTERPOSE(int, closedir, void *stream);
INTERPOSE(struct entry *, readdir, void *stream);
INTERPOSE(struct entry *, readdir64, void *stream);
INTERPOSE(int, readdir_r, void *stream, struct entry *entry, struct entry **result);
INTERPOSE(int, readdir64_r, void *stream, struct entry *entry, struct entry **result);
INTERPOSE(void, rewinddir, void *stream);
INTERPOSE(void, seekdir, void *stream, long position);
INTERPOSE(long, telldir, void *stream);
BORROW(int, dirfd, void *stream);

static struct listing *listing_of(const void *stream)
{
	if (__atomic_load_n(&listing_count, __ATOMIC_ACQUIRE) == 0)
		return NULL;
	for (size_t i = 0; i < LISTING_LIMIT; i++) {
		if (__atomic_load_n(&listings[i].stream, __ATOMIC_ACQUIRE) == stream)
			return &listings[i];
	}
	return NULL;
}

/* More directories at once than there are notes: the last ones show the host's side. */
static void note_listing(void *stream, const struct route *route)
{
	static char taken;

	if (stream == NULL || route->node == NO_NODE)
		return;
	for (size_t i = 0; i < LISTING_LIMIT; i++) {
		void *free_stream = NULL;

		if (!__atomic_compare_exchange_n(&listings[i].stream, &free_stream, &taken, false,
						 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			continue;
		listings[i].node = route->node;
		listings[i].is_bundled = route->is_bundled;
		listings[i].next = 0;
		__atomic_store_n(&listings[i].stream, stream, __ATOMIC_RELEASE);
		__atomic_fetch_add(&listing_count, 1, __ATOMIC_RELEASE);
		return;
	}
}

__attribute__((noinline)) static void *opendir_routed(const char *path)
{
	struct route route;
	const int error = find_route(&route, CWD_FD, path, FOLLOW);
	void *stream;

	if (error != 0) {
		set_error(error);
		return NULL;
	}
	stream = REAL(opendir)(route.path);
	note_listing(stream, &route);
	return stream;
}

void *opendir(const char *path)
{
	return is_plain(CWD_FD, path, FOLLOW) ? REAL(opendir)(path) : opendir_routed(path);
}

__attribute__((noinline)) void *fdopendir(int fd)
{
	struct route route;
	void *stream = REAL(fdopendir)(fd);

	if (stream != NULL && view() != NULL && find_route(&route, fd, ".", FOLLOW) == 0)
		note_listing(stream, &route);
	return stream;
}

int closedir(void *stream)
{
	struct listing *listing = stream == NULL ? NULL : listing_of(stream);

	if (listing != NULL) {
		__atomic_fetch_sub(&listing_count, 1, __ATOMIC_RELEASE);
		__atomic_store_n(&listing->stream, NULL, __ATOMIC_RELEASE);
	}
	return REAL(closedir)(stream);
}

static uint8_t type_of(const struct node *node)
{
	switch ((enum node_kind)node->kind) {
	case NODE_MERGED:
	case NODE_WHOLE:
		return TYPE_DIRECTORY;
	case NODE_FILE:
		return TYPE_FILE;
	case NODE_LINK:
	case NODE_ALIAS:
		return TYPE_LINK;
	default:
		return TYPE_UNKNOWN;
	}
}

static bool is_dots(const char *name)
{
	return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

/* Whether an entry that was read is to be shown, and then as what it is. */
static bool show_entry(const struct listing *listing, struct entry *entry)
{
	const struct table *table = view()->table;
	const uint32_t child =
		find_visible(table, listing->node, entry->name, text_length(entry->name), 0);

	if (child == NO_NODE)
		return !listing->is_bundled || is_dots(entry->name);
	if (entry->type != TYPE_UNKNOWN && node_at(table, child)->kind != NODE_ALIAS)
		entry->type = type_of(node_at(table, child));
	return true;
}

static bool host_has(void *stream, const char *name)
{
	char link[16];

	return !failed(system_call(__NR_readlinkat, BORROWED(dirfd)(stream), (long)name, (long)link,
				   sizeof(link), 0, 0)) ||
	       !failed(system_call(__NR_faccessat, BORROWED(dirfd)(stream), (long)name, 0, 0, 0,
				   0));
}

/* The next child that the host does not have; NULL: none is left. */
static struct entry *next_child(struct listing *listing, void *stream)
{
	const struct table *table = view()->table;
	const struct node *directory = node_at(table, listing->node);

	while (!listing->is_bundled && listing->next < directory->child_count) {
		const uint32_t index = directory->first_child + listing->next++;
		const struct node *child = node_at(table, index);
		struct entry *entry = &listing->entry;

		if ((child->flags & NODE_LIBRARY) != 0 || child->name_length > 255)
			continue;
		memcpy(entry->name, table_text(table, child->name), child->name_length);
		entry->name[child->name_length] = '\0';
		if (host_has(stream, entry->name))
			continue;
		entry->inode = (uint64_t)index + 1;
		entry->offset = position_of(listing->next);
		entry->size = (uint16_t)((19 + child->name_length + 1 + 7) & ~7);
		entry->type = type_of(child);
		return entry;
	}
	return NULL;
}

static struct entry *read_listing(struct listing *listing, void *stream)
{
	const int error = last_error();
	struct entry *entry;

	while (listing->next == 0) {
		set_error(0);
		entry = REAL(readdir)(stream);
		if (entry == NULL && last_error() != 0)
			return NULL;
		set_error(error);
		if (entry != NULL && show_entry(listing, entry))
			return entry;
		if (entry == NULL)
			break;
	}
	return next_child(listing, stream);
}

struct entry *readdir(void *stream)
{
	struct listing *listing = listing_of(stream);

	return listing == NULL ? REAL(readdir)(stream) : read_listing(listing, stream);
}

struct entry *readdir64(void *stream)
{
	struct listing *listing = listing_of(stream);

	return listing == NULL ? REAL(readdir64)(stream) : read_listing(listing, stream);
}

static int read_listing_into(struct listing *listing, void *stream, struct entry *entry,
			     struct entry **result)
{
	const int before = last_error();
	struct entry *found;
	int error;

	set_error(0);
	found = read_listing(listing, stream);
	error = found == NULL ? last_error() : 0;
	set_error(before);
	if (found != NULL)
		memcpy(entry, found, found->size);
	*result = found == NULL ? NULL : entry;
	return error;
}

int readdir_r(void *stream, struct entry *entry, struct entry **result)
{
	struct listing *listing = listing_of(stream);

	return listing == NULL ? REAL(readdir_r)(stream, entry, result)
			       : read_listing_into(listing, stream, entry, result);
}

int readdir64_r(void *stream, struct entry *entry, struct entry **result)
{
	struct listing *listing = listing_of(stream);

	return listing == NULL ? REAL(readdir64_r)(stream, entry, result)
			       : read_listing_into(listing, stream, entry, result);
}

void rewinddir(void *stream)
{
	struct listing *listing = listing_of(stream);

	if (listing != NULL)
		listing->next = 0;
	REAL(rewinddir)(stream);
}

long telldir(void *stream)
{
	const struct listing *listing = listing_of(stream);

	return listing == NULL || listing->next == 0 ? REAL(telldir)(stream)
						     : position_of(listing->next);
}

void seekdir(void *stream, long position)
{
	struct listing *listing = listing_of(stream);

	if (listing != NULL && position < -1) {
		listing->next = (uint32_t)(-1 - position);
		return;
	}
	if (listing != NULL)
		listing->next = 0;
	REAL(seekdir)(stream, position);
}

/* The C library lists by itself here, past all of the above. */
BORROW(void *, malloc, size_t size);
BORROW(void *, realloc, void *block, size_t size);
BORROW(void, free, void *block);
BORROW(void, qsort, void *items, size_t count, size_t size,
       int (*compare)(const void *, const void *));

typedef int selector(const struct entry *entry);
typedef int comparer(const void *a, const void *b);

static int drop_list(struct entry **list, int count, void *stream)
{
	const int error = last_error();

	while (count > 0)
		BORROWED(free)(list[--count]);
	BORROWED(free)(list);
	closedir(stream);
	return fail_with(error);
}

static int list_directory(void *stream, struct entry ***result, selector *select, comparer *compare)
{
	struct entry **list = NULL;
	struct entry *entry;
	int count = 0;
	int space = 0;

	set_error(0);
	while ((entry = readdir(stream)) != NULL) {
		if (select != NULL && select(entry) == 0)
			continue;
		if (count == space) {
			struct entry **more;

			space = space == 0 ? 16 : 2 * space;
			more = BORROWED(realloc)(list, (size_t)space * sizeof(*list));
			if (more == NULL)
				return drop_list(list, count, stream);
			list = more;
		}
		list[count] = BORROWED(malloc)(entry->size);
		if (list[count] == NULL)
			return drop_list(list, count, stream);
		memcpy(list[count++], entry, entry->size);
		set_error(0);
	}
	if (last_error() != 0)
		return drop_list(list, count, stream);
	closedir(stream);
	if (compare != NULL && count > 1)
		BORROWED(qsort)(list, (size_t)count, sizeof(*list), compare);
	if (list == NULL)
		list = BORROWED(malloc)(sizeof(*list));
	*result = list;
	return count;
}

__attribute__((noinline)) static int scandir_routed(int directory, const char *path,
						    struct entry ***list, selector *select,
						    comparer *compare)
{
	struct route route;
	int error = find_route(&route, directory, path, FOLLOW);
	const int before = last_error();
	void *stream = NULL;
	int count;

	if (error != 0)
		return fail_with(error);
	if (route.directory == CWD_FD) {
		stream = REAL(opendir)(route.path);
	} else {
		const long fd = system_call(__NR_openat, route.directory, (long)route.path,
					    OPEN_DIRECTORY | OPEN_CLOEXEC, 0, 0, 0);

		if (failed(fd))
			return fail_with((int)-fd);
		stream = REAL(fdopendir)((int)fd);
	}
	if (stream == NULL)
		return -1;
	note_listing(stream, &route);
	count = list_directory(stream, list, select, compare);
	if (count >= 0)
		set_error(before);
	return count;
}

#define WRAP_SCANDIR(name)                                                                         \
	INTERPOSE(int, name, const char *path, struct entry ***list, selector *select,             \
		  comparer *compare);                                                              \
	int name(const char *path, struct entry ***list, selector *select, comparer *compare)      \
	{                                                                                          \
		return is_plain(CWD_FD, path, FOLLOW)                                              \
			       ? REAL(name)(path, list, select, compare)                           \
			       : scandir_routed(CWD_FD, path, list, select, compare);              \
	}

WRAP_SCANDIR(scandir)
WRAP_SCANDIR(scandir64)

#define WRAP_SCANDIRAT(name)                                                                       \
	INTERPOSE(int, name, int directory, const char *path, struct entry ***list,                \
		  selector *select, comparer *compare);                                            \
	int name(int directory, const char *path, struct entry ***list, selector *select,          \
		 comparer *compare)                                                                \
	{                                                                                          \
		return is_plain(directory, path, FOLLOW)                                           \
			       ? REAL(name)(directory, path, list, select, compare)                \
			       : scandir_routed(directory, path, list, select, compare);           \
	}

WRAP_SCANDIRAT(scandirat)
WRAP_SCANDIRAT(scandirat64)
