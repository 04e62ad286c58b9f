/*
 * Open directories that paths were counted from: the kernel names one only by a link that is slow
 * to read, so it is recognised by its device and inode the next time.
 */
#include "system.h"
#include "view.h"

enum { DESCRIPTOR_LIMIT = 256 };

struct descriptor {
	/* Odd while it is written. */
	uint32_t turn;
	uint32_t node;
	uint64_t device;
	uint64_t inode;
	uint64_t hash;
};

static struct descriptor descriptors[DESCRIPTOR_LIMIT];

/* The kernel's struct stat begins with these two on every machine with 64 bits. */
union status {
	uint64_t words[24];
	char room[256];
};

static bool read_status(int fd, union status *status)
{
	return fd >= 0 && fd < DESCRIPTOR_LIMIT &&
	       !failed(system_call(__NR_fstat, fd, (long)status, 0, 0, 0, 0));
}

bool recall_descriptor(int fd, uint32_t *node, uint64_t *hash)
{
	const struct descriptor *slot;
	union status status;
	uint32_t turn;
	bool matches;

	if (fd < 0 || fd >= DESCRIPTOR_LIMIT)
		return false;
	slot = &descriptors[fd];
	turn = __atomic_load_n(&slot->turn, __ATOMIC_ACQUIRE);
	if (turn == 0 || (turn & 1) != 0 || !read_status(fd, &status))
		return false;
	matches = slot->device == status.words[0] && slot->inode == status.words[1];
	*node = slot->node;
	*hash = slot->hash;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return matches && __atomic_load_n(&slot->turn, __ATOMIC_RELAXED) == turn;
}

void note_descriptor(int fd, uint32_t node, uint64_t hash)
{
	struct descriptor *slot;
	union status status;
	uint32_t turn;

	if (!read_status(fd, &status))
		return;
	slot = &descriptors[fd];
	turn = __atomic_load_n(&slot->turn, __ATOMIC_RELAXED);
	if ((turn & 1) != 0 || !__atomic_compare_exchange_n(&slot->turn, &turn, turn + 1, false,
							    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	slot->device = status.words[0];
	slot->inode = status.words[1];
	slot->node = node;
	slot->hash = hash;
	__atomic_store_n(&slot->turn, turn + 2, __ATOMIC_RELEASE);
}
