/*
 * Ask whoever on the host answers first: its name cache daemon and SSSD know most in the least
 * time; getent knows all that the host's own programs know.
 */
#include "ask.h"
#include "base/mapping.h"
#include "patience.h"

/* Seconds: what is a long time to say nothing, and how long who did so is left alone. */
enum { LONG_SILENCE = 4, LEFT_ALONE = 15 };

typedef enum verdict asker(const struct question *question, struct workplace *workplace);

/*
 * A host that has lost its server keeps everybody waiting to the end. The files of one directory
 * may have twenty owners: one wait tells enough.
 */
static enum verdict ask_one(asker *ask, long *left_alone, const struct question *question,
			    struct workplace *workplace)
{
	const long begun = seconds_now();
	enum verdict verdict;
	long ended;

	if (begun < __atomic_load_n(left_alone, __ATOMIC_RELAXED))
		return UNANSWERED;
	verdict = ask(question, workplace);
	ended = seconds_now();
	if (verdict == UNANSWERED && ended - begun >= LONG_SILENCE)
		__atomic_store_n(left_alone, ended + LEFT_ALONE, __ATOMIC_RELAXED);
	return verdict;
}

static enum verdict ask_all(const struct question *question, struct workplace *workplace)
{
	/* Until when; names of hosts come from other servers than those of users. */
	static long nscd, sssd, getent[2];
	const bool of_hosts = question->subject >= ADDRESSES_OF_HOST;
	enum verdict verdict, from_sssd;

	workplace->answer.room = REPLY_LIMIT;
	workplace->answer.bytes = workplace->bytes;
	verdict = ask_one(ask_nscd, &nscd, question, workplace);
	if (verdict != UNANSWERED)
		return verdict;
	from_sssd = ask_one(ask_sssd, &sssd, question, workplace);
	if (from_sssd == FOUND || (from_sssd == ABSENT && question->sssd_decides))
		return from_sssd;
	verdict = ask_one(ask_getent, &getent[of_hosts], question, workplace);
	return verdict == UNANSWERED ? from_sssd : verdict;
}

enum verdict ask_host(const struct question *question, giver *give, void *context, int *status)
{
	struct workplace *workplace;
	enum verdict verdict;

	if (recall(question, give, context, &verdict, status))
		return verdict;
	/* One with a helper's even where a kernel that only resembles Linux makes copies. */
	workplace = map_memory(sizeof(*workplace), MAP_SHARED | MAP_NORESERVE);
	if (workplace == NULL)
		return UNANSWERED;
	verdict = ask_all(question, workplace);
	remember(question, verdict, &workplace->answer);
	if (verdict == FOUND)
		*status = give(&workplace->answer, context);
	sys_munmap(workplace, sizeof(*workplace));
	return verdict;
}
