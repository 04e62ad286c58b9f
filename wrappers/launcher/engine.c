#include "engine.h"
#include "base/fail.h"
#include "base/process.h"
#include "base/text.h"
#include "base/variables.h"
#include "namespace/namespace.h"
#include "proot.h"

/* By enum engine; no pointers, which would need relocation. */
static const char names[][8] = { "direct", "direct", "shim", "userns" };

enum engine asked_engine(const struct launch *launch)
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

/* For machines, and nothing is started: docs/bundle-format-engines.md has the keys. */
_Noreturn static void list_engines(const struct launch *launch, const char *reason)
{
	const struct record *record = launch->record;
	const enum obstacle obstacle =
		record->table == 0 ? NO_OBSTACLE : try_namespace(&launch->bundle);

	PRINT_LINE("engine=", names[launch->engine]);
	PRINT_LINE("reason=", reason);
	PRINT_LINE("direct=available");
	PRINT_LINE("shim=", record->shim != 0 ? "available" : "not for this program");
	if (record->table == 0)
		PRINT_LINE("userns=not for this program");
	else if (obstacle == NO_OBSTACLE)
		PRINT_LINE("userns=available");
	else
		PRINT_LINE("userns=not here: ", obstacle_text(obstacle));
	sys_exit_group(0);
}

static void explain(const struct launch *launch, const char *reason)
{
	const char *asked = find_value(launch->start.environment, "DYNPK_EXPLAIN");

	if (asked == NULL)
		return;
	if (text_equal(asked, "engines"))
		list_engines(launch, reason);
	TELL(launch->bundle.launcher, ": engine ", names[launch->engine], ", because ", reason);
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
	struct entered entered = { 0 };
	const enum obstacle obstacle = enter_namespace(&launch->bundle, &entered);
	char number[24];

	if (obstacle != NO_OBSTACLE) {
		if (!is_asked)
			start_by_proot(launch);
		fail_namespace(launch, obstacle);
	}
	launch->has_own_users = entered.has_own_users;
	if (entered.left_alone > 0 &&
	    find_value(launch->start.environment, "DYNPK_EXPLAIN") != NULL) {
		text_append_number(number, entered.left_alone);
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
