#include "host-environment.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/variables.h"
#include "loader-lists.h"
#include "session-names.h"

static const struct rule *rule_at(const struct table *table, uint32_t index)
{
	return (const struct rule *)(const void *)((const char *)table + table->rules) + index;
}

static const char *rule_variable(const struct table *table, uint32_t index)
{
	return table_text(table, rule_at(table, index)->variable);
}

static bool is_ruled(const struct table *table, const char *entry)
{
	for (uint32_t i = 0; i < table->rule_count; i++) {
		if (value_of(entry, rule_variable(table, i)) != NULL)
			return true;
	}
	return false;
}

static bool is_changed(const struct table *table, const char *entry)
{
	return is_loader_list(entry) || text_starts_with(entry, ASIDE_PREFIX) ||
	       is_ruled(table, entry);
}

size_t measure_environment(const struct bundle *bundle, char *const *environment, size_t *bytes)
{
	size_t count = 0;

	*bytes = 1;
	for (; environment != NULL && environment[count] != NULL; count++) {
		if (is_changed(bundle->table, environment[count]))
			*bytes += text_length(environment[count]) + 1;
	}
	return count;
}

/* The parts of a rule, as far as there are any. */
struct parts {
	const struct rule_part *first;
	uint32_t count;
};

static struct parts parts_of(const struct table *table, const struct rule *rule)
{
	const struct rule_part *all =
		(const struct rule_part *)(const void *)((const char *)table + table->parts);
	const bool is_there = rule->first_part <= table->part_count &&
			      rule->part_count <= table->part_count - rule->first_part;

	return (struct parts){ all + (is_there ? rule->first_part : 0),
			       is_there ? rule->part_count : 0 };
}

static const char *match_part(const struct bundle *bundle, const struct rule_part *part,
			      const char *value)
{
	if (part->kind == PART_BUNDLE) {
		value = text_behind(value, bundle->top);
		value = value == NULL ? NULL : text_behind(value, "/");
	}
	return value == NULL ? NULL : text_behind(value, table_text(bundle->table, part->text));
}

static const char *match_rule(const struct bundle *bundle, const struct rule *rule,
			      const char *value)
{
	const struct parts parts = parts_of(bundle->table, rule);

	for (uint32_t i = 0; i < parts.count && value != NULL; i++) {
		value = i == 0 ? value : text_behind(value, ":");
		value = value == NULL ? NULL : match_part(bundle, &parts.first[i], value);
	}
	return value;
}

/* Whether a rule chose this value. */
static bool is_choice(const struct bundle *bundle, const struct rule *rule, const char *value)
{
	const struct parts parts = parts_of(bundle->table, rule);

	for (uint32_t i = 0; i < parts.count; i++) {
		const char *end = match_part(bundle, &parts.first[i], value);

		if (end != NULL && *end == '\0')
			return true;
	}
	return false;
}

bool is_written_by_rule(const struct bundle *bundle, const char *entry)
{
	for (uint32_t i = 0; i < bundle->table->rule_count; i++) {
		const char *value = value_of(entry, rule_variable(bundle->table, i));
		const char *end =
			value == NULL ? NULL : match_rule(bundle, rule_at(bundle->table, i), value);

		if (end != NULL && *end == '\0')
			return true;
	}
	return false;
}

/*
 * Take what the rule wrote out of a list, wherever programs have put their own words around it.
 * False where nothing else is in it: then the variable was not there before.
 */
static bool undo_in_list(const struct bundle *bundle, const struct rule *rule, char *value)
{
	char *at = value;

	while (*at != '\0') {
		const char *end = match_rule(bundle, rule, at);

		if (end != NULL && *end == ':') {
			memmove(at, end + 1, text_length(end + 1) + 1);
			continue;
		}
		if (end != NULL && *end == '\0') {
			if (at == value)
				return false;
			at[-1] = '\0';
			return true;
		}
		while (*at != '\0' && *at++ != ':')
			;
	}
	return true;
}

static bool undo(const struct bundle *bundle, const struct rule *rule, char *value)
{
	const char *end;

	if (rule->action == RULE_CHOOSE)
		return !is_choice(bundle, rule, value);
	if (rule->action != RULE_DEFAULT)
		return undo_in_list(bundle, rule, value);
	end = match_rule(bundle, rule, value);
	return end == NULL || *end != '\0';
}

/* The rules in the opposite of the order in which they were applied. */
static bool undo_all(const struct bundle *bundle, char *entry)
{
	const struct table *table = bundle->table;

	for (uint32_t i = table->rule_count; i-- > 0;) {
		char *value = (char *)value_of(entry, rule_variable(table, i));

		if (value != NULL && *value != '\0' && !undo(bundle, rule_at(table, i), value))
			return false;
	}
	return true;
}

void write_host_environment(const struct bundle *bundle, char *const *environment, char **to,
			    char *space)
{
	const bool has_aside = environment != NULL && is_session_changed(environment);

	for (char *const *entry = environment; entry != NULL && *entry != NULL; entry++) {
		const char *given = has_aside ? give_session_back(*entry, environment) : *entry;
		size_t size;

		if (given == NULL)
			continue;
		if (!is_changed(bundle->table, given)) {
			*to++ = (char *)given;
			continue;
		}
		size = text_length(given) + 1;
		memcpy(space, given, size);
		if (!undo_all(bundle, space) ||
		    (is_loader_list(space) && !take_out_bundled(bundle->top, space, environment)))
			continue;
		*to++ = text_equal(space, given) ? (char *)given : space;
		space += size;
	}
	*to = NULL;
}
