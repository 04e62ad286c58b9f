/* What the parts of the audit share. */
#ifndef DYNPK_SHIM_AUDIT_WORK_H
#define DYNPK_SHIM_AUDIT_WORK_H

#include "audit-stub/origin.h"
#include "audit.h"

#include <stdint.h>

struct audit {
	struct start start;
	char top[PATH_MAX];
	/* Nothing else judges objects. */
	bool by_preload;
	/* Somebody reads what is refused; an object's name tells it to the program anyway. */
	bool is_read;
	/* The program's first objects have been looked at. */
	bool has_started;
	/* What was told, by hashes of 64 bits; forks share it, so that their children tell nothing
	   twice. */
	uint64_t *told;
	char rules[RULES_ROOM + 1];
};

#pragma GCC visibility push(hidden)
extern struct audit audit;
#pragma GCC visibility pop

/* Memory of one event: stacks may be small, and any thread may come in between. */
struct work {
	struct line line;
	struct origin_room origin;
	char program[PATH_MAX];
	char found[PATH_MAX];
	char name[PATH_MAX];
};

/* NULL: there is none. */
struct work *take_work(void);
void drop_work(struct work *work);

/* Whether it is told for the first time; `kind` keeps apart what is told for different reasons. */
bool is_news(char kind, const char *path);

/* By whom: the file that this process was started from. */
const char *own_program(struct work *work);

/* Look at the objects that are there before the program starts. */
void audit_first_objects(struct work *work);

#endif
