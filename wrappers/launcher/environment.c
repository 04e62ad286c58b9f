#include "environment.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "base/variables.h"
#include "loader-options.h"
#include "session.h"

size_t environment_slots(const struct record *record)
{
	return record->environment.count + record->settings.count + 1;
}

static const struct record_rule *rules_of(const struct record *record)
{
	return (const void *)((const char *)record + record->environment.offset);
}

/* The entry of `environment` that sets the variable `name`; `end` where there is none. */
static char **find_variable(char **first, char **end, const char *name)
{
	for (; first < end; first++) {
		if (value_of(*first, name) != NULL)
			return first;
	}
	return end;
}

size_t environment_bytes(const struct record *record, char **environment, size_t top_length)
{
	const struct record_rule *rules = rules_of(record);
	char **end = environment;
	size_t bytes = 0;

	while (*end != NULL)
		end++;
	for (uint32_t i = 0; i < record->environment.count; i++) {
		const char *name = record_text(record, rules[i].variable);
		char **entry = find_variable(environment, end, name);

		bytes += rules[i].parts.count * (top_length + 8) + 2 * text_length(name) + 64;
		bytes += entry == end ? 0 : session_bytes(*entry);
	}
	return bytes;
}

static const struct record_part *parts_of(const struct launch *launch,
					  const struct record_rule *rule)
{
	return (const void *)((const char *)launch->record + rule->parts.offset);
}

static void write_part(struct launch *launch, const struct record_part *part)
{
	if (part->kind == PART_BUNDLE) {
		text_put(&launch->arena, launch->bundle.top);
		text_put(&launch->arena, "/");
	}
	text_put(&launch->arena, record_text(launch->record, part->text));
}

static char *write_parts(struct launch *launch, const struct record_rule *rule)
{
	char *text = text_begin(&launch->arena);

	for (uint32_t i = 0; i < rule->parts.count; i++) {
		text_put(&launch->arena, i > 0 ? ":" : "");
		write_part(launch, &parts_of(launch, rule)[i]);
	}
	text_end(&launch->arena);
	return text;
}

/* The first part that is there: of the host's, or in the bundle; NULL where none is. */
static char *choose_part(struct launch *launch, const struct record_rule *rule)
{
	for (uint32_t i = 0; i < rule->parts.count; i++) {
		char *text = text_begin(&launch->arena);

		write_part(launch, &parts_of(launch, rule)[i]);
		text_end(&launch->arena);
		if (!failed(sys_access(text, F_OK)))
			return text;
	}
	return NULL;
}

/* Whether `value` is `part`, or begins with it and a colon. */
static bool has_before(const char *value, const char *part)
{
	const size_t length = text_length(part);

	return text_starts_with(value, part) && (value[length] == '\0' || value[length] == ':');
}

static bool has_behind(const char *value, const char *part)
{
	const size_t length = text_length(part);
	const size_t whole = text_length(value);

	return whole >= length && text_equal(value + whole - length, part) &&
	       (whole == length || value[whole - length - 1] == ':');
}

/* Nested launches must add nothing: what stands in its place already is left alone. */
static char **apply_rule(struct launch *launch, const struct record_rule *rule, char **first,
			 char **end)
{
	const uint32_t action = rule->action & ~(uint32_t)RULE_UNPROJECTED;
	const char *name = record_text(launch->record, rule->variable);
	char **entry = find_variable(first, end, name);
	const char *value = entry == end ? "" : value_of(*entry, name);
	const char *colon = value[0] == '\0' ? "" : ":";
	const char *added;

	if ((action == RULE_DEFAULT || action == RULE_CHOOSE) && entry != end)
		return end;
	added = action == RULE_CHOOSE ? choose_part(launch, rule) : write_parts(launch, rule);
	if (added == NULL)
		return end;
	if (action == RULE_PREPEND && has_before(value, added))
		return end;
	if (action == RULE_APPEND && has_behind(value, added))
		return end;
	if (action == RULE_APPEND)
		*entry = JOIN(&launch->arena, name, "=", value, colon, added);
	else
		*entry = JOIN(&launch->arena, name, "=", added, colon, value);
	return entry == end ? end + 1 : end;
}

char **set_variable(char **first, char **end, char *entry)
{
	for (; first < end; first++) {
		size_t i = 0;

		while (entry[i] == (*first)[i] && entry[i] != '=' && entry[i] != '\0')
			i++;
		if (entry[i] == '=' && (*first)[i] == '=')
			break;
	}
	*first = entry;
	return first == end ? end + 1 : end;
}

char **write_environment(struct launch *launch, char **to)
{
	const bool is_projected = launch->engine == ENGINE_SHIM || launch->engine == ENGINE_USERNS;
	const struct record *record = launch->record;
	char **end = to;
	char *mark;

	for (char **entry = launch->start.environment; *entry != NULL; entry++) {
		const char *name = value_of(*entry, PROCESS_NAME_VARIABLE);

		if (name == NULL)
			*end++ = *entry;
		else if (record->kind == LAUNCH_LOADER)
			set_process_name(name);
	}
	for (uint32_t i = 0; i < record->environment.count; i++) {
		const struct record_rule *rule = &rules_of(record)[i];

		if (rule->action == RULE_ASIDE || rule->action == RULE_SIFT)
			end = apply_session_rule(launch, rule, to, end);
		else if ((rule->action & RULE_UNPROJECTED) == 0 || !is_projected)
			end = apply_rule(launch, rule, to, end);
	}
	for (uint32_t i = 0; i < record->settings.count; i++)
		end = set_variable(to, end, (char *)record_item(record, record->settings, i));
	mark = record->kind == LAUNCH_LOADER ? audit_mark(launch) : NULL;
	if (mark != NULL)
		*end++ = mark;
	return end;
}
