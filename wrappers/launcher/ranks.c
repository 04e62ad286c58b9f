#include "ranks.h"
#include "base/fail.h"
#include "base/text.h"
#include "base/variables.h"

static bool is_several(const char *count)
{
	return count != NULL && count[0] != '\0' && !text_equal(count, "0") &&
	       !text_equal(count, "1");
}

static bool is_told(const struct launch *launch)
{
	const struct record *record = launch->record;

	for (uint32_t i = 0; i < record->rank_offers.count; i++) {
		if (find_value(launch->start.environment,
			       record_item(record, record->rank_offers, i)) != NULL)
			return true;
	}
	return false;
}

void check_ranks(const struct launch *launch)
{
	const struct record *record = launch->record;
	const struct record_starter *starters =
		(const void *)((const char *)record + record->rank_starters.offset);
	char *const *environment = launch->start.environment;

	for (uint32_t i = 0; i < record->rank_starters.count; i++) {
		const char *tasks = find_value(environment, record_text(record, starters[i].tasks));
		const char *rank = find_value(environment, record_text(record, starters[i].rank));

		if (!is_several(tasks))
			continue;
		/* Of a thousand tasks the first tells. */
		if (rank != NULL && !text_equal(rank, "0"))
			return;
		if (launch->has_own_users)
			TELL(launch->bundle.launcher, ": each of ", tasks,
			     " tasks is in a user namespace of its own, and none may read "
			     "another's memory "
			     "(process_vm_readv): MPI may fail; DYNPK_ENGINE=",
			     record->shim == 0 ? "direct" : "shim", " starts them without");
		if (!is_told(launch))
			TELL(launch->bundle.launcher, ": ", tasks,
			     record_text(record, starters[i].warning));
		return;
	}
}
