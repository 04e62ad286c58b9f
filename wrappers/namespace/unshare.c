#include "unshare.h"
#include "mount-system.h"
#include "text.h"

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

enum obstacle begin_namespace(const char *mark, bool *has_rights)
{
	const enum obstacle obstacle = unshare_mounts(has_rights);

	if (obstacle != NO_OBSTACLE)
		return obstacle;
	return SYSTEM_CALL_FAILED(sys_mount(mark, mark, NULL, MOUNT_BIND, NULL))
		       ? OBSTACLE_NO_MOUNTS
		       : NO_OBSTACLE;
}

enum obstacle try_in_child(const char *mark)
{
	const int child_ended = 17; /* SIGCHLD */
	const long child = system_call(__NR_clone, child_ended, 0, 0, 0, 0, 0);
	bool has_rights;
	int status = 0;

	if (child == 0)
		sys_exit((int)begin_namespace(mark, &has_rights));
	if (SYSTEM_CALL_FAILED(child))
		return OBSTACLE_REFUSED;
	system_call(__NR_wait4, child, (long)&status, 0, 0, 0, 0);
	return (status & 0x7f) != 0 ? OBSTACLE_REFUSED : (enum obstacle)(status >> 8 & 0xff);
}

bool may_mislead(void)
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
