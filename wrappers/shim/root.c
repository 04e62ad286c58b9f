#include "root.h"
#include "base/file.h"
#include "base/memory.h"
#include "known-names.h"
#include "view.h"
#include "working-directory.h"

/* The memory of a parent by vfork() is not for a child to change. */
void note_root(void)
{
	const struct view *now = launch_view();
	char path[PATH_MAX + sizeof(TABLE_PLACE)];

	forget_names();
	note_working_directory(NULL);
	if (now == NULL || !is_owner())
		return;
	memcpy(path, now->top, now->top_length);
	memcpy(path + now->top_length, TABLE_PLACE, sizeof(TABLE_PLACE));
	set_elsewhere(failed(sys_access(path, F_OK)));
}
