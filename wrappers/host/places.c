/*
 * Where a user may put something: the home, and the directories of wrappers/run/place-rules.c.
 */
#include "base/file-status.h"
#include "base/mount.h"
#include "base/process.h"
#include "base/text.h"
#include "base/variables.h"
#include "host.h"
#include "look.h"
#include "run/place-rules.h"

struct kind {
	uint32_t number;
	const char *name;
};

/* By statfs(2) and the kernel's magic.h; those outside the kernel by their own sources. */
static const struct kind kinds[] = {
	{ 0xef53, "ext4" },	    { 0x58465342, "xfs" },	{ 0x9123683e, "btrfs" },
	{ 0x2fc12fc1, "zfs" },	    { 0xca451a4e, "bcachefs" }, { 0xf2f52010, "f2fs" },
	{ 0x01021994, "tmpfs" },    { 0x858458f6, "ramfs" },	{ 0x794c7630, "overlay" },
	{ 0x61756673, "aufs" },	    { 0x73717368, "squashfs" }, { 0xe0f5e1e2, "erofs" },
	{ 0x9660, "iso9660" },	    { 0x4d44, "vfat" },		{ 0x6969, "nfs" },
	{ 0x0bd00bd0, "lustre" },   { 0x47504653, "gpfs" },	{ 0x19830326, "beegfs" },
	{ 0xff534d42, "cifs" },	    { 0xfe534d42, "smb3" },	{ 0x517b, "smb" },
	{ 0x5346414f, "afs" },	    { 0x6b414653, "afs" },	{ 0x00c36400, "ceph" },
	{ 0x65735546, "fuse" },	    { 0x01021997, "9p" },	{ 0xaad7aaea, "panfs" },
	{ 0x7461636f, "ocfs2" },    { 0x01161970, "gfs2" },	{ 0x20030528, "orangefs" },
	{ 0x013111a8, "ibrix" },    { 0x786f4256, "vboxsf" },	{ 0x6a656a63, "cvmfs" },
	{ 0x73757245, "coda" },	    { 0xbacbacbc, "vmhgfs" },	{ 0x3153464a, "jfs" },
	{ 0x52654973, "reiserfs" },
};

/* The kernel keeps these out of the headers that it gives away. The flags are known since
 * Linux 2.6.36. */
enum { IS_READ_ONLY = 0x1, IS_NOEXEC = 0x8, IS_KNOWN = 0x20 };

static void tell_kind(struct telling *telling, uint32_t number)
{
	static const char digits[] = "0123456789abcdef";
	char text[16] = "0x";
	char *end = text + 2;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (kinds[i].number == number) {
			tell_text(telling, "fileSystem", kinds[i].name);
			return;
		}
	}
	for (int shift = 28; shift >= 0; shift -= 4)
		*end++ = digits[number >> shift & 15];
	*end = '\0';
	tell_text(telling, "fileSystem", text);
}

static void tell_flags(struct telling *telling, long flags)
{
	static const char why[] = "this kernel does not tell the flags of a mount";

	if ((flags & IS_KNOWN) == 0) {
		tell_nothing(telling, "readOnly", why);
		tell_nothing(telling, "noexec", why);
		return;
	}
	tell_flag(telling, "readOnly", (flags & IS_READ_ONLY) != 0);
	tell_flag(telling, "noexec", (flags & IS_NOEXEC) != 0);
}

static void tell_room(struct telling *telling, const kernel_file_system *found)
{
	const uint64_t unit = (uint64_t)(found->f_frsize > 0 ? found->f_frsize : found->f_bsize);

	tell_bytes(telling, "freeBytes", (uint64_t)found->f_bavail * unit);
	/* Where the file system makes inodes as they are needed, it counts none. */
	if (found->f_files == 0)
		tell_nothing(telling, "freeInodes", "this file system does not count them");
	else
		tell_number(telling, "freeInodes", (uint64_t)found->f_ffree);
}

static const char *why_unseen(long result)
{
	switch (-result) {
	case ENOENT:
	case ENOTDIR:
		return "there is no such directory";
	case EACCES:
		return "it may not be looked at";
	default:
		return "the file system does not answer";
	}
}

static void tell_place(struct telling *telling, const char *name, const char *path)
{
	kernel_file_system found;
	long result;

	open_record(telling, NULL);
	tell_text(telling, "name", name);
	tell_text(telling, "path", path);
	result = file_system_at(path, &found);
	if (failed(result)) {
		tell_nothing(telling, "fileSystem", why_unseen(result));
	} else {
		tell_kind(telling, (uint32_t)found.f_type);
		tell_flag(telling, "writable", !failed(sys_access(path, W_OK)));
		tell_flags(telling, (long)found.f_flags);
		tell_room(telling, &found);
	}
	close_record(telling);
}

enum { NAME_SIZE = 64 };

/* The directory that a rule means here: its name and its path; false where it means none. */
static bool find_place(const struct place_rule *rule, char *const *environment,
		       char name[NAME_SIZE], char path[PATH_MAX])
{
	const char *asked = rule->variable != NULL ? rule->variable : rule->name;
	const char *value = asked == NULL ? NULL : find_value(environment, asked);
	const char *directory = rule->variable != NULL ? "" : rule->directory;

	if (asked != NULL && (value == NULL || value[0] == '\0'))
		return false;
	if (asked == NULL)
		value = "";
	if (text_length(directory) + text_length(value) + 2 > PATH_MAX ||
	    (rule->variable != NULL && value[0] != '/') ||
	    (rule->variable == NULL && text_contains_any(value, "/")))
		return false;
	if (rule->variable != NULL) {
		text_append(text_append(name, "$"), asked);
		text_append(path, value);
		return true;
	}
	text_append(name, directory);
	text_append(path, directory);
	if (asked != NULL) {
		text_append(text_append(name + text_length(name), "/$"), asked);
		text_append(text_append(path + text_length(path), "/"), value);
	}
	return true;
}

/* The table has some twice, for a cache on a network. */
static bool is_repeated(size_t number)
{
	const char *variable = place_rules[number].variable;

	for (size_t i = 0; variable != NULL && i < number; i++) {
		if (place_rules[i].variable != NULL &&
		    text_equal(place_rules[i].variable, variable))
			return true;
	}
	return false;
}

void tell_places(struct telling *telling, const struct start *start)
{
	char name[NAME_SIZE], path[PATH_MAX];

	open_list(telling, "places");
	for (size_t i = 0; i < place_rule_count; i++) {
		if (!is_repeated(i) && find_place(&place_rules[i], start->environment, name, path))
			tell_place(telling, name, path);
	}
	close_list(telling);
}
