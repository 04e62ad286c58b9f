#include "view.h"
#include "audit-work.h"
#include "base/file.h"
#include "base/mapping.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/text.h"
#include "known-names.h"
#include "symbols.h"
#include "table/own-tree.h"

/* While it starts: the thread that does it. */
enum { STATE_NEW = 0, STATE_READY = -1, STATE_OFF = -2 };

static struct view the_view;
static int the_state;

static const char tools[] = "/libexec/dynpk/";

static bool ends_with(const char *text, size_t length, const char *end)
{
	const size_t end_length = text_length(end);

	return length > end_length && bytes_equal(text + length - end_length, end, end_length);
}

bool find_tools(const char *name, size_t *length)
{
	for (size_t at = text_length(name); at-- > 0;) {
		*length = at;
		if (text_starts_with(name + at, tools))
			return true;
	}
	return false;
}

/*
 * The top as the kernel spells it: the loader's name for this object may hold `..` and links.
 * Without /proc the name has to do.
 */
static void find_top(int fd, const char *name, size_t length_in_name)
{
	char link[32];
	long length;

	text_append_number(text_append(link, "/proc/self/fd/"), (unsigned long)fd);
	length = sys_readlink(link, the_view.top, PATH_MAX);
	if (length < PATH_MAX && length > 0 &&
	    ends_with(the_view.top, (size_t)length, TABLE_PLACE)) {
		the_view.top_length = (size_t)length - (sizeof(TABLE_PLACE) - 1);
	} else {
		the_view.top_length = length_in_name;
		memcpy(the_view.top, name, the_view.top_length);
	}
	the_view.top[the_view.top_length] = '\0';
}

enum { STATX_SIZE = 256, STATX_ATTRIBUTES = 8 };
enum { STATX_MOUNT_ROOT = 0x2000 };

/*
 * A namespace of this bundle is known by the table, mounted over itself there. Kernels before 5.8
 * do not tell: then the shim shows paths that the kernel shows too, and nothing comes out
 * otherwise.
 */
static bool is_marked(int fd)
{
	_Alignas(8) unsigned char answer[STATX_SIZE];
	const uint64_t *attributes = (const void *)(answer + STATX_ATTRIBUTES);

	return !failed(system_call(__NR_statx, fd, "", AT_EMPTY_PATH, 0, answer)) &&
	       (*attributes & STATX_MOUNT_ROOT) != 0;
}

/* The table stays as it lies in the file, but where the bundle lies at a path that it shows. */
static void uncover_top(struct table *table)
{
	uint32_t cover = find_cover(table, the_view.top);

	if (cover == NO_NODE || failed(sys_mprotect(table, table->size, PROT_READ | PROT_WRITE)))
		return;
	for (; cover != NO_NODE; cover = find_cover(table, the_view.top))
		uncover(table, cover, the_view.top);
	sys_mprotect(table, table->size, PROT_READ);
}

/* A program that does not see its files would be another one. */
_Noreturn __attribute__((noinline)) static void refuse_table(const char *path)
{
	struct work *work = take_work();

	if (work == NULL)
		sys_exit_group(125);
	fail(&work->line, "the bundle has no valid path table, pack it again", path);
}

static bool start(void)
{
	const char *name = own_name();
	size_t length;
	char path[PATH_MAX + sizeof(TABLE_PLACE)];
	long size, address;
	int fd;

	if (name == NULL || !find_tools(name, &length) || length >= PATH_MAX)
		return false;
	memcpy(path, name, length);
	memcpy(path + length, TABLE_PLACE, sizeof(TABLE_PLACE));
	fd = (int)sys_open(path, O_CLOEXEC);
	if (fd < 0)
		return false;
	size = sys_lseek(fd, 0, SEEK_END);
	address = size < (long)sizeof(struct table)
			  ? -1
			  : sys_mmap(0, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (failed(address) || !check_table((const struct table *)address, (size_t)size))
		refuse_table(path);
	find_top(fd, name, length);
	uncover_top((struct table *)address);
	the_view.table = (const struct table *)address;
	the_view.is_in_namespace = is_marked(fd);
	the_view.shows_paths = true;
	sys_close(fd);
	return true;
}

/*
 * Whoever comes first starts it, and other threads wait. A signal handler that comes in between
 * on that very thread cannot: it sees the host.
 */
__attribute__((noinline)) static int settle(void)
{
	const int self = (int)sys_gettid();
	int state = STATE_NEW;

	if (__atomic_compare_exchange_n(&the_state, &state, self, false, __ATOMIC_ACQUIRE,
					__ATOMIC_ACQUIRE)) {
		state = start() ? STATE_READY : STATE_OFF;
		__atomic_store_n(&the_state, state, __ATOMIC_RELEASE);
	}
	while (state > 0 && state != self) {
		sys_sched_yield();
		state = __atomic_load_n(&the_state, __ATOMIC_ACQUIRE);
	}
	return state;
}

const struct view *launch_view(void)
{
	int state = __atomic_load_n(&the_state, __ATOMIC_ACQUIRE);

	if (__builtin_expect(state >= 0, 0))
		state = settle();
	return state == STATE_READY ? &the_view : NULL;
}

void set_elsewhere(bool is_elsewhere)
{
	the_view.is_elsewhere = is_elsewhere;
	the_view.shows_paths = !is_elsewhere;
}

const struct view *view(void)
{
	const struct view *now = launch_view();

	return now != NULL && now->shows_paths ? now : NULL;
}

const char *seen_path(const struct view *view, const char *path)
{
	const size_t length = view->top_length;

	if (!bytes_equal(path, view->top, length) || !bytes_equal(path + length, "/root", 5))
		return path;
	if (path[length + 5] == '\0')
		return "/";
	return path[length + 5] == '/' ? path + length + 5 : path;
}

/* For mounts, a directory may have children that only the shim shows. */
static bool shows_all_children(const struct table *table, uint32_t directory)
{
	const struct node *node = node_at(table, directory);
	const uint32_t count = child_count(table, node);

	for (uint32_t i = 0; i < count; i++) {
		const unsigned flags = node_at(table, node->first_child + i)->flags;

		if ((flags & NODE_CERTAIN) == 0 ||
		    (flags & (NODE_LIBRARY | NODE_FALLBACK | NODE_SHIM_ONLY)) != 0)
			return false;
	}
	return true;
}

bool is_shown_whole(const struct view *view, uint32_t directory)
{
	enum { KNOWN_SIZE = 64, IS_KNOWN = 2 };
	/* Of one directory each: its number, whether this is known, and whether it is so. */
	static uint64_t known[KNOWN_SIZE];
	const struct node *node = node_at(view->table, directory);
	uint64_t *slot = &known[directory % KNOWN_SIZE];
	uint64_t answer = __atomic_load_n(slot, __ATOMIC_RELAXED);

	if (!view->is_in_namespace)
		return false;
	if (node->kind == NODE_WHOLE)
		return true;
	if (node->kind != NODE_MERGED || (node->flags & NODE_CERTAIN) == 0 ||
	    (node->flags & (NODE_FALLBACK | NODE_SHIM_ONLY)) != 0)
		return false;
	if (answer >> 2 != directory || (answer & IS_KNOWN) == 0) {
		answer = (uint64_t)directory << 2 | IS_KNOWN |
			 (shows_all_children(view->table, directory) ? 1 : 0);
		__atomic_store_n(slot, answer, __ATOMIC_RELAXED);
	}
	return (answer & 1) != 0;
}

uint32_t locate(const struct view *view, const char *path, bool *is_bundled, uint64_t *hash)
{
	const struct table *table = view->table;
	uint32_t node = ROOT_NODE;

	*is_bundled = false;
	*hash = seed_of(ROOT_NODE);
	while (*path != '\0') {
		const char *name = path + 1;
		size_t length = 0;
		uint32_t parent = node;

		while (name[length] != '/' && name[length] != '\0')
			length++;
		if (length == 0)
			break;
		path = name + length;
		node = node == NO_NODE ? NO_NODE : find_visible(table, node, name, length, 0);
		if (node != NO_NODE) {
			/* Met in a path without links, it is a directory of the host. */
			if (node_at(table, node)->kind == NODE_ALIAS)
				node = node_at(table, node)->extra;
			*is_bundled = node_at(table, node)->kind != NODE_MERGED;
			*hash = seed_of(node);
			continue;
		}
		if (parent != NO_NODE)
			*hash = seed_of(parent);
		*hash = hash_byte(*hash, '/');
		for (size_t i = 0; i < length; i++)
			*hash = hash_byte(*hash, name[i]);
	}
	return node;
}
