/*
 * Directories that hold names the host lacks.
 *
 * A mount needs something to be mounted over, and nothing may be made on the host. An overlay with
 * names of ours above the host's directory is the cheapest way, but hides what is mounted below it
 * and is read-only all through: it serves where packages are installed and nobody else writes. A
 * tmpfs that holds one mount for each entry of the host serves everywhere else, and on kernels
 * without unprivileged overlays. The root itself can only be exchanged (pivot_root).
 */
#include "fail.h"
#include "mount-system.h"
#include "mounts-below.h"
#include "text.h"
#include "view.h"

static const char old_root[] = ".dynpk-host";

static bool is_below(const struct path *path, const char *directory)
{
	const size_t length = text_length(directory);

	return text_starts_with(path->text, directory) &&
	       (path->text[length] == '/' || path->text[length] == '\0');
}

/* Packages fill these; the user has no files of his own there, root apart. */
static bool is_of_packages(const struct path *path)
{
	static const char directories[][5] = { "/usr", "/etc", "/bin", "/lib" };

	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++) {
		if (text_starts_with(path->text, directories[i]))
			return !is_below(path, "/usr/local");
	}
	return text_starts_with(path->text, "/sbin");
}

static bool is_of_site(const struct path *path)
{
	return is_below(path, "/usr/local") || is_below(path, "/opt");
}

static void make_name(const struct view *view, uint32_t node, int directory)
{
	const struct node *it = node_at(view->table, node);
	const char *name = table_text(view->table, it->name);

	switch (it->kind) {
	case NODE_LINK:
		sys_make_link(table_text(view->table, it->extra), directory, name);
		break;
	case NODE_ALIAS:
		sys_make_link(table_text(view->table, it->first_child), directory, name);
		break;
	case NODE_FILE:
		sys_make_file(directory, name);
		break;
	default:
		sys_make_directory(directory, name);
		break;
	}
}

/* Names for all that is to be shown in a directory of ours, and below it; no other is touched. */
static void make_names(const struct view *view, uint32_t node, int directory)
{
	const struct node *it = node_at(view->table, node);

	for (uint32_t i = 0; i < it->child_count; i++) {
		const uint32_t child = it->first_child + i;
		const struct node *own = node_at(view->table, child);
		const char *name = table_text(view->table, own->name);
		long inner;

		/* What is there was kept, and may be a directory of the host. */
		if (!has_content(view, child) ||
		    sys_status(directory, name, STATUS_UNFOLLOWED).mode != 0)
			continue;
		make_name(view, child, directory);
		if (own->kind != NODE_MERGED)
			continue;
		inner = sys_open_at(directory, name, OPEN_PATH | OPEN_DIRECTORY);
		if (!SYSTEM_CALL_FAILED(inner)) {
			make_names(view, child, (int)inner);
			sys_close((int)inner);
		}
	}
}

static void write_layer(struct view *view, uint32_t node, int layer);

/* In a layer: the name, and what is below it that the host lacks. */
static void write_layer_entry(struct view *view, uint32_t child, int layer)
{
	const char *name = table_text(view->table, node_at(view->table, child)->name);
	const enum fit fit = fit_of(view, child, view->host.text);
	const bool is_merged = node_at(view->table, child)->kind == NODE_MERGED;
	const uint32_t type =
		sys_status(AT_WORKING_DIRECTORY, view->host.text, STATUS_UNFOLLOWED).mode &
		MODE_TYPE;
	long inner;

	if (fit != FIT_MISSING && !(fit == FIT_ENTER && is_merged && type == MODE_DIRECTORY))
		return;
	make_name(view, child, layer);
	if (!is_merged)
		return;
	inner = sys_open_at(layer, name, OPEN_PATH | OPEN_DIRECTORY);
	if (SYSTEM_CALL_FAILED(inner))
		return;
	if (fit == FIT_MISSING)
		make_names(view, child, (int)inner);
	else
		write_layer(view, child, (int)inner);
	sys_close((int)inner);
	/* Goes only where nothing was lacking below it. */
	if (fit == FIT_ENTER)
		sys_remove_directory(layer, name);
}

static void write_layer(struct view *view, uint32_t node, int layer)
{
	const struct node *it = node_at(view->table, node);
	const size_t length = view->host.length;

	for (uint32_t i = 0; i < it->child_count; i++) {
		const struct node *child = node_at(view->table, it->first_child + i);

		if (path_push(&view->host, table_text(view->table, child->name),
			      child->name_length))
			write_layer_entry(view, it->first_child + i, layer);
		path_cut(&view->host, length);
	}
}

static long make_layer(struct view *view)
{
	char number[24];

	if (view->layers < 0) {
		const char *place = view->scratch;
		long result = sys_mount("dynpk", place, "tmpfs", 0, "mode=0755");

		if (!SYSTEM_CALL_FAILED(result))
			result = sys_open_at(AT_WORKING_DIRECTORY, place, OPEN_PATH);
		if (SYSTEM_CALL_FAILED(result))
			fail_mount(view, place, result);
		view->layers = (int)result;
	}
	text_append_number(number, view->layer_count++);
	sys_make_directory(view->layers, number);
	return sys_open_at(view->layers, number, OPEN_PATH | OPEN_DIRECTORY);
}

static bool overlay(struct view *view, uint32_t node)
{
	const char *place = path_text(&view->host);
	const long host = sys_open_at(AT_WORKING_DIRECTORY, place, OPEN_PATH | OPEN_DIRECTORY);
	const long layer = SYSTEM_CALL_FAILED(host) ? host : make_layer(view);
	char options[128];
	char *end;
	long result;

	if (SYSTEM_CALL_FAILED(layer))
		return false;
	write_layer(view, node, (int)layer);
	/* By descriptors, because the options have no room for every name. */
	end = text_append(options, "userxattr,lowerdir=/proc/self/fd/");
	end = text_append(text_append_number(end, (unsigned long)layer), ":/proc/self/fd/");
	text_append_number(end, (unsigned long)host);
	result = sys_mount("dynpk", place, "overlay", MOUNT_READ_ONLY, options);
	/* Where it is one overlay too many, another directory may still have one. */
	if (result == -ERROR_PERMISSION || result == -ERROR_NO_DEVICE)
		view->has_overlay = false;
	if (!SYSTEM_CALL_FAILED(result))
		show_mounts_below(view, (int)host);
	sys_close((int)host);
	sys_close((int)layer);
	return !SYSTEM_CALL_FAILED(result);
}

/* One entry of the host's directory, in the tmpfs at its place. What the host forbids stays away.
 */
static void keep_entry(const struct view *view, const char *from, int directory, const char *name)
{
	const uint32_t type =
		sys_status(AT_WORKING_DIRECTORY, from, STATUS_UNFOLLOWED).mode & MODE_TYPE;
	char text[PATH_LIMIT];
	long length;

	if (type == MODE_LINK) {
		length = sys_read_link(from, text, sizeof(text) - 1);
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
		sys_mount(from, view->host.text, NULL, MOUNT_BIND | MOUNT_ALL_BELOW, NULL);
}

static void keep_named(struct view *view, uint32_t node, int host, int directory, const char *name)
{
	const size_t length = view->host.length;
	const size_t name_length = text_length(name);
	const uint32_t child = find_child(view->table, node, name, name_length);
	char from[PATH_LIMIT];
	enum fit fit;

	if (text_equal(name, ".") || text_equal(name, "..") || text_equal(name, old_root))
		return;
	text_append(text_append(text_append_number(text_append(from, "/proc/self/fd/"),
						   (unsigned long)host),
				"/"),
		    name);
	fit = child == NO_NODE ? FIT_NOTHING : fit_of(view, child, from);
	if ((fit == FIT_NOTHING || fit == FIT_ENTER) && path_push(&view->host, name, name_length))
		keep_entry(view, from, directory, name);
	path_cut(&view->host, length);
}

/* `view->host` leads to the new, empty `directory`; `host` is what it was before. */
static void keep_entries(struct view *view, uint32_t node, int host, int directory)
{
	_Alignas(8) char buffer[8192];
	long size;

	while ((size = sys_list(host, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < size;) {
			const struct directory_entry *entry = (const void *)(buffer + at);

			keep_named(view, node, host, directory, entry->name);
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
	make_names(view, node, (int)directory);
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

static bool cover(struct view *view, uint32_t node)
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
		sys_change_directory("/");
		sys_unmount(place);
		return false;
	}
	sys_change_directory("/");
	return true;
}

/* Nothing can be bound from the tree that went with the old root. */
static void reopen_payload(struct view *view)
{
	const long payload =
		sys_open_at(AT_WORKING_DIRECTORY, view->scratch, OPEN_PATH | OPEN_DIRECTORY);

	if (SYSTEM_CALL_FAILED(payload))
		fail_mount(view, view->scratch, payload);
	sys_close(view->payload);
	view->payload = (int)payload;
}

/* The old root lies in the new one while that is filled; /proc comes first, for descriptors. */
static bool exchange_root(struct view *view, uint32_t node)
{
	long host, result;

	if (!enter_new_root(view->scratch))
		return false;
	sys_make_directory(AT_WORKING_DIRECTORY, "proc");
	result = sys_mount(".dynpk-host/proc", "proc", NULL, MOUNT_BIND | MOUNT_ALL_BELOW, NULL);
	host = sys_open_at(AT_WORKING_DIRECTORY, old_root, OPEN_DIRECTORY);
	if (SYSTEM_CALL_FAILED(result) || SYSTEM_CALL_FAILED(host))
		fail_mount(view, "/", SYSTEM_CALL_FAILED(result) ? result : host);
	fill(view, node, (int)host);
	sys_close((int)host);
	sys_unmount(old_root);
	sys_remove_directory(AT_WORKING_DIRECTORY, old_root);
	protect(view);
	reopen_payload(view);
	return true;
}

bool take_over(struct view *view, uint32_t node)
{
	const bool is_packages = is_of_packages(&view->host);

	if (view->host.length == 0)
		return exchange_root(view, node);
	/* Home, scratch and whatever else the user can make names in stays as it is. */
	if (!is_packages && !is_of_site(&view->host) && may_write(view->host.text))
		return false;
	if (is_packages && view->has_overlay && overlay(view, node))
		return true;
	return cover(view, node);
}
