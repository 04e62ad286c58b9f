#include "own-file.h"
#include "base/file-status.h"
#include "base/file.h"
#include "base/mapping.h"
#include "base/text.h"
#include "image.h"
#include "route.h"
#include "sandbox.h"
#include "status.h"
#include "view.h"

/* High enough that no program expects its own first files there. */
enum { IMAGE_DESCRIPTOR = 100, MEMFD_CLOEXEC = 1, MAKING_MODE = 0600 };

/* An image, by what the kernel says of it, and what is said instead. */
struct shown {
	struct file_status image;
	struct file_status file;
};

enum { SHOWN_COUNT = 16 };
static struct shown shown[SHOWN_COUNT];
static unsigned shown_count;

bool is_link_to_program(const char *path)
{
	const char *inside = text_behind(path, "/proc/");
	const size_t length = inside == NULL ? 0 : text_length(inside);

	return length > 4 && text_equal(inside + length - 4, "/exe");
}

uint32_t find_launched(const struct view *view, const char *path)
{
	const char *seen = seen_path(view, path);
	bool is_bundled;
	uint64_t hash;
	uint32_t node;

	/* In a namespace the kernel calls files by the paths that it shows them at. */
	if (seen == path && !view->is_in_namespace)
		return NO_NODE;
	node = locate(view, seen, &is_bundled, &hash);
	return node != NO_NODE && (node_at(view->table, node)->flags & NODE_LAUNCHED) != 0
		       ? node
		       : NO_NODE;
}

long read_link_to_program(const char *path, char **text)
{
	long length;

	*text = map_memory(PATH_MAX, MAP_PRIVATE);
	if (*text == NULL)
		return -ENOMEM;
	length = read_link_text(path, *text, PATH_MAX);
	if (failed(length))
		drop_link_text(*text);
	return length;
}

void drop_link_text(const char *text)
{
	sys_munmap(text, PATH_MAX);
}

__attribute__((noinline)) static uint32_t find_own(void)
{
	uint32_t node;
	char *path;

	if (failed(read_link_to_program("/proc/self/exe", &path)))
		return NO_NODE;
	node = find_launched(view(), path);
	drop_link_text(path);
	return node;
}

/* Whether the route leads to this process's program, which never changes. */
static bool is_own(const struct route *route)
{
	/* The root, while nobody has asked. */
	static uint32_t own = ROOT_NODE;
	uint32_t node = __atomic_load_n(&own, __ATOMIC_RELAXED);

	if (!route->is_bundled || route->node == NO_NODE || is_in_sandbox() ||
	    (node_at(view()->table, route->node)->flags & NODE_LAUNCHED) == 0)
		return false;
	if (node == ROOT_NODE) {
		node = find_own();
		__atomic_store_n(&own, node, __ATOMIC_RELAXED);
	}
	return node == route->node;
}

/* Where the launcher of a node lies; false where its path is too long. */
static bool find_launcher(const struct view *view, uint32_t index, const char *seen, char *launcher)
{
	const struct node *node = node_at(view->table, index);
	const bool is_beside = reads_itself(node);
	const char *path = is_beside ? table_text(view->table, node->extra) : seen;

	if (view->top_length + sizeof("/root") + text_length(path) >= PATH_MAX)
		return false;
	text_append(text_append(text_append(launcher, view->top), is_beside ? "/" : "/root"), path);
	return true;
}

/* A file without a name, for an image; -1 where there is no room for one. */
static long make_nameless(void)
{
	const long fd = sys_memfd_create("image", MEMFD_CLOEXEC);
	const long high = sys_fcntl((int)fd, F_DUPFD_CLOEXEC, IMAGE_DESCRIPTOR);

	if (failed(fd) || failed(high))
		return failed(fd) ? -1 : fd;
	sys_close((int)fd);
	return high;
}

static void note_image(int image, int file)
{
	struct shown *now =
		&shown[__atomic_fetch_add(&shown_count, 1, __ATOMIC_RELAXED) % SHOWN_COUNT];

	now->image = file_status_of_open(image);
	now->file = file_status_of_open(file);
}

/* Opens the program's file, and takes memory to work with; -1 where either cannot be had. */
static long begin_image(const struct route *route, struct image_work **work)
{
	long program;

	*work = map_memory(sizeof(**work), MAP_PRIVATE);
	if (*work == NULL)
		return -1;
	program = find_launcher(view(), route->node, route->seen, (*work)->launcher)
			  ? sys_open(route->path, O_CLOEXEC)
			  : -1;
	if (failed(program))
		sys_munmap(*work, sizeof(**work));
	return program;
}

static void end_image(long program, struct image_work *work)
{
	sys_close((int)program);
	sys_munmap(work, sizeof(*work));
}

__attribute__((noinline)) static long measure_image(const struct route *route)
{
	struct image_work *work;
	const long program = begin_image(route, &work);
	long size;

	if (failed(program))
		return -1;
	size = image_size((int)program, work);
	end_image(program, work);
	return size;
}

long shown_size(const struct route *route)
{
	enum { UNKNOWN = -2 };
	static long known = UNKNOWN;
	long size;

	if (!is_own(route))
		return -1;
	size = __atomic_load_n(&known, __ATOMIC_RELAXED);
	if (size == UNKNOWN) {
		size = measure_image(route);
		__atomic_store_n(&known, size, __ATOMIC_RELAXED);
	}
	return size;
}

void show_image(struct route *route)
{
	struct image_work *work;
	long program, image;

	if (!is_own(route))
		return;
	program = begin_image(route, &work);
	if (failed(program))
		return;
	image = make_nameless();
	if (!failed(image) && write_image((int)image, (int)program, work)) {
		note_image((int)image, (int)program);
		route->image = (int)image;
		text_append_number(text_append(route->place, "/proc/self/fd/"),
				   (unsigned long)image);
		route->path = route->place;
	} else if (!failed(image)) {
		sys_close((int)image);
	}
	end_image(program, work);
}

void show_file_of_image(enum form form, void *status)
{
	union status *found = status;
	const unsigned count = __atomic_load_n(&shown_count, __ATOMIC_RELAXED);

	for (unsigned i = 0; i < count && i < SHOWN_COUNT; i++) {
		if (shown[i].image.device != found->of.device ||
		    shown[i].image.inode != inode_of(found, form))
			continue;
		found->of.device = shown[i].file.device;
		set_inode(found, form, shown[i].file.inode);
		found->of.links = 1;
		found->of.mode = shown[i].file.mode | ((shown[i].file.mode & 0444) >> 2);
		return;
	}
}
