#include "unshare.h"
#include "base/file.h"
#include "base/mount.h"
#include "base/process.h"
#include "base/signals.h"
#include "base/text.h"

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
	case ENOSPC:
	case EUSERS:
		return OBSTACLE_USED_UP;
	case EINVAL:
	case ENOSYS:
		return OBSTACLE_UNKNOWN_TO_KERNEL;
	default:
		return OBSTACLE_REFUSED;
	}
}

static long write_file(const char *path, const char *text)
{
	const long file = sys_open(path, O_WRONLY | O_CLOEXEC);
	long result;

	if (failed(file))
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

enum obstacle unshare_as_user(void)
{
	const long user = system_call(__NR_geteuid);
	const long group = system_call(__NR_getegid);
	long result = sys_unshare(CLONE_NEWUSER | CLONE_NEWNS);

	if (failed(result))
		return refused(result);
	/* Without the file there is nothing to deny (before Linux 3.19). */
	result = write_file("/proc/self/setgroups", "deny");
	if (!failed(result) || result == -ENOENT)
		result = map_id("/proc/self/uid_map", user);
	if (!failed(result))
		result = map_id("/proc/self/gid_map", group);
	return failed(result) ? OBSTACLE_NO_RIGHTS : NO_OBSTACLE;
}

/*
 * Who may make mounts needs no other user. Everybody else is given all rights over a user namespace
 * of his own, and over nothing else.
 */
static enum obstacle unshare_mounts(bool *has_rights)
{
	long result = sys_unshare(CLONE_NEWNS);

	*has_rights = !failed(result);
	if (!*has_rights)
		return unshare_as_user();
	result = sys_mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
	return failed(result) ? OBSTACLE_NO_MOUNTS : NO_OBSTACLE;
}

enum obstacle begin_namespace(const char *mark, bool *has_rights)
{
	const enum obstacle obstacle = unshare_mounts(has_rights);

	if (obstacle != NO_OBSTACLE)
		return obstacle;
	return failed(sys_mount(mark, mark, NULL, MS_BIND, NULL)) ? OBSTACLE_NO_MOUNTS
								  : NO_OBSTACLE;
}

enum obstacle try_in_child(const char *mark)
{
	const long child = system_call(__NR_clone, SIGCHLD, 0, 0, 0, 0);
	bool has_rights;
	int status = 0;

	if (child == 0)
		sys_exit_group((int)begin_namespace(mark, &has_rights));
	if (failed(child))
		return OBSTACLE_REFUSED;
	sys_wait4(child, &status, 0);
	return (status & 0x7f) != 0 ? OBSTACLE_REFUSED : (enum obstacle)(status >> 8 & 0xff);
}

bool may_mislead(void)
{
	const long file = sys_open("/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
				   O_RDONLY | O_CLOEXEC);
	char value = '0';

	if (failed(file))
		return false;
	sys_read((int)file, &value, 1);
	sys_close((int)file);
	return value != '0';
}
