#include "overlay-tree.h"
#include "mount-system.h"
#include "mounts-below.h"
#include "text.h"

/* A mount for each of fewer files is as cheap. */
enum { WORTH_IT = 8 };

/* A link in a file's place leads out of the payload, and would lead elsewhere from where it is
 * seen. */
static bool is_file_itself(const struct view *view, uint32_t node)
{
	char buffer[PATH_LIMIT];
	const char *place = payload_path(view, node, buffer);

	return (sys_status(AT_WORKING_DIRECTORY, place, STATUS_UNFOLLOWED).mode & MODE_TYPE) !=
	       MODE_LINK;
}

/* Whether nothing of the directory stays unseen or is seen otherwise than it lies there. */
static bool is_plain_tree(const struct view *view, uint32_t node, unsigned *files)
{
	const struct node *it = node_at(view->table, node);

	for (uint32_t i = 0; i < it->child_count; i++) {
		const uint32_t child = it->first_child + i;
		const uint8_t kind = node_at(view->table, child)->kind;

		if (kind == NODE_ALIAS || !has_content(view, child))
			return false;
		if (kind == NODE_FILE && !is_file_itself(view, child))
			return false;
		if (kind == NODE_MERGED && !is_plain_tree(view, child, files))
			return false;
		*files += kind == NODE_FILE;
	}
	return true;
}

bool overlay_tree(struct view *view, uint32_t node)
{
	const char *place = path_text(&view->host);
	char buffer[PATH_LIMIT];
	char options[128];
	unsigned files = 0;
	char *end;
	long host, ours, result;

	if (node_at(view->table, node)->child_count < WORTH_IT || !view->has_overlay ||
	    !is_plain_tree(view, node, &files) || files < WORTH_IT)
		return false;
	host = sys_open_at(AT_WORKING_DIRECTORY, place, OPEN_PATH | OPEN_DIRECTORY);
	ours = sys_open_at(AT_WORKING_DIRECTORY, payload_path(view, node, buffer),
			   OPEN_PATH | OPEN_DIRECTORY);
	if (SYSTEM_CALL_FAILED(host) || SYSTEM_CALL_FAILED(ours))
		return false;
	end = text_append(options, "userxattr,lowerdir=/proc/self/fd/");
	end = text_append(text_append_number(end, (unsigned long)ours), ":/proc/self/fd/");
	text_append_number(end, (unsigned long)host);
	result = sys_mount("dynpk", place, "overlay", MOUNT_READ_ONLY, options);
	if (!SYSTEM_CALL_FAILED(result))
		show_mounts_below(view, (int)host);
	sys_close((int)host);
	sys_close((int)ours);
	return !SYSTEM_CALL_FAILED(result);
}
