#include "layer.h"
#include "mount-system.h"
#include "text.h"

static const char whiteout[] = "whiteout";

/* Files there cost least in a ramfs; every kernel has one, and not everybody may mount it. */
static long mount_memory(const char *place)
{
	const long result = sys_mount("dynpk", place, "ramfs", 0, "mode=0755");

	return SYSTEM_CALL_FAILED(result) ? sys_mount("dynpk", place, "tmpfs", 0, "mode=0755")
					  : result;
}

static void open_layers(struct view *view)
{
	long result = mount_memory(view->scratch);

	if (!SYSTEM_CALL_FAILED(result))
		result = sys_open_at(AT_WORKING_DIRECTORY, view->scratch, OPEN_PATH);
	if (SYSTEM_CALL_FAILED(result))
		fail_mount(view, view->scratch, result);
	view->layers = (int)result;
	sys_make_hidden(view->layers, whiteout);
}

long make_layer(struct view *view)
{
	char number[24];

	if (view->layers < 0)
		open_layers(view);
	text_append_number(number, view->layer_count++);
	sys_make_directory(view->layers, number);
	return sys_open_at(view->layers, number, OPEN_PATH | OPEN_DIRECTORY);
}

void hide_name(const struct view *view, const char *name, int layer)
{
	sys_link(view->layers, whiteout, layer, name);
}

long mount_layers(struct view *view, const int *layers)
{
	char options[160];
	char *end = text_append(options, "userxattr,lowerdir=");
	long result;

	/* By descriptors, because the options have no room for every name. */
	for (const int *layer = layers; *layer >= 0; layer++) {
		end = text_append(end, layer == layers ? "/proc/self/fd/" : ":/proc/self/fd/");
		end = text_append_number(end, (unsigned long)*layer);
	}
	result = sys_mount("dynpk", path_text(&view->host), "overlay", MOUNT_READ_ONLY, options);
	/* Where it is one overlay too many, another directory may still have one. */
	if (result == -ERROR_PERMISSION || result == -ERROR_NO_DEVICE)
		view->has_overlay = false;
	return result;
}
