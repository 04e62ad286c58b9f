/*
 * Open directories that paths were counted from: the kernel names one only by a link that is slow
 * to read, so what was read is noted beside the descriptor.
 *
 * A note holds until the descriptor is closed or made another one, by a call of the C library.
 * Where a child may do that in memory that is shared, as after vfork(), the directory is recognised
 * by its device and inode each time instead.
 */
#include "descriptors.h"
#include "base/file-status.h"

enum { DESCRIPTOR_LIMIT = 256, FIRST_NOTED = 3 };

struct descriptor {
	/* Odd while it is written. */
	uint32_t turn;
	uint32_t node;
	/* What `doubts` was then. */
	uint32_t doubts;
	uint64_t device;
	uint64_t inode;
	uint64_t hash;
};

static struct descriptor descriptors[DESCRIPTOR_LIMIT];
/* Counts what makes every note void. */
static uint32_t doubts;
/* Other tasks with this memory may have descriptors of their own. */
static uint32_t shares_memory;

static bool is_still(int fd, const struct descriptor *slot)
{
	struct file_status status;

	if (__builtin_expect(__atomic_load_n(&shares_memory, __ATOMIC_RELAXED) == 0, 1))
		return true;
	status = file_status_of_open(fd);
	return status.mode != 0 && slot->device == status.device && slot->inode == status.inode;
}

/* The standard ones are changed by too many calls to be noted. */
static struct descriptor *slot_of(int fd)
{
	return fd >= FIRST_NOTED && fd < DESCRIPTOR_LIMIT ? &descriptors[fd] : NULL;
}

bool recall_descriptor(int fd, uint32_t *node, uint64_t *hash)
{
	const struct descriptor *slot = slot_of(fd);
	uint32_t turn;
	bool matches;

	if (slot == NULL)
		return false;
	turn = __atomic_load_n(&slot->turn, __ATOMIC_ACQUIRE);
	if (turn == 0 || (turn & 1) != 0)
		return false;
	matches = slot->inode != 0 && slot->doubts == __atomic_load_n(&doubts, __ATOMIC_RELAXED) &&
		  is_still(fd, slot);
	*node = slot->node;
	*hash = slot->hash;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return matches && __atomic_load_n(&slot->turn, __ATOMIC_RELAXED) == turn;
}

static bool begin_writing(struct descriptor *slot, uint32_t *turn)
{
	*turn = __atomic_load_n(&slot->turn, __ATOMIC_RELAXED);
	return (*turn & 1) == 0 && __atomic_compare_exchange_n(&slot->turn, turn, *turn + 1, false,
							       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

void note_descriptor(int fd, uint32_t node, uint64_t hash)
{
	struct descriptor *slot = slot_of(fd);
	const uint32_t before = __atomic_load_n(&doubts, __ATOMIC_RELAXED);
	struct file_status status;
	uint32_t turn;

	if (slot == NULL)
		return;
	status = file_status_of_open(fd);
	if (status.mode == 0 || !begin_writing(slot, &turn))
		return;
	slot->doubts = before;
	slot->device = status.device;
	slot->inode = status.inode;
	slot->node = node;
	slot->hash = hash;
	__atomic_store_n(&slot->turn, turn + 2, __ATOMIC_RELEASE);
}

void forget_descriptor(int fd)
{
	struct descriptor *slot = slot_of(fd);
	uint32_t turn;

	if (slot == NULL || __atomic_load_n(&slot->turn, __ATOMIC_RELAXED) == 0)
		return;
	/* Somebody notes it at this moment, perhaps below a signal handler that is here. */
	if (!begin_writing(slot, &turn)) {
		__atomic_fetch_add(&doubts, 1, __ATOMIC_RELAXED);
		return;
	}
	slot->inode = 0;
	__atomic_store_n(&slot->turn, turn + 2, __ATOMIC_RELEASE);
}

void forget_descriptors(unsigned first, unsigned last)
{
	for (unsigned fd = first; fd < DESCRIPTOR_LIMIT && fd <= last; fd++)
		forget_descriptor((int)fd);
}

void distrust_descriptors(void)
{
	__atomic_store_n(&shares_memory, 1, __ATOMIC_RELAXED);
}
