#include "engine.h"
#include "fail.h"
#include "namespace.h"
#include "proot.h"
#include "system.h"
#include "text.h"

/* By enum engine; no pointers, which would need relocation. */
static const char names[][8] = { "direct", "direct", "shim", "userns" };

/* What DYNPK_ENGINE asks for; ENGINE_NONE for `auto` and where it says nothing. */
static enum engine asked_engine(const struct launch *launch)
{
	const char *asked = find_value(launch->start.environment, "DYNPK_ENGINE");

	if (asked == NULL || asked[0] == '\0' || text_equal(asked, "auto"))
		return ENGINE_NONE;
	for (enum engine engine = ENGINE_DIRECT; engine <= ENGINE_USERNS; engine++) {
		if (text_equal(asked, names[engine]))
			return engine;
	}
	FAIL(EXIT_LAUNCHER, "DYNPK_ENGINE is ", asked,
	     ", and there are auto, direct, shim and userns");
}

/* For `dynpk run --explain` and `dynpk verify`: what this host offers, and nothing is started. */
_Noreturn static void list_engines(const struct launch *launch)
{
	const struct record *record = launch->record;
	const enum obstacle obstacle =
		record->table == 0 ? NO_OBSTACLE : try_namespace(&launch->bundle);

	TELL("engine direct: available");
	if (record->shim != 0)
		TELL("engine shim: available");
	else
		TELL("engine shim: not for this program");
	if (record->table == 0)
		TELL("engine userns: not for this program");
	else if (obstacle == NO_OBSTACLE)
		TELL("engine userns: available");
	else
		TELL("engine userns: not here: ", obstacle_text(obstacle));
	sys_exit(0);
}

static void explain(const struct launch *launch, const char *reason)
{
	const char *asked = find_value(launch->start.environment, "DYNPK_EXPLAIN");

	if (asked == NULL)
		return;
	TELL(launch->bundle.launcher, ": engine ", names[launch->engine], ", because ", reason);
	if (text_equal(asked, "engines"))
		list_engines(launch);
}

_Noreturn static void fail_namespace(const struct launch *launch, enum obstacle obstacle)
{
	FAIL(EXIT_LAUNCHER, launch->bundle.launcher, " needs a namespace to see its files, and ",
	     obstacle_text(obstacle), ": ",
	     launch->record->shim == 0 ? "" : "DYNPK_ENGINE=shim shows them to it alone, ",
	     "DYNPK_ENGINE=direct starts it without");
}

static void use_namespace(struct launch *launch, bool is_asked)
{
	unsigned left_alone = 0;
	const enum obstacle obstacle = enter_namespace(&launch->bundle, &left_alone);
	char number[24];

	if (obstacle != NO_OBSTACLE) {
		if (!is_asked)
			start_by_proot(launch);
		fail_namespace(launch, obstacle);
	}
	if (left_alone > 0 && find_value(launch->start.environment, "DYNPK_EXPLAIN") != NULL) {
		text_append_number(number, left_alone);
		TELL("paths of the bundle that are not shown, because they would have to be made "
		     "in "
		     "directories of yours: ",
		     number);
	}
}

/* Scripts leave the choice to their interpreter's launcher. */
void choose_engine(struct launch *launch)
{
	const struct record *record = launch->record;
	const enum engine asked = asked_engine(launch);

	if (record->engine == ENGINE_NONE) {
		launch->engine = ENGINE_DIRECT;
		if (record->kind != LAUNCH_SCRIPT)
			explain(launch, "no other engine is of use to it");
		return;
	}
	launch->engine = asked == ENGINE_NONE ? (enum engine)record->engine : asked;
	explain(launch, asked == ENGINE_NONE ? record_text(record, record->engine_reason)
					     : "DYNPK_ENGINE asks for it");
	if (launch->engine == ENGINE_SHIM && record->shim == 0)
		FAIL(EXIT_LAUNCHER, launch->bundle.launcher,
		     " cannot have the path shim loaded into it: DYNPK_ENGINE=direct starts it "
		     "without");
	if (launch->engine == ENGINE_USERNS)
		use_namespace(launch, asked == ENGINE_USERNS);
}
