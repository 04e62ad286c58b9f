#include "elect.h"
#include "base/clock.h"
#include "base/file-status.h"
#include "base/text.h"
#include "explain.h"
#include "head.h"
#include "lock.h"
#include "sound.h"
#include "state.h"

/* Milliseconds between two looks of a waiter: a small bundle takes less than the first. */
#ifndef DYNPK_FIRST_PAUSE
#define DYNPK_FIRST_PAUSE 50
#endif

enum { LAST_PAUSE = 250, TRIES = 4 };

/* One that names were added to is given its state anew, so that the next start need not ask the
 * index. */
static enum obtained confirm_entry(struct obtaining *obtaining)
{
	const struct cache *cache = obtaining->cache;
	struct source *source = obtaining->source;
	long top;

	obtaining->wrong = open_source(source);
	if (obtaining->wrong != NULL)
		return NOWHERE;
	top = sys_openat(cache->runs, cache->id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (failed(top))
		return NOT_HERE;
	if (!holds_all(cache, &source->index)) {
		sys_close((int)top);
		return NOT_HERE;
	}
	write_state(cache, source->start, &source->index, (int)top);
	sys_close((int)top);
	return OBTAINED;
}

enum obtained find_entry(struct obtaining *obtaining)
{
	switch (look_at_entry(obtaining->cache)) {
	case ENTRY_SOUND:
		return OBTAINED;
	case ENTRY_CHANGED:
		return confirm_entry(obtaining);
	case ENTRY_ABSENT:
	case ENTRY_UNSOUND:
	default:
		return NOT_HERE;
	}
}

static void tell_work(const struct cache *cache)
{
	char count[24];

	text_append_number(count, run_head.entries);
	EXPLAIN("unpacking ", count, " entries into ", cache->path, "/", cache->id);
}

/* What is made is looked at once more: it may have come between our look and the lock. */
static enum made make_under_lock(struct obtaining *obtaining, struct lock *lock,
				 const struct held *held)
{
	struct making making = { .cache = obtaining->cache,
				 .source = obtaining->source,
				 .children = {
					 .held = held, .beat = beat, .beat_argument = lock } };
	enum made made = ENTRY_MADE;

	if (find_entry(obtaining) != OBTAINED) {
		tell_work(obtaining->cache);
		made = make_entry(&making);
		obtaining->result = making.result;
		obtaining->wrong = making.wrong;
		if (made == ENTRY_MADE)
			remove_leftovers(obtaining->cache, obtaining->source->start);
	}
	release_lock(lock);
	if (made == MAKING_INTERRUPTED)
		die_by(held, making.children.interrupted);
	return made;
}

/* From before the lock is made: a signal that came in between would leave it behind. */
static enum taking try_to_make(struct obtaining *obtaining, enum made *made)
{
	const struct held held = hold_signals();
	struct lock lock;
	const enum taking taking =
		take_lock(&lock, obtaining->cache, obtaining->source->start, &obtaining->result);

	if (taking == LOCK_TAKEN)
		*made = make_under_lock(obtaining, &lock, &held);
	end_holding(&held);
	return taking;
}

static void wait_for_holder(struct watch *watch, const struct obtaining *obtaining, unsigned *pause)
{
	if (is_silent(watch, obtaining->cache)) {
		EXPLAIN("the start that unpacks into ", obtaining->cache->path,
			" is silent: taking over");
		take_over(watch, obtaining->cache);
		*watch = (struct watch){ 0 };
		return;
	}
	sleep_milliseconds(*pause);
	*pause = *pause * 2 < LAST_PAUSE ? *pause * 2 : LAST_PAUSE;
}

enum obtained obtain_entry(struct obtaining *obtaining)
{
	struct watch watch = { 0 };
	unsigned pause = DYNPK_FIRST_PAUSE;
	int tries = 0;

	while (look_at_entry(obtaining->cache) != ENTRY_SOUND) {
		enum made made = ENTRY_MADE;

		switch (try_to_make(obtaining, &made)) {
		case LOCK_HELD:
			wait_for_holder(&watch, obtaining, &pause);
			continue;
		case LOCK_FAILED:
			return NOT_HERE;
		case LOCK_TAKEN:
		default:
			break;
		}
		if (made == ENTRY_MADE)
			return OBTAINED;
		if (made == FILE_FAILED)
			return NOWHERE;
		/* Taken away again and again: somebody removes what he should not. */
		if (made == PLACE_FAILED || (made == ENTRY_TAKEN_AWAY && ++tries == TRIES))
			return NOT_HERE;
	}
	return OBTAINED;
}
