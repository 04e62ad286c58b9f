/*
 * The contents of a row whose digest another bundle has are written all the same, and then thrown
 * away: most file systems have not begun to write them down by then.
 */
#include "store.h"
#include "base/directory.h"
#include "base/file-status.h"
#include "base/mapping.h"
#include "base/text.h"

/* The digest, mode and time in hexadecimal digits, and the ordinal. */
enum { STORED_NAME_SIZE = 2 * ID_SIZE + 3 * 24, PART = 1 << 16 };

static const char store_name[] = "files";

static const unsigned char *row_digest(const struct index *index, uint32_t row)
{
	return index->digests + (size_t)index->rows[row].digest * ID_SIZE;
}

static bool has_same_name(const struct index *index, uint32_t one, uint32_t other)
{
	const struct index_row *rows = index->rows;

	return rows[one].mode == rows[other].mode && rows[one].time == rows[other].time &&
	       bytes_equal(row_digest(index, one), row_digest(index, other), ID_SIZE);
}

/* The last row so far of each name, found by its digest: one row too many, as 0 is the top's. */
static bool count_ordinals(struct store *store, const struct index *index)
{
	const uint32_t mask = count_slots(index->row_count) - 1;
	uint32_t *last = map_memory((mask + (size_t)1) * sizeof(*last), MAP_PRIVATE);

	store->ordinals = map_memory(index->row_count * sizeof(*store->ordinals), MAP_PRIVATE);
	if (last == NULL || store->ordinals == NULL)
		return false;
	for (uint32_t row = 1; row < index->row_count; row++) {
		uint32_t slot = index->seed;

		if (index->rows[row].kind != ROW_FILE)
			continue;
		for (int i = 0; i < ID_SIZE; i++)
			slot = (slot ^ row_digest(index, row)[i]) * 16777619U;
		for (slot &= mask; last[slot] != 0; slot = (slot + 1) & mask) {
			if (!has_same_name(index, last[slot], row))
				continue;
			store->ordinals[row] = store->ordinals[last[slot]] + 1;
			break;
		}
		last[slot] = row;
	}
	sys_munmap(last, (mask + (size_t)1) * sizeof(*last));
	return true;
}

bool open_store(struct store *store, const struct cache *cache, const struct index *index)
{
	long directory;

	store->directory = -1;
	if (!count_ordinals(store, index))
		return false;
	sys_mkdirat(cache->runs, store_name, 0700);
	directory = sys_openat(cache->runs, store_name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (failed(directory))
		return false;
	store->directory = (int)directory;
	return true;
}

void close_store(const struct store *store)
{
	if (store->directory >= 0)
		sys_close(store->directory);
}

static char *append_digits(char *to, uint64_t number)
{
	int shift = 60;

	while (shift > 0 && number >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[number >> shift & 15];
	return to;
}

static void write_stored_name(const struct store *store, const struct index *index, uint32_t row,
			      char name[STORED_NAME_SIZE])
{
	for (int i = 0; i < ID_SIZE; i++) {
		*name++ = "0123456789abcdef"[row_digest(index, row)[i] >> 4];
		*name++ = "0123456789abcdef"[row_digest(index, row)[i] & 15];
	}
	*name++ = '-';
	name = append_digits(name, index->rows[row].mode);
	*name++ = '-';
	name = append_digits(name, index->rows[row].time);
	*name++ = '-';
	*append_digits(name, store->ordinals[row]) = '\0';
}

static long read_part(int fd, unsigned char *to, uint64_t offset)
{
	size_t size = 0;

	while (size < PART) {
		const long count = read_at(fd, to + size, PART - size, offset + size);

		if (count == -EINTR)
			continue;
		if (failed(count))
			return count;
		if (count == 0)
			break;
		size += (size_t)count;
	}
	return (long)size;
}

static bool have_same_contents(int one, int other)
{
	static unsigned char ours[PART], theirs[PART];

	for (uint64_t offset = 0;; offset += PART) {
		const long size = read_part(one, ours, offset);

		if (failed(size) || read_part(other, theirs, offset) != size ||
		    !bytes_equal(ours, theirs, (size_t)size))
			return false;
		if (size < PART)
			return true;
	}
}

static bool are_alike(int one, int other)
{
	const struct file_status ours = file_status_of_open(one);
	const struct file_status theirs = file_status_of_open(other);

	return ours.mode == theirs.mode && ours.size == theirs.size &&
	       ours.modified == theirs.modified &&
	       ours.modified_nanoseconds == theirs.modified_nanoseconds &&
	       have_same_contents(one, other);
}

static long open_to_read(int directory, const char *name)
{
	return sys_openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* Give the stored file our name, if it is what was compared: the name may lead to another by now.
 */
static bool take_stored(const struct store *store, const char *stored,
			const struct file_status *compared, int directory, const char *name,
			const char *passing)
{
	struct file_status taken;

	if (failed(sys_linkat(store->directory, stored, directory, passing)))
		return false;
	taken = file_status_at(directory, passing, AT_SYMLINK_NOFOLLOW);
	if (is_same_file(compared, &taken) &&
	    !failed(sys_renameat(directory, passing, directory, name)))
		return true;
	sys_unlinkat(directory, passing, 0);
	return false;
}

void share_file(const struct store *store, const struct start *start, const struct index *index,
		uint32_t row, int directory)
{
	const char *name = row_name(index, row);
	char stored[STORED_NAME_SIZE], passing[8 + RANDOM_SIZE] = ".dynpk-";
	bool is_taken = false;
	long ours, theirs;

	write_stored_name(store, index, row, stored);
	if (sys_linkat(directory, name, store->directory, stored) != -EEXIST)
		return;
	random_name(start, passing + text_length(passing));
	ours = open_to_read(directory, name);
	theirs = open_to_read(store->directory, stored);
	if (!failed(ours) && !failed(theirs) && are_alike((int)ours, (int)theirs)) {
		const struct file_status compared = file_status_of_open((int)theirs);

		is_taken = take_stored(store, stored, &compared, directory, name, passing);
	}
	if (!failed(ours))
		sys_close((int)ours);
	if (!failed(theirs))
		sys_close((int)theirs);
	/* It is damaged, or has as many names as a file can have. */
	if (!is_taken && !failed(sys_unlinkat(store->directory, stored, 0)))
		sys_linkat(directory, name, store->directory, stored);
}

void sweep_store(const struct cache *cache)
{
	_Alignas(8) char listing[4096];
	const long store = sys_openat(cache->runs, store_name,
				      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	long size;

	if (failed(store))
		return;
	while ((size = sys_getdents64((int)store, listing, sizeof(listing))) > 0) {
		const struct directory_entry *entry;

		for (long at = 0; at < size; at += entry->size) {
			struct file_status found;

			entry = (const void *)(listing + at);
			found = file_status_at((int)store, entry->name, AT_SYMLINK_NOFOLLOW);
			if ((found.mode & S_IFMT) == S_IFREG && found.links == 1)
				sys_unlinkat((int)store, entry->name, 0);
		}
	}
	sys_close((int)store);
	sys_unlinkat(cache->runs, store_name, AT_REMOVEDIR);
}
