#include "layer.h"
#include "base/directory.h"
#include "base/file-status.h"
#include "base/mount.h"
#include "base/text.h"

static const char whiteout[] = "whiteout";

/* Files there cost least in a ramfs; every kernel has one, and not everybody may mount it. */
static long mount_memory(const char *place)
{
	const long result = sys_mount("dynpk", place, "ramfs", 0, "mode=0755");

	return failed(result) ? sys_mount("dynpk", place, "tmpfs", 0, "mode=0755") : result;
}

static void open_layers(struct view *view)
{
	long result = mount_memory(view->scratch);

	if (!failed(result))
		result = sys_open(view->scratch, O_PATH | O_CLOEXEC);
	if (failed(result))
		fail_mount(view, view->scratch, result);
	view->layers = (int)result;
	sys_mknodat(view->layers, whiteout, S_IFCHR);
}

long make_layer(struct view *view)
{
	char number[24];

	if (view->layers < 0)
		open_layers(view);
	text_append_number(number, view->layer_count++);
	sys_mkdirat(view->layers, number, 0755);
	return open_directory(view->layers, number);
}

void hide_name(const struct view *view, const char *name, int layer)
{
	sys_linkat(view->layers, whiteout, layer, name);
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
	result = sys_mount("dynpk", path_text(&view->host), "overlay", MS_RDONLY, options);
	/* Where it is one overlay too many, another directory may still have one. */
	if (result == -EPERM || result == -ENODEV)
		view->has_overlay = false;
	return result;
}
