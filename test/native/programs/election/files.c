/*
 * The files that runners share, as a kernel keeps them: every call is one step.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/directory.h"
#include "base/file-status.h"
#include "world.h"

struct world world;
int current;

static struct model_descriptor *descriptor(long fd)
{
	struct model_descriptor *found = &world.runners[current].descriptors[fd - FIRST_DESCRIPTOR];

	if (fd < FIRST_DESCRIPTOR || fd >= FIRST_DESCRIPTOR + DESCRIPTORS || !found->is_open) {
		fprintf(stderr, "no open descriptor: %ld\n", fd);
		abort();
	}
	return found;
}

static int file_of(long fd)
{
	return fd == RUNS_DESCRIPTOR ? RUNS : descriptor(fd)->file;
}

static long open_descriptor(int file)
{
	struct model_descriptor *descriptors = world.runners[current].descriptors;

	for (int i = 0; i < DESCRIPTORS; i++) {
		if (descriptors[i].is_open)
			continue;
		descriptors[i] = (struct model_descriptor){ .file = file, .is_open = true };
		return FIRST_DESCRIPTOR + i;
	}
	abort();
}

int find_file(int directory, const char *name)
{
	for (int i = 1; i < FILES; i++) {
		if (world.files[i].kind != NO_FILE && world.files[i].parent == directory &&
		    strcmp(world.files[i].name, name) == 0)
			return i;
	}
	return -1;
}

/* Where a path of at most two names ends: its directory, or minus the errno. */
static int walk(long fd, const char *path, const char **last)
{
	const char *slash = strchr(path, '/');
	char first[FILE_NAME_SIZE] = "";
	int directory = file_of(fd);

	*last = slash == NULL ? path : slash + 1;
	if (slash == NULL)
		return directory;
	memcpy(first, path, (size_t)(slash - path));
	directory = find_file(directory, first);
	if (directory < 0)
		return -ENOENT;
	return world.files[directory].kind == DIRECTORY ? directory : -ENOTDIR;
}

static bool is_removed(int directory)
{
	return directory != RUNS && world.files[directory].parent < 0;
}

static bool is_empty(int directory)
{
	for (int i = 1; i < FILES; i++) {
		if (world.files[i].kind != NO_FILE && world.files[i].parent == directory)
			return false;
	}
	return true;
}

static void set_name(int file, int directory, const char *name)
{
	struct model_file *named = &world.files[file];

	if (strlen(name) >= FILE_NAME_SIZE)
		abort();
	named->parent = directory;
	memset(named->name, 0, sizeof(named->name));
	strcpy(named->name, name);
}

/* What no descriptor can tell apart is the same state. */
static void take_name(int file)
{
	world.files[file].parent = -1;
	world.files[file].size = 0;
	world.files[file].is_damaged = false;
	memset(world.files[file].name, 0, sizeof(world.files[file].name));
}

static long make(long fd, const char *path, int kind)
{
	struct runner *maker = &world.runners[current];
	const int file = 1 + current * FILES_EACH + maker->made;
	const char *name;
	const int directory = walk(fd, path, &name);

	if (directory < 0)
		return directory;
	if (is_removed(directory))
		return -ENOENT;
	if (find_file(directory, name) >= 0)
		return -EEXIST;
	if (++maker->made > FILES_EACH) {
		fprintf(stderr, "a runner makes more than %d files\n", FILES_EACH);
		abort();
	}
	world.files[file].kind = kind;
	set_name(file, directory, name);
	return kind == DIRECTORY ? 0 : open_descriptor(file);
}

static long open_file(long fd, const char *path, long flags)
{
	const char *name;
	const int directory = walk(fd, path, &name);
	int file;

	if ((flags & O_CREAT) != 0)
		return make(fd, path, REGULAR);
	if (directory < 0)
		return directory;
	file = strcmp(name, ".") == 0 ? directory : find_file(directory, name);
	if (file < 0)
		return -ENOENT;
	if ((flags & O_DIRECTORY) != 0 && file != RUNS && world.files[file].kind != DIRECTORY)
		return -ENOTDIR;
	return open_descriptor(file);
}

static void tell_status(int file, kernel_status *found)
{
	memset(found, 0, sizeof(*found));
	found->st_mode =
		(file == RUNS || world.files[file].kind == DIRECTORY ? S_IFDIR : S_IFREG) | 0700;
	found->st_ino = (unsigned long)file;
	found->st_size = world.files[file].size;
	found->st_mtime = world.files[file].size;
}

static long tell_status_at(long fd, const char *path, kernel_status *found)
{
	const char *name;
	const int directory = walk(fd, path, &name);
	const int file = directory < 0 ? directory : find_file(directory, name);

	if (file < 0)
		return -ENOENT;
	tell_status(file, found);
	return 0;
}

static long list(long fd, char *listing, size_t size)
{
	struct model_descriptor *listed = descriptor(fd);
	size_t used = 0;

	if (listed->is_listed)
		return 0;
	listed->is_listed = true;
	for (int i = 1; i < FILES; i++) {
		const struct model_file *file = &world.files[i];
		const size_t taken =
			(sizeof(struct directory_entry) + strlen(file->name) + 8) & ~(size_t)7;
		struct directory_entry *entry = (void *)(listing + used);

		if (file->kind == NO_FILE || file->parent != listed->file)
			continue;
		if (used + taken > size)
			abort();
		memset(entry, 0, taken);
		entry->inode = (uint64_t)i;
		entry->size = (uint16_t)taken;
		strcpy(entry->name, file->name);
		used += taken;
	}
	return (long)used;
}

static long rename_file(const long words[4])
{
	const char *name, *new_name;
	const int directory = walk(words[0], (const char *)words[1], &name);
	const int new_directory = walk(words[2], (const char *)words[3], &new_name);
	const int file = directory < 0 ? -1 : find_file(directory, name);
	int replaced;

	if (file < 0)
		return -ENOENT;
	if (new_directory < 0)
		return new_directory;
	if (is_removed(new_directory))
		return -ENOENT;
	replaced = find_file(new_directory, new_name);
	if (replaced == file)
		return 0;
	if (replaced >= 0) {
		const bool is_directory = world.files[file].kind == DIRECTORY;

		if (is_directory && world.files[replaced].kind != DIRECTORY)
			return -ENOTDIR;
		if (!is_directory && world.files[replaced].kind == DIRECTORY)
			return -EISDIR;
		if (!is_empty(replaced))
			return -ENOTEMPTY;
		take_name(replaced);
	}
	set_name(file, new_directory, new_name);
	return 0;
}

static long remove_name(long fd, const char *path, long flags)
{
	const char *name;
	const int directory = walk(fd, path, &name);
	const int file = directory < 0 ? -1 : find_file(directory, name);
	const bool wants_directory = (flags & AT_REMOVEDIR) != 0;

	if (file < 0)
		return -ENOENT;
	if (wants_directory != (world.files[file].kind == DIRECTORY))
		return wants_directory ? -ENOTDIR : -EISDIR;
	if (!is_empty(file))
		return -ENOTEMPTY;
	take_name(file);
	return 0;
}

long do_call(const struct call *call)
{
	const long *words = call->words;

	switch (call->number) {
	case __NR_openat:
		return open_file(words[0], (const char *)words[1], words[2]);
	case __NR_mkdirat:
		return make(words[0], (const char *)words[1], DIRECTORY);
	case __NR_renameat:
		return rename_file(words);
	case __NR_unlinkat:
		return remove_name(words[0], (const char *)words[1], words[2]);
	case __NR_newfstatat:
		return tell_status_at(words[0], (const char *)words[1], (kernel_status *)words[2]);
	case __NR_fstat:
		tell_status(file_of(words[0]), (kernel_status *)words[1]);
		return 0;
	case __NR_getdents64:
		return list(words[0], (char *)words[1], (size_t)words[2]);
	case __NR_lseek:
		descriptor(words[0])->is_listed = false;
		return 0;
	case __NR_write:
		world.files[file_of(words[0])].size += (unsigned)words[2];
		return words[2];
	case __NR_close:
		if (!failed(words[0]))
			memset(descriptor(words[0]), 0, sizeof(struct model_descriptor));
		return 0;
	/* The time of a file is its size here. */
	case __NR_utimensat:
	case __NR_fchmodat:
	case __NR_syncfs:
	case __NR_nanosleep:
		return 0;
	default:
		fprintf(stderr, "the model does not know call %ld\n", call->number);
		abort();
	}
}

bool damage_entry(void)
{
	const int entry = find_file(RUNS, entry_id);

	for (int i = 1; entry >= 0 && i < FILES; i++) {
		if (world.files[i].kind == REGULAR && world.files[i].parent == entry) {
			take_name(i);
			world.files[entry].is_damaged = true;
			return true;
		}
	}
	return false;
}
