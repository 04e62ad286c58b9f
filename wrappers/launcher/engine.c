#include "engine.h"
#include "fail.h"
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

/* Scripts leave the choice to their interpreter's launcher. */
void choose_engine(struct launch *launch)
{
	const struct record *record = launch->record;
	const enum engine asked = asked_engine(launch);
	const char *reason = asked == ENGINE_NONE ? record_text(record, record->engine_reason)
						  : "DYNPK_ENGINE asks for it";

	if (record->engine == ENGINE_NONE)
		return;
	launch->engine = asked == ENGINE_NONE ? (enum engine)record->engine : asked;
	if (launch->engine == ENGINE_SHIM && record->shim == 0)
		FAIL(EXIT_LAUNCHER, record_text(record, record->launcher),
		     " cannot have the path shim loaded into it: DYNPK_ENGINE=direct starts it "
		     "without");
	if (find_value(launch->start.environment, "DYNPK_EXPLAIN") != NULL)
		TELL(record_text(record, record->launcher), ": engine ", names[launch->engine],
		     ", because ", reason);
}
