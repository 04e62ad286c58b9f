#include "namespace.h"
#include "fail.h"
#include "mark.h"
#include "mount-system.h"
#include "place.h"
#include "text.h"
#include "view.h"

const struct table *read_table(const struct launch *launch)
{
	char path[PLACE_LIMIT + PATH_LIMIT];
	long file, size, address;

	if (launch->record->table == 0)
		return NULL;
	text_append(text_append(text_append(path, launch->top), "/"),
		    record_text(launch->record, launch->record->table));
	file = sys_open_at(AT_WORKING_DIRECTORY, path, OPEN_READ_ONLY);
	if (SYSTEM_CALL_FAILED(file))
		FAIL(EXIT_LAUNCHER, "cannot open ", path, reason_of(file));
	size = sys_size((int)file);
	address = size < (long)sizeof(struct table)
			  ? -1
			  : sys_map(0, (size_t)size, MAP_PROT_READ, MAP_PRIVATE_COPY, (int)file, 0);
	sys_close((int)file);
	if (SYSTEM_CALL_FAILED(address) ||
	    !check_table((const struct table *)address, (size_t)size) ||
	    !check_nodes((const struct table *)address))
		FAIL(EXIT_LAUNCHER, path, " is no valid path table: pack again");
	return (const struct table *)address;
}

const char *obstacle_text(enum obstacle obstacle)
{
	switch (obstacle) {
	case OBSTACLE_REFUSED:
		return "the host forbids user namespaces";
	case OBSTACLE_USED_UP:
		return "user namespaces are switched off or used up (user.max_user_namespaces)";
	case OBSTACLE_UNKNOWN_TO_KERNEL:
		return "this kernel has no user namespaces";
	case OBSTACLE_NO_RIGHTS:
		return "the host gives no rights in user namespaces (AppArmor?)";
	case OBSTACLE_NO_MOUNTS:
		return "the host forbids mounts in user namespaces";
	case OBSTACLE_NO_PROC:
		return "there is no /proc";
	case OBSTACLE_LONG_PATH:
		return "the path of the bundle is too long";
	case NO_OBSTACLE:
	default:
		return "nothing";
	}
}

static enum obstacle refused(long result)
{
	switch (-result) {
	case 28: /* ENOSPC */
	case 87: /* EUSERS */
		return OBSTACLE_USED_UP;
	case 22: /* EINVAL */
	case 38: /* ENOSYS */
		return OBSTACLE_UNKNOWN_TO_KERNEL;
	default:
		return OBSTACLE_REFUSED;
	}
}

static long write_file(const char *path, const char *text)
{
	const long file = sys_open_at(AT_WORKING_DIRECTORY, path, OPEN_WRITE_ONLY);
	long result;

	if (SYSTEM_CALL_FAILED(file))
		return file;
	result = sys_write((int)file, text, text_length(text));
	sys_close((int)file);
	return result;
}

/* One id, mapped to itself: all that a user may do for himself. */
static long map_id(const char *path, long id)
{
	char line[64];
	char *end = text_append_number(line, (unsigned long)id);

	end = text_append_number(text_append(end, " "), (unsigned long)id);
	text_append(end, " 1\n");
	return write_file(path, line);
}

/*
 * Who may make mounts needs no other user. Everybody else is given all rights over a user namespace
 * of his own, and over nothing else.
 */
static enum obstacle unshare_mounts(bool *has_rights)
{
	const long user = system_call(__NR_geteuid, 0, 0, 0, 0, 0, 0);
	const long group = system_call(__NR_getegid, 0, 0, 0, 0, 0, 0);
	long result = sys_unshare(NEW_MOUNTS);

	*has_rights = !SYSTEM_CALL_FAILED(result);
	if (*has_rights) {
		result = sys_mount(NULL, "/", NULL, MOUNT_ALL_BELOW | MOUNT_SLAVE, NULL);
		return SYSTEM_CALL_FAILED(result) ? OBSTACLE_NO_MOUNTS : NO_OBSTACLE;
	}
	result = sys_unshare(NEW_USER | NEW_MOUNTS);
	if (SYSTEM_CALL_FAILED(result))
		return refused(result);
	/* Without the file there is nothing to deny (before Linux 3.19). */
	result = write_file("/proc/self/setgroups", "deny");
	if (!SYSTEM_CALL_FAILED(result) || result == -ERROR_NO_ENTRY)
		result = map_id("/proc/self/uid_map", user);
	if (!SYSTEM_CALL_FAILED(result))
		result = map_id("/proc/self/gid_map", group);
	return SYSTEM_CALL_FAILED(result) ? OBSTACLE_NO_RIGHTS : NO_OBSTACLE;
}

/* With the mark first: it is looked for in the list of mounts. */
static enum obstacle begin(const char *mark, bool *has_rights)
{
	const enum obstacle obstacle = unshare_mounts(has_rights);

	if (obstacle != NO_OBSTACLE)
		return obstacle;
	return SYSTEM_CALL_FAILED(sys_mount(mark, mark, NULL, MOUNT_BIND, NULL))
		       ? OBSTACLE_NO_MOUNTS
		       : NO_OBSTACLE;
}

static enum obstacle try_in_child(const char *mark)
{
	const int child_ended = 17; /* SIGCHLD */
	const long child = system_call(__NR_clone, child_ended, 0, 0, 0, 0, 0);
	bool has_rights;
	int status = 0;

	if (child == 0)
		sys_exit((int)begin(mark, &has_rights));
	if (SYSTEM_CALL_FAILED(child))
		return OBSTACLE_REFUSED;
	system_call(__NR_wait4, child, (long)&status, 0, 0, 0, 0);
	return (status & 0x7f) != 0 ? OBSTACLE_REFUSED : (enum obstacle)(status >> 8 & 0xff);
}

/*
 * Some hosts let everybody make a namespace and then give no rights in it, when there is no way
 * back to the one before.
 */
static bool may_mislead(void)
{
	const long file = sys_open_at(AT_WORKING_DIRECTORY,
				      "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
				      OPEN_READ_ONLY);
	char value = '0';

	if (SYSTEM_CALL_FAILED(file))
		return false;
	sys_read((int)file, &value, 1);
	sys_close((int)file);
	return value != '0';
}

/* Flags that the host has set and that an unprivileged remount must repeat. */
static long locked_flags(const char *path)
{
	return sys_mount_flags(path) & (MOUNT_NO_SETID | MOUNT_NO_DEVICES | MOUNT_NO_EXEC);
}

/* The payload's own mount, made at `scratch`, so that what is bound from it cannot be changed. */
static long open_payload(const struct launch *launch, const char *scratch)
{
	char path[PLACE_LIMIT + PATH_LIMIT];
	long result;

	text_append(text_append(path, launch->top), "/root");
	result = sys_mount(path, scratch, NULL, MOUNT_BIND | MOUNT_ALL_BELOW, NULL);
	if (!SYSTEM_CALL_FAILED(result))
		result = sys_mount(
			NULL, scratch, NULL,
			MOUNT_REMOUNT | MOUNT_BIND | MOUNT_READ_ONLY | locked_flags(scratch), NULL);
	return SYSTEM_CALL_FAILED(result)
		       ? result
		       : sys_open_at(AT_WORKING_DIRECTORY, scratch, OPEN_PATH | OPEN_DIRECTORY);
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

static void show(struct launch *launch, const struct table *table, const char *scratch)
{
	char mounts[MOUNT_LIST_SIZE];
	struct view view = { .launch = launch,
			     .table = table,
			     .scratch = scratch,
			     .layers = -1,
			     .has_overlay = true,
			     .mounts = mounts };
	const long payload = open_payload(launch, scratch);

	if (SYSTEM_CALL_FAILED(payload))
		fail_mount(&view, scratch, payload);
	view.payload = (int)payload;
	read_mounts(mounts, sizeof(mounts));
	show_bundle(&view);
	launch->hidden_names = view.left_alone;
	sys_close(view.payload);
	sys_unmount(scratch);
	if (view.layers >= 0) {
		sys_close(view.layers);
		sys_unmount(scratch);
	}
}

static enum obstacle find_mark(const struct launch *launch, char *mark)
{
	text_append(text_append(mark, launch->top), TABLE_PLACE);
	if (!launch->has_proc)
		return OBSTACLE_NO_PROC;
	return launch->top[0] != '/' || text_length(mark) >= PATH_LIMIT ? OBSTACLE_LONG_PATH
									: NO_OBSTACLE;
}

enum obstacle try_namespace(const struct launch *launch)
{
	char mark[PLACE_LIMIT + sizeof(TABLE_PLACE)];
	const enum obstacle obstacle = find_mark(launch, mark);

	return obstacle != NO_OBSTACLE || is_marked(launch->top) ? obstacle : try_in_child(mark);
}

enum obstacle enter_namespace(struct launch *launch)
{
	char mark[PLACE_LIMIT + sizeof(TABLE_PLACE)];
	char scratch[PLACE_LIMIT + sizeof("/bin")];
	char directory[PATH_LIMIT];
	const struct table *table;
	bool has_rights;
	enum obstacle obstacle = find_mark(launch, mark);
	long length;

	if (obstacle != NO_OBSTACLE || is_marked(launch->top))
		return obstacle;
	text_append(text_append(scratch, launch->top), "/bin");
	table = read_table(launch);
	length = sys_working_directory(directory, sizeof(directory));
	obstacle = may_mislead() ? try_in_child(mark) : NO_OBSTACLE;
	if (obstacle == NO_OBSTACLE)
		obstacle = begin(mark, &has_rights);
	if (obstacle != NO_OBSTACLE)
		return obstacle;
	show(launch, table, scratch);
	/* Its place in the view; what is hidden there stays where it is. */
	if (!SYSTEM_CALL_FAILED(length) && directory[0] == '/')
		sys_change_directory(directory);
	if (!has_rights)
		drop_rights();
	sys_unmap((uintptr_t)table, table->size);
	return NO_OBSTACLE;
}
