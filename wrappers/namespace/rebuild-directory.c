#include "rebuild-directory.h"
#include "compare-host.h"
#include "mount-points.h"
#include "mount-system.h"
#include "text.h"

static const char old_root[] = ".dynpk-host";

/*
 * One entry of the host's directory, which is the working directory, in the tmpfs at its place.
 * What the host forbids stays away.
 */
static void keep_entry(const struct view *view, int directory, const char *name)
{
	const uint32_t type =
		sys_status(AT_WORKING_DIRECTORY, name, STATUS_UNFOLLOWED).mode & MODE_TYPE;
	char text[PATH_LIMIT];
	long length;

	if (type == MODE_LINK) {
		length = sys_read_link(name, text, sizeof(text) - 1);
		if (SYSTEM_CALL_FAILED(length))
			return;
		text[length] = '\0';
		sys_make_link(text, directory, name);
		return;
	}
	if (type == 0)
		return;
	length = type == MODE_DIRECTORY ? sys_make_directory(directory, name)
					: sys_make_file(directory, name);
	if (!SYSTEM_CALL_FAILED(length))
		sys_mount(name, view->host.text, NULL, MOUNT_BIND | MOUNT_ALL_BELOW, NULL);
}

static bool is_kept(const struct view *view, uint32_t child, const char *name)
{
	const enum need need = child == NO_NODE ? NEED_NOTHING : need_of(view, child, name);

	return need == NEED_NOTHING || need == NEED_ENTER || need == NEED_FOLLOW;
}

static void keep_named(struct view *view, uint32_t node, int directory, const char *name)
{
	const size_t length = view->host.length;
	const size_t name_length = text_length(name);
	const uint32_t child = find_outer_child(view->table, node, name, name_length);

	if (text_equal(name, ".") || text_equal(name, "..") || text_equal(name, old_root))
		return;
	if (path_push(&view->host, name, name_length) && is_kept(view, child, name))
		keep_entry(view, directory, name);
	path_cut(&view->host, length);
}

/* `view->host` leads to the new, empty `directory`; `host` is what it was before. */
static void keep_entries(struct view *view, uint32_t node, int host, int directory)
{
	_Alignas(8) char buffer[8192];
	long size;

	sys_enter_directory(host);
	while ((size = sys_list(host, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < size;) {
			const struct directory_entry *entry = (const void *)(buffer + at);

			keep_named(view, node, directory, entry->name);
			at += entry->size;
		}
	}
}

/* Fill the empty tmpfs in hand. */
static void fill(struct view *view, uint32_t node, int host)
{
	const char *place = path_text(&view->host);
	const long directory = sys_open_at(AT_WORKING_DIRECTORY, place, OPEN_PATH | OPEN_DIRECTORY);

	if (SYSTEM_CALL_FAILED(directory))
		fail_mount(view, place, directory);
	keep_entries(view, node, host, (int)directory);
	make_mount_points(view, node, (int)directory);
	sys_close((int)directory);
}

static void protect(const struct view *view)
{
	const char *place = path_text(&view->host);
	const long result =
		sys_mount(NULL, place, NULL, MOUNT_REMOUNT | MOUNT_BIND | MOUNT_READ_ONLY, NULL);

	if (SYSTEM_CALL_FAILED(result))
		fail_mount(view, place, result);
}

bool rebuild_directory(struct view *view, uint32_t node)
{
	const char *place = path_text(&view->host);
	const long host = sys_open_at(AT_WORKING_DIRECTORY, place, OPEN_DIRECTORY);

	if (SYSTEM_CALL_FAILED(host))
		return false;
	if (SYSTEM_CALL_FAILED(sys_mount("dynpk", place, "tmpfs", 0, "mode=0755"))) {
		sys_close((int)host);
		return false;
	}
	fill(view, node, (int)host);
	sys_enter_directory(view->payload);
	sys_close((int)host);
	protect(view);
	return true;
}

static bool enter_new_root(const char *place)
{
	if (SYSTEM_CALL_FAILED(sys_mount("dynpk", place, "tmpfs", 0, "mode=0755")))
		return false;
	if (SYSTEM_CALL_FAILED(sys_change_directory(place)) ||
	    SYSTEM_CALL_FAILED(sys_make_directory(AT_WORKING_DIRECTORY, old_root)) ||
	    SYSTEM_CALL_FAILED(sys_pivot_root(".", old_root))) {
		sys_unmount(place);
		return false;
	}
	sys_change_directory("/");
	return true;
}

/* Nothing can be bound from the tree that went with the old root. */
static void reopen_payload(struct view *view)
{
	const long payload = sys_open_at(AT_WORKING_DIRECTORY, view->scratch, OPEN_DIRECTORY);

	if (SYSTEM_CALL_FAILED(payload))
		fail_mount(view, view->scratch, payload);
	sys_close(view->payload);
	view->payload = (int)payload;
	sys_enter_directory(view->payload);
}

/* The old root lies in the new one while that is filled; /proc comes first, for descriptors. */
bool exchange_root(struct view *view, uint32_t node)
{
	long host, result;

	if (!enter_new_root(view->scratch)) {
		sys_enter_directory(view->payload);
		return false;
	}
	sys_make_directory(AT_WORKING_DIRECTORY, "proc");
	result = sys_mount(".dynpk-host/proc", "proc", NULL, MOUNT_BIND | MOUNT_ALL_BELOW, NULL);
	host = sys_open_at(AT_WORKING_DIRECTORY, old_root, OPEN_DIRECTORY);
	if (SYSTEM_CALL_FAILED(result) || SYSTEM_CALL_FAILED(host))
		fail_mount(view, "/", SYSTEM_CALL_FAILED(result) ? result : host);
	fill(view, node, (int)host);
	sys_close((int)host);
	sys_change_directory("/");
	sys_unmount(old_root);
	sys_remove_directory(AT_WORKING_DIRECTORY, old_root);
	protect(view);
	reopen_payload(view);
	return true;
}
