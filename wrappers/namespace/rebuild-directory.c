#include "rebuild-directory.h"
#include "base/directory.h"
#include "base/file-status.h"
#include "base/mount.h"
#include "base/text.h"
#include "compare-host.h"
#include "mount-points.h"

static const char old_root[] = ".dynpk-host";

/*
 * One entry of the host's directory, which is the working directory, in the tmpfs at its place.
 * What the host forbids stays away.
 */
static void keep_entry(const struct view *view, int directory, const char *name)
{
	const uint32_t type = file_status_at(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW).mode & S_IFMT;
	char text[PATH_MAX];
	long made;

	if (type == S_IFLNK) {
		if (!failed(read_link_text(name, text, sizeof(text))))
			sys_symlinkat(text, directory, name);
		return;
	}
	if (type == 0)
		return;
	made = type == S_IFDIR ? sys_mkdirat(directory, name, 0755) : make_file(directory, name);
	if (!failed(made))
		sys_mount(name, view->host.text, NULL, MS_BIND | MS_REC, NULL);
}

static bool is_kept(const struct view *view, uint32_t child, const char *name)
{
	const enum need need = child == NO_NODE ? NEED_NOTHING : need_of(view, child, name);

	return need == NEED_NOTHING || need == NEED_ENTER || need == NEED_FOLLOW;
}

static void keep_named(struct view *view, uint32_t node, int directory, const char *name)
{
	const size_t length = view->host.length;
	const size_t name_length = text_length(name);
	const uint32_t child = find_outer_child(view->table, node, name, name_length);

	if (text_equal(name, ".") || text_equal(name, "..") || text_equal(name, old_root))
		return;
	if (path_push(&view->host, name, name_length) && is_kept(view, child, name))
		keep_entry(view, directory, name);
	path_cut(&view->host, length);
}

/* `view->host` leads to the new, empty `directory`; `host` is what it was before. */
static void keep_entries(struct view *view, uint32_t node, int host, int directory)
{
	_Alignas(8) char buffer[8192];
	long size;

	sys_fchdir(host);
	while ((size = sys_getdents64(host, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < size;) {
			const struct directory_entry *entry = (const void *)(buffer + at);

			keep_named(view, node, directory, entry->name);
			at += entry->size;
		}
	}
}

/* Fill the empty tmpfs in hand. */
static void fill(struct view *view, uint32_t node, int host)
{
	const char *place = path_text(&view->host);
	const long directory = open_directory(AT_FDCWD, place);

	if (failed(directory))
		fail_mount(view, place, directory);
	keep_entries(view, node, host, (int)directory);
	make_mount_points(view, node, (int)directory);
	sys_close((int)directory);
}

static void protect(const struct view *view)
{
	const char *place = path_text(&view->host);
	const long result = sys_mount(NULL, place, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);

	if (failed(result))
		fail_mount(view, place, result);
}

bool rebuild_directory(struct view *view, uint32_t node)
{
	const char *place = path_text(&view->host);
	const long host = sys_open(place, O_DIRECTORY | O_CLOEXEC);

	if (failed(host))
		return false;
	if (failed(sys_mount("dynpk", place, "tmpfs", 0, "mode=0755"))) {
		sys_close((int)host);
		return false;
	}
	fill(view, node, (int)host);
	sys_fchdir(view->payload);
	sys_close((int)host);
	protect(view);
	return true;
}

static bool enter_new_root(const char *place)
{
	if (failed(sys_mount("dynpk", place, "tmpfs", 0, "mode=0755")))
		return false;
	if (failed(sys_chdir(place)) || failed(sys_mkdirat(AT_FDCWD, old_root, 0755)) ||
	    failed(sys_pivot_root(".", old_root))) {
		sys_umount2(place, MNT_DETACH);
		return false;
	}
	sys_chdir("/");
	return true;
}

/* Nothing can be bound from the tree that went with the old root. */
static void reopen_payload(struct view *view)
{
	const long payload = sys_open(view->scratch, O_DIRECTORY | O_CLOEXEC);

	if (failed(payload))
		fail_mount(view, view->scratch, payload);
	sys_close(view->payload);
	view->payload = (int)payload;
	sys_fchdir(view->payload);
}

/* The old root lies in the new one while that is filled; /proc comes first, for descriptors. */
bool exchange_root(struct view *view, uint32_t node)
{
	long host, result;

	if (!enter_new_root(view->scratch)) {
		sys_fchdir(view->payload);
		return false;
	}
	sys_mkdirat(AT_FDCWD, "proc", 0755);
	result = sys_mount(".dynpk-host/proc", "proc", NULL, MS_BIND | MS_REC, NULL);
	host = sys_open(old_root, O_DIRECTORY | O_CLOEXEC);
	if (failed(result) || failed(host))
		fail_mount(view, "/", failed(result) ? result : host);
	fill(view, node, (int)host);
	sys_close((int)host);
	sys_chdir("/");
	sys_umount2(old_root, MNT_DETACH);
	sys_unlinkat(AT_FDCWD, old_root, AT_REMOVEDIR);
	protect(view);
	reopen_payload(view);
	return true;
}
