#include "listing.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "route.h"
#include "sandbox.h"
#include "symbols.h"
#include "view.h"

enum { LISTING_LIMIT = 128 };
enum { TYPE_UNKNOWN = 0, TYPE_DIRECTORY = 4, TYPE_FILE = 8, TYPE_LINK = 10 };

static struct listing listings[LISTING_LIMIT];
static uint32_t listing_count;

BORROW(void *, readdir, void *stream);
#ifdef __i386__
BORROW(void *, readdir64, void *stream);
#endif
BORROW(int, dirfd, void *stream);

struct listing *listing_of(const void *stream)
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
void note_listing(void *stream, const struct route *route)
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
		listings[i].is_partial = false;
		memset(listings[i].met, 0, sizeof(listings[i].met));
		__atomic_store_n(&listings[i].stream, stream, __ATOMIC_RELEASE);
		__atomic_fetch_add(&listing_count, 1, __ATOMIC_RELEASE);
		return;
	}
}

void drop_listing(struct listing *listing)
{
	__atomic_fetch_sub(&listing_count, 1, __ATOMIC_RELEASE);
	__atomic_store_n(&listing->stream, NULL, __ATOMIC_RELEASE);
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

static void remember_met(struct listing *listing, uint32_t number)
{
	if (number < MET_LIMIT)
		listing->met[number / 32] |= 1u << number % 32;
}

static bool was_met(const struct listing *listing, uint32_t number)
{
	return number < MET_LIMIT && (listing->met[number / 32] >> number % 32 & 1) != 0;
}

bool show_entry(struct listing *listing, const char *name, uint8_t *type)
{
	const struct table *table = view()->table;
	const uint32_t child = find_visible(table, listing->node, name, text_length(name), 0);

	if (child == NO_NODE)
		return !listing->is_bundled || is_dots(name);
	remember_met(listing, child - node_at(table, listing->node)->first_child);
	if (*type != TYPE_UNKNOWN && node_at(table, child)->kind != NODE_ALIAS)
		*type = type_of(node_at(table, child));
	return true;
}

static bool host_has(int fd, const char *name)
{
	char link[16];

	if (is_in_sandbox())
		return false;
	return !failed(sys_readlinkat(fd, name, link, sizeof(link))) ||
	       !failed(sys_faccessat(fd, name, F_OK));
}

struct entry *next_child(struct listing *listing, int fd)
{
	const struct view *now = view();
	const struct table *table = now->table;
	const struct node *directory = node_at(table, listing->node);

	while (!listing->is_bundled && listing->next < child_count(table, directory)) {
		const uint32_t number = listing->next++;
		const uint32_t index = directory->first_child + number;
		const struct node *child = node_at(table, index);
		struct entry *entry = &listing->entry;

		if (!is_sound(table, index) || child->parent != listing->node ||
		    is_of_kernel(now, child) || child->name_length > 255 ||
		    was_met(listing, number))
			continue;
		if ((child->flags & NODE_FALLBACK) != 0 && host_fills(table, index))
			continue;
		memcpy(entry->name, table_text(table, child->name), child->name_length);
		entry->name[child->name_length] = '\0';
		if ((listing->is_partial || number >= MET_LIMIT) && host_has(fd, entry->name))
			continue;
		entry->inode = (uint64_t)index + 1;
		entry->offset = position_of(listing->next);
		entry->size = (uint16_t)((19 + child->name_length + 1 + 7) & ~7);
		entry->type = type_of(child);
		return entry;
	}
	return NULL;
}

bool shrink_entry(void *entry)
{
	enum { SHORTER = offsetof(struct entry, name) - offsetof(struct small_entry, name) };
	struct small_entry *small = entry;
	struct entry large;

	memcpy(&large, entry, offsetof(struct entry, name));
	if (large.inode != (uint32_t)large.inode)
		return false;
	memmove(small->name, ((struct entry *)entry)->name,
		large.size - offsetof(struct entry, name));
	small->inode = (uint32_t)large.inode;
	small->offset = (int32_t)large.offset;
	/* A multiple of 8 before, as both sizes are. */
	small->size = (uint16_t)(large.size - SHORTER);
	small->type = large.type;
	return true;
}

/* As the C library reads it. */
static void *read_host(enum form form, void *stream)
{
#ifdef __i386__
	if (!is_small(form))
		return BORROWED(readdir64)(stream);
#endif
	(void)form;
	return BORROWED(readdir)(stream);
}

void *read_listing(enum form form, struct listing *listing, void *stream)
{
	const int error = last_error();
	void *entry;

	while (listing->next == 0) {
		set_error(0);
		entry = read_host(form, stream);
		if (entry == NULL && last_error() != 0)
			return NULL;
		set_error(error);
		if (entry != NULL &&
		    show_entry(listing, entry_name(form, entry), entry_type(form, entry)))
			return entry;
		if (entry == NULL)
			break;
	}
	entry = next_child(listing, BORROWED(dirfd)(stream));
	if (entry != NULL && is_small(form))
		shrink_entry(entry);
	return entry;
}

struct entry *read_entry(void *stream)
{
	struct listing *listing = listing_of(stream);

	return listing == NULL ? read_host(FORM_LARGE, stream)
			       : read_listing(FORM_LARGE, listing, stream);
}
