/*
 * Ask whoever on the host answers first: its name cache daemon and SSSD know most in the least
 * time; getent knows all that the host's own programs know.
 */
#include "ask.h"
#include "system.h"

static enum verdict ask_all(const struct question *question, struct workplace *workplace)
{
	enum verdict verdict, from_sssd;

	workplace->answer.room = REPLY_LIMIT;
	workplace->answer.bytes = workplace->bytes;
	verdict = ask_nscd(question, workplace);
	if (verdict != UNANSWERED)
		return verdict;
	from_sssd = ask_sssd(question, workplace);
	if (from_sssd == FOUND || (from_sssd == ABSENT && question->sssd_decides))
		return from_sssd;
	verdict = ask_getent(question, workplace);
	return verdict == UNANSWERED ? from_sssd : verdict;
}

enum verdict ask_host(const struct question *question, giver *give, void *context, int *status)
{
	struct workplace *workplace;
	enum verdict verdict;

	if (recall(question, give, context, &verdict, status))
		return verdict;
	workplace = sys_map(sizeof(*workplace), SHARED_MEMORY);
	if (workplace == NULL)
		return UNANSWERED;
	verdict = ask_all(question, workplace);
	remember(question, verdict, &workplace->answer);
	if (verdict == FOUND)
		*status = give(&workplace->answer, context);
	sys_unmap(workplace, sizeof(*workplace));
	return verdict;
}
