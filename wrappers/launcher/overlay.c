#include "overlay.h"
#include "mount-system.h"
#include "mounts-below.h"
#include "names.h"
#include "text.h"

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

long make_layer(struct view *view)
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

bool overlay(struct view *view, uint32_t node)
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
