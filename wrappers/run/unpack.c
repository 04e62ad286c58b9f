/*
 * Directories are made first, by one process. Then units are taken one after the other by all; a
 * unit's files lie in it and nowhere else, so nobody waits for anybody. Hard links, and the modes
 * and times of directories, come when all files are there.
 */
#include "unpack.h"
#include "base/mapping.h"
#include "base/process.h"
#include "settle.h"
#include "write-unit.h"

enum { PROCESSORS_LIMIT = 1024, TROUBLE_BEING_TOLD = 1, TROUBLE_TOLD = 2 };

bool tell_trouble(struct unpacking *unpacking, int kind, long result, uint32_t number)
{
	struct trouble *trouble = &unpacking->shared->trouble;
	uint32_t none = 0;

	if (__atomic_compare_exchange_n(&trouble->state, &none, TROUBLE_BEING_TOLD, false,
					__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
		trouble->kind = kind;
		trouble->result = result;
		trouble->number = number;
		__atomic_store_n(&trouble->state, TROUBLE_TOLD, __ATOMIC_SEQ_CST);
	}
	return false;
}

bool prepare_unpacking(struct unpacking *unpacking)
{
	const struct index *index = unpacking->index;

	unpacking->shared = map_memory(sizeof(struct shared), MAP_SHARED);
	unpacking->units = map_memory(index->frame_count * sizeof(uint32_t), MAP_PRIVATE);
	if (unpacking->shared == NULL || unpacking->units == NULL)
		return false;
	for (uint32_t i = 0; i < index->frame_count; i++) {
		if (index->frames[i].flags != 0)
			unpacking->units[unpacking->unit_count++] = i;
	}
	return true;
}

static uint32_t count_processors(void)
{
	unsigned char set[PROCESSORS_LIMIT / 8];
	const long size = sys_sched_getaffinity(0, sizeof(set), set);
	uint32_t count = 0;

	for (long i = 0; !failed(size) && i < size; i++) {
		for (unsigned bits = set[i]; bits != 0; bits &= bits - 1)
			count++;
	}
	return count == 0 ? 1 : count;
}

static bool make_all_directories(void *argument)
{
	return make_directories(argument);
}

static bool write_units(void *argument)
{
	struct unpacking *unpacking = argument;
	struct unit_writer *writer = make_writer(unpacking);

	if (writer == NULL)
		return tell_trouble(unpacking, TROUBLE_OF_SYSTEM, -ENOMEM, 0);
	for (;;) {
		const uint32_t unit =
			__atomic_fetch_add(&unpacking->shared->next_unit, 1, __ATOMIC_SEQ_CST);

		if (unit >= unpacking->unit_count)
			return true;
		if (__atomic_load_n(&unpacking->shared->trouble.state, __ATOMIC_SEQ_CST) != 0 ||
		    !write_unit(writer, unpacking->units[unit]))
			return false;
	}
}

static bool settle_all(void *argument)
{
	struct unpacking *unpacking = argument;

	return make_hard_links(unpacking) && settle_directories(unpacking) &&
	       (unpacking->finish == NULL || unpacking->finish(unpacking));
}

bool unpack_tree(struct unpacking *unpacking, struct children *children)
{
	uint32_t count = count_processors();

	if (count > unpacking->unit_count)
		count = unpacking->unit_count;
	if (unpacking->top < 0)
		return run_children(children, count, write_units, unpacking);
	return run_children(children, 1, make_all_directories, unpacking) &&
	       run_children(children, count, write_units, unpacking) &&
	       run_children(children, 1, settle_all, unpacking);
}
