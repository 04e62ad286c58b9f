#include "namespace.h"
#include "hide-fallbacks.h"
#include "mark.h"
#include "mount-system.h"
#include "path.h"
#include "show-bundle.h"
#include "text.h"

/* Flags that the host has set and that an unprivileged remount must repeat. */
static long locked_flags(const char *path)
{
	return sys_mount_flags(path) & (MOUNT_NO_SETID | MOUNT_NO_DEVICES | MOUNT_NO_EXEC);
}

/*
 * The payload, mounted over itself, so that what is bound from it cannot be changed. It becomes the
 * working directory: what is named from there is found at once.
 */
static long open_payload(const char *place)
{
	long result = sys_mount(place, place, NULL, MOUNT_BIND | MOUNT_ALL_BELOW, NULL);

	if (!SYSTEM_CALL_FAILED(result))
		result = sys_mount(
			NULL, place, NULL,
			MOUNT_REMOUNT | MOUNT_BIND | MOUNT_READ_ONLY | locked_flags(place), NULL);
	if (!SYSTEM_CALL_FAILED(result))
		result = sys_change_directory(place);
	return SYSTEM_CALL_FAILED(result) ? result
					  : sys_open_at(AT_WORKING_DIRECTORY, ".", OPEN_DIRECTORY);
}

/*
 * No program gets the rights over the namespace that its maker had: none keeps them, and who is
 * called root is given none when it starts another.
 */
static void drop_rights(void)
{
	const int set_secure_bits = 28; /* PR_SET_SECUREBITS */
	const int no_root = 3;		/* SECBIT_NOROOT and its lock */
	const uint32_t header[2] = { 0x20080522, 0 };
	const uint32_t none[6] = { 0 };

	system_call(__NR_prctl, set_secure_bits, no_root, 0, 0, 0, 0);
	system_call(__NR_capset, (long)header, (long)none, 0, 0, 0, 0);
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
	if (SYSTEM_CALL_FAILED(payload))
		fail_mount(&view, scratch, payload);
	view.payload = (int)payload;
	show_bundle(&view);
	sys_close(view.payload);
	if (view.layers >= 0) {
		sys_close(view.layers);
		sys_unmount(scratch);
	}
	return view.left_alone;
}

static enum obstacle find_mark(const struct projection *bundle, char *mark)
{
	text_append(text_append(mark, bundle->top), TABLE_PLACE);
	if (!bundle->has_proc)
		return OBSTACLE_NO_PROC;
	return bundle->top[0] != '/' || text_length(mark) >= PATH_LIMIT ? OBSTACLE_LONG_PATH
									: NO_OBSTACLE;
}

enum obstacle try_namespace(const struct projection *bundle)
{
	char mark[TOP_LIMIT + sizeof(TABLE_PLACE)];
	const enum obstacle obstacle = find_mark(bundle, mark);

	return obstacle != NO_OBSTACLE || is_marked(bundle->top) ? obstacle : try_in_child(mark);
}

enum obstacle enter_namespace(const struct projection *bundle, unsigned *left_alone)
{
	char mark[TOP_LIMIT + sizeof(TABLE_PLACE)];
	char scratch[TOP_LIMIT + sizeof("/root")];
	char directory[PATH_LIMIT];
	struct table *table;
	bool has_rights;
	enum obstacle obstacle = find_mark(bundle, mark);
	long length;

	if (obstacle != NO_OBSTACLE || is_marked(bundle->top))
		return obstacle;
	text_append(text_append(scratch, bundle->top), "/root");
	table = read_table(bundle);
	length = sys_working_directory(directory, sizeof(directory));
	obstacle = may_mislead() ? try_in_child(mark) : NO_OBSTACLE;
	if (obstacle == NO_OBSTACLE)
		obstacle = begin_namespace(mark, &has_rights);
	if (obstacle != NO_OBSTACLE)
		return obstacle;
	hide_fallbacks(table);
	*left_alone = show(bundle, table, scratch);
	/* Its place in the view; what is hidden there stays where it is. */
	if (!SYSTEM_CALL_FAILED(length) && directory[0] == '/')
		sys_change_directory(directory);
	if (!has_rights)
		drop_rights();
	sys_unmap((uintptr_t)table, table->size);
	return NO_OBSTACLE;
}
