#include "namespace.h"
#include "base/directory.h"
#include "base/file.h"
#include "base/mapping.h"
#include "base/mount.h"
#include "base/process.h"
#include "base/text.h"
#include "hide-fallbacks.h"
#include "mark.h"
#include "path.h"
#include "show-bundle.h"
#include <linux/capability.h>
#include <linux/securebits.h>

/* Flags that the host has set and that an unprivileged remount must repeat. */
static long locked_flags(const char *path)
{
	return mount_flags(path) & (MS_NOSUID | MS_NODEV | MS_NOEXEC);
}

/*
 * The payload, mounted over itself, so that what is bound from it cannot be changed. It becomes the
 * working directory: what is named from there is found at once.
 */
static long open_payload(const char *place)
{
	long result = sys_mount(place, place, NULL, MS_BIND | MS_REC, NULL);

	if (!failed(result))
		result = sys_mount(NULL, place, NULL,
				   MS_REMOUNT | MS_BIND | MS_RDONLY | locked_flags(place), NULL);
	if (!failed(result))
		result = sys_chdir(place);
	return failed(result) ? result : sys_open(".", O_DIRECTORY | O_CLOEXEC);
}

/*
 * No program gets the rights over the namespace that its maker had: none keeps them, and who is
 * called root is given none when it starts another.
 */
static void drop_rights(void)
{
	const struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	system_call(__NR_prctl, PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED);
	system_call(__NR_capset, &header, none);
}

/* How many names stay unseen. */
static unsigned show(const struct projection *bundle, struct table *table, const char *scratch)
{
	char mounts[MOUNT_LIST_SIZE];
	struct view view = { .bundle = bundle,
			     .table = table,
			     .scratch = scratch,
			     .layers = -1,
			     .has_overlay = true,
			     .mounts = mounts };
	long payload;

	read_mounts(mounts, sizeof(mounts));
	payload = open_payload(scratch);
	if (failed(payload))
		fail_mount(&view, scratch, payload);
	view.payload = (int)payload;
	show_bundle(&view);
	sys_close(view.payload);
	if (view.layers >= 0) {
		sys_close(view.layers);
		sys_umount2(scratch, MNT_DETACH);
	}
	return view.left_alone;
}

static enum obstacle find_mark(const struct projection *bundle, char *mark)
{
	text_append(text_append(mark, bundle->top), TABLE_PLACE);
	if (!bundle->has_proc)
		return OBSTACLE_NO_PROC;
	return bundle->top[0] != '/' || text_length(mark) >= PATH_MAX ? OBSTACLE_LONG_PATH
								      : NO_OBSTACLE;
}

enum obstacle try_namespace(const struct projection *bundle)
{
	char mark[TOP_LIMIT + sizeof(TABLE_PLACE)];
	const enum obstacle obstacle = find_mark(bundle, mark);

	return obstacle != NO_OBSTACLE || is_marked(bundle->top) ? obstacle : try_in_child(mark);
}

enum obstacle enter_namespace(const struct projection *bundle, struct entered *entered)
{
	char mark[TOP_LIMIT + sizeof(TABLE_PLACE)];
	char scratch[TOP_LIMIT + sizeof("/root")];
	char directory[PATH_MAX];
	struct table *table;
	bool has_rights;
	enum obstacle obstacle = find_mark(bundle, mark);
	long length;

	if (obstacle != NO_OBSTACLE || is_marked(bundle->top))
		return obstacle;
	text_append(text_append(scratch, bundle->top), "/root");
	table = read_table(bundle);
	length = sys_getcwd(directory, sizeof(directory));
	obstacle = may_mislead() ? try_in_child(mark) : NO_OBSTACLE;
	if (obstacle == NO_OBSTACLE)
		obstacle = begin_namespace(mark, &has_rights);
	if (obstacle != NO_OBSTACLE)
		return obstacle;
	hide_fallbacks(table);
	entered->has_own_users = !has_rights;
	entered->left_alone = show(bundle, table, scratch);
	/* Its place in the view; what is hidden there stays where it is. */
	if (!failed(length) && directory[0] == '/')
		sys_chdir(directory);
	if (!has_rights)
		drop_rights();
	sys_munmap(table, table->size);
	return NO_OBSTACLE;
}
