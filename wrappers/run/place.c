#include "place.h"
#include "base/directory.h"
#include "base/process.h"
#include "base/text.h"
#include "base/variables.h"
#include "place-rules.h"

static const char *find_set(const struct start *start, const char *name)
{
	const char *value = find_value(start->environment, name);

	return value == NULL || value[0] == '\0' ? NULL : value;
}

static bool is_in_job(const struct start *start)
{
	for (size_t i = 0; i < job_variable_count; i++) {
		if (find_set(start, job_variables[i]) != NULL)
			return true;
	}
	return false;
}

/* Put a name behind; a place whose name becomes too long is none. */
static bool add(struct place *place, const char *name)
{
	const size_t length = text_length(place->name);

	if (length + text_length(name) + 2 > sizeof(place->name)) {
		place->objection = " has too long a name";
		return false;
	}
	if (length > 0)
		text_append(place->name + length, "/");
	text_append(place->name + length + (length > 0), name);
	return true;
}

static void add_below(struct place *place, enum below below)
{
	char name[32];

	switch (below) {
	case BELOW_CACHES:
	case BELOW_HOME:
		if (below == BELOW_HOME && !add(place, ".cache"))
			return;
		add(place, "dynpk");
		break;
	case BELOW_SHARED:
	default:
		text_append_number(text_append(name, "dynpk-"), own_user());
		add(place, name);
		break;
	}
	if (place->objection == NULL)
		add(place, "runs");
}

/* Below a directory of caches all may be made; else the directory must be there. */
static unsigned made_below(enum below below)
{
	switch (below) {
	case BELOW_CACHES:
		return PATH_MAX;
	case BELOW_HOME:
		return 3;
	case BELOW_SHARED:
	default:
		return 2;
	}
}

static const char *base_of(const struct place_rule *rule, const struct start *start)
{
	const char *base =
		rule->variable == NULL ? rule->directory : find_set(start, rule->variable);

	if (base == NULL || (rule->is_in_job && !is_in_job(start)))
		return NULL;
	/* Where caches have a directory of their own, the one below the home is not it. */
	if (rule->below == BELOW_HOME) {
		const char *caches = find_set(start, "XDG_CACHE_HOME");

		if (caches != NULL && caches[0] == '/')
			return NULL;
	}
	return base[0] == '/' ? base : NULL;
}

bool nth_place(struct place *place, unsigned number, const struct start *start)
{
	const struct place_rule *rule = &place_rules[number];
	const char *base, *name;

	if (number >= place_rule_count)
		return false;
	place->name[0] = '\0';
	place->objection = NULL;
	place->is_asked_for = false;
	place->is_for_local = rule->is_for_local;
	place->is_for_network = rule->is_for_network;
	place->destination = (struct destination){ .name = place->name,
						   .own = 2,
						   .made = made_below(rule->below) };
	base = base_of(rule, start);
	name = rule->name == NULL ? NULL : find_set(start, rule->name);
	if (base == NULL || (rule->name != NULL && (name == NULL || text_contains_any(name, "/"))))
		return true;
	if (add(place, base) && (name == NULL || add(place, name)))
		add_below(place, rule->below);
	return true;
}

void asked_place(struct place *place, const char *name)
{
	long length = 0;

	*place = (struct place){ .is_asked_for = true };
	place->destination =
		(struct destination){ .name = place->name, .own = 2, .made = PATH_MAX };
	if (name[0] != '/') {
		length = sys_getcwd(place->name, sizeof(place->name));
		if (failed(length) || place->name[0] != '/') {
			place->name[0] = '\0';
			place->objection = " is relative to a directory that has no name here";
		}
	}
	if (place->objection == NULL && add(place, name))
		add(place, "runs");
	else if (place->name[0] == '\0' && text_length(name) < sizeof(place->name))
		text_append(place->name, name);
}
