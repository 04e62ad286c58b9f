/*
 * What this process has asked lately, in memory that costs nothing before it is used.
 *
 * Nobody waits for the lock: who does not get it asks the host instead. So a thread that was in
 * here when another one forked leaves the child without a cache, and not without names.
 */
#include "ask.h"
#include "base/mapping.h"
#include "base/text.h"
#include "patience.h"

/* Seconds, as short as nscd's for names that are not there. */
enum { KEPT_IF_FOUND = 60, KEPT_OTHERWISE = 15 };

enum { SLOTS = 128, SLOT_ROOM = 1000 };

struct slot {
	long until;
	struct question question;
	enum verdict verdict;
	struct answer answer;
	char bytes[SLOT_ROOM];
};

static struct slot slots[SLOTS];
/* One that fits no slot: a group of thousands, asked again and again with more room each time. */
static struct {
	long until;
	struct question question;
	struct answer answer;
} large;
static bool locked;

static bool lock(void)
{
	return !__atomic_test_and_set(&locked, __ATOMIC_ACQUIRE);
}

static void unlock(void)
{
	__atomic_clear(&locked, __ATOMIC_RELEASE);
}

static bool is_same(const struct question *one, const struct question *other)
{
	return one->subject == other->subject && one->sssd_decides == other->sssd_decides &&
	       one->length == other->length && bytes_equal(one->text, other->text, one->length);
}

static struct slot *slot_of(const struct question *question)
{
	uint32_t hash = 2166136261U + (uint32_t)question->subject;

	for (uint32_t i = 0; i < question->length; i++)
		hash = (hash ^ (unsigned char)question->text[i]) * 16777619U;
	return &slots[(hash ^ hash >> 15) % SLOTS];
}

bool recall(const struct question *question, giver *give, void *context, enum verdict *verdict,
	    int *status)
{
	const struct slot *slot = slot_of(question);
	const struct answer *answer = NULL;
	long now;

	if (!lock())
		return false;
	now = seconds_now();
	if (slot->until > now && is_same(&slot->question, question)) {
		answer = &slot->answer;
		*verdict = slot->verdict;
	} else if (large.until > now && is_same(&large.question, question)) {
		answer = &large.answer;
		*verdict = FOUND;
	}
	if (answer != NULL && *verdict == FOUND)
		*status = give(answer, context);
	unlock();
	return answer != NULL;
}

static void copy_answer(struct answer *to, char *bytes, size_t room, const struct answer *from)
{
	*to = *from;
	to->size = 0;
	to->room = (uint32_t)room;
	to->bytes = bytes;
	add_bytes(to, from->bytes, from->size);
}

static void remember_large(const struct question *question, const struct answer *answer, long until)
{
	char *bytes = map_memory(answer->size, MAP_PRIVATE | MAP_NORESERVE);

	if (bytes == NULL)
		return;
	if (large.answer.bytes != NULL)
		sys_munmap(large.answer.bytes, large.answer.size);
	copy_answer(&large.answer, bytes, answer->size, answer);
	large.question = *question;
	large.until = until;
}

void remember(const struct question *question, enum verdict verdict, const struct answer *answer)
{
	struct slot *slot = slot_of(question);
	long now;

	if (!lock())
		return;
	now = seconds_now();
	if (verdict == FOUND && answer->size > SLOT_ROOM) {
		remember_large(question, answer, now + KEPT_IF_FOUND);
	} else {
		slot->question = *question;
		slot->verdict = verdict;
		slot->until = now + (verdict == FOUND ? KEPT_IF_FOUND : KEPT_OTHERWISE);
		if (verdict == FOUND)
			copy_answer(&slot->answer, slot->bytes, sizeof(slot->bytes), answer);
	}
	unlock();
}
