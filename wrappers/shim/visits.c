#include "visits.h"
#include "symbols.h"
#include <stdbool.h>

BORROW(void *, calloc, size_t count, size_t size);
BORROW(void, free, void *block);

/* The slot of a directory, or the free one for it; no inode has number 0. */
static struct visit *find_visit(const struct visits *visits, const struct visit *visit)
{
	size_t slot = (visit->inode * 0x9e3779b97f4a7c15ull ^ visit->device) & (visits->size - 1);

	while (visits->slots[slot].inode != 0 && (visits->slots[slot].inode != visit->inode ||
						  visits->slots[slot].device != visit->device))
		slot = (slot + 1) & (visits->size - 1);
	return &visits->slots[slot];
}

static bool make_room(struct visits *visits)
{
	struct visits more = { NULL, visits->size == 0 ? 64 : 2 * visits->size, visits->count };

	if (2 * visits->count < visits->size)
		return true;
	more.slots = BORROWED(calloc)(more.size, sizeof(*more.slots));
	if (more.slots == NULL)
		return false;
	for (size_t i = 0; i < visits->size; i++) {
		if (visits->slots[i].inode != 0)
			*find_visit(&more, &visits->slots[i]) = visits->slots[i];
	}
	BORROWED(free)(visits->slots);
	*visits = more;
	return true;
}

int visit_again(struct visits *visits, uint64_t device, uint64_t inode)
{
	const struct visit visit = { device, inode };
	struct visit *slot;

	if (!make_room(visits))
		return -1;
	slot = find_visit(visits, &visit);
	if (slot->inode != 0)
		return 1;
	*slot = visit;
	visits->count++;
	return 0;
}

void free_visits(struct visits *visits)
{
	BORROWED(free)(visits->slots);
}
