/* Who on the host is asked, and in which order. */
#ifndef DYNPK_NSS_ASK_H
#define DYNPK_NSS_ASK_H

#include "answer.h"

enum { REPLY_LIMIT = 4 << 20, STACK_SIZE = 32 << 10 };

/* What one program of the host is started for, and what became of it. */
struct errand {
	const char *program;
	const char *arguments[4];
	const char *const *environment;
	/* Bytes of the reply. */
	long size;
	int output;
	/* As wait(2) tells it; -1 where it was not started, or not waited for to the end. */
	int status;
};

/* Memory of one lookup, mapped for it alone: costs what of it is used. */
struct workplace {
	struct errand errand;
	char reply[REPLY_LIMIT];
	/* Two stacks, because the process that starts it is started by one itself. */
	_Alignas(16) char stacks[2][STACK_SIZE];
	struct answer answer;
	char bytes[REPLY_LIMIT];
};

/* Makes of an answer what the C library asked for; returns an enum nss_status. */
typedef int giver(const struct answer *answer, void *context);

/*
 * Ask the cache, and then whoever is there: FOUND leaves in `status` what `give` returned. Calls
 * nothing that could wait for another thread.
 */
enum verdict ask_host(const struct question *question, giver *give, void *context, int *status);

enum verdict ask_nscd(const struct question *question, struct workplace *workplace);
enum verdict ask_sssd(const struct question *question, struct workplace *workplace);
enum verdict ask_getent(const struct question *question, struct workplace *workplace);

/* Whether the cache knew; then as ask_host. */
bool recall(const struct question *question, giver *give, void *context, enum verdict *verdict,
	    int *status);
void remember(const struct question *question, enum verdict verdict, const struct answer *answer);

#endif
