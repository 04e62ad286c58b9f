#include "room.h"
#include "base/file.h"
#include "base/mount.h"
#include "head.h"
#include "memory-limit.h"
#include <linux/magic.h>

enum {
	/* The kernel keeps these out of the headers that it gives away. */
	IS_KNOWN = 0x20,
	IS_NOEXEC = 0x8,
};

/*
 * Thousands of processes at once are what these are slow at, and what a cache is for. FUSE may be
 * anything (sshfs, and Lustre's clients at some sites), and what is local under it is seldom a
 * home. lib/cache/network-file-systems.ts has the same numbers.
 */
static const uint32_t network_types[] = {
	0x6969,	    /* NFS */
	0x0bd00bd0, /* Lustre */
	0x47504653, /* GPFS, Storage Scale */
	0x19830326, /* BeeGFS */
	0xff534d42, /* CIFS */
	0xfe534d42, /* SMB 2 and 3 */
	0x517b,	    /* SMB, of old */
	0x5346414f, /* AFS of the kernel */
	0x6b414653, /* kAFS */
	0x00c36400, /* Ceph */
	0x65735546, /* FUSE */
	0x01021997, /* 9P */
	0xaad7aaea, /* PanFS */
	0x7461636f, /* OCFS2 */
	0x01161970, /* GFS2 */
	0x20030528, /* OrangeFS, PVFS2 */
	0x013111a8, /* IBRIX */
	0x786f4256, /* VirtualBox's shared folders */
	0x6a656a63, /* CernVM-FS, in the kernel */
	0x73757245, /* Coda */
	0x564c,	    /* NCP */
	0xbacbacbc, /* VMware's shared folders */
	0x61756673, /* aufs: what lies below is not told */
};

bool is_on_network(const char *path)
{
	kernel_file_system found;

	if (failed(file_system_at(path, &found)))
		return false;
	for (size_t i = 0; i < sizeof(network_types) / sizeof(*network_types); i++) {
		if ((uint32_t)found.f_type == network_types[i])
			return true;
	}
	return false;
}

/* The flags are known since Linux 2.6.36. */
bool is_noexec(const char *path)
{
	kernel_file_system found;

	return !failed(file_system_at(path, &found)) &&
	       (found.f_flags & (IS_KNOWN | IS_NOEXEC)) == (IS_KNOWN | IS_NOEXEC);
}

/* A sixteenth for what directories and the ends of files take. */
static uint64_t bytes_needed(void)
{
	return run_head.bytes + run_head.bytes / 16;
}

const char *object_to_room(const char *path, bool may_use_memory)
{
	enum { SHARE = 4 };
	kernel_file_system found;

	if (failed(file_system_at(path, &found)))
		return NULL;
	if ((found.f_flags & (IS_KNOWN | IS_NOEXEC)) == (IS_KNOWN | IS_NOEXEC))
		return " is mounted noexec";
	if ((uint64_t)found.f_bavail < bytes_needed() / (uint64_t)found.f_bsize + 1)
		return " has too little room";
	/* Where the file system makes inodes as they are needed, it has none. */
	if (found.f_files > 0 && (uint64_t)found.f_ffree < run_head.entries)
		return " has too few inodes left";
	if (((uint32_t)found.f_type == TMPFS_MAGIC || (uint32_t)found.f_type == RAMFS_MAGIC) &&
	    !may_use_memory && bytes_needed() > memory_limit() / SHARE)
		return " lies in memory, and a quarter of what there is would not hold it";
	return NULL;
}

/* access(2) answers EACCES on a noexec mount for a file that has its execute bit: nothing is run.
 */
const char *object_to_programs(const struct start *start, const struct cache *cache)
{
	char name[ENTRY_NAME_SIZE];
	long fd, result;

	new_name_beside(cache, start, ".gone-", name);
	fd = create_file(cache->runs, name, 0700);
	if (failed(fd)) {
		switch (-fd) {
		case EROFS:
			return " is read-only";
		case ENOSPC:
		case EDQUOT:
			return " is full";
		default:
			return " cannot be written to";
		}
	}
	sys_close((int)fd);
	result = sys_faccessat(cache->runs, name, X_OK);
	sys_unlinkat(cache->runs, name, 0);
	/* Somebody who has published removes it as a leftover: that says nothing. */
	return result == -EACCES ? " is mounted noexec" : NULL;
}
