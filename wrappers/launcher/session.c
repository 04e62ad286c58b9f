#include "session.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/variables.h"
#include "environment.h"
#include "inherited.h"
#include "table/session-names.h"

static bool is_kept(const struct launch *launch)
{
	const char *asked = find_value(launch->start.environment, "DYNPK_SESSION");

	return asked != NULL && text_equal(asked, "keep");
}

size_t session_bytes(const char *entry)
{
	return 3 * text_length(entry) + sizeof(ASIDE_PREFIX) + 64;
}

static const char *mark_at(const struct record *record, const struct record_rule *rule, uint32_t i)
{
	const struct record_part *marks = (const void *)((const char *)record + rule->parts.offset);

	return record_text(record, marks[i].text);
}

/* Whether a directory is the bundle's own installation, as the program will see it. */
static bool is_own(const struct launch *launch, const char *directory, const char *path)
{
	const char *inside = text_behind(directory, launch->bundle.top);
	const bool is_seen = launch->engine == ENGINE_SHIM || launch->engine == ENGINE_USERNS;

	return (is_seen || (inside != NULL && *inside == '/')) && is_of_bundle(launch, path);
}

static bool is_on_host(const struct launch *launch, const char *directory, const char *path)
{
	(void)launch;
	(void)directory;
	return !failed(sys_access(path, F_OK));
}

/* Whether one of the rule's marks lies in a directory, as `look` looks for it. */
static bool has_mark(const struct launch *launch, const struct record_rule *rule,
		     const char *directory,
		     bool (*look)(const struct launch *, const char *, const char *))
{
	char path[PATH_MAX];
	const size_t length = text_length(directory);

	for (uint32_t i = 0; i < rule->parts.count; i++) {
		const char *mark = mark_at(launch->record, rule, i);

		if (length + 1 + text_length(mark) >= sizeof(path))
			continue;
		text_append(text_append(text_append(path, directory), "/"), mark);
		if (look(launch, directory, path))
			return true;
	}
	return false;
}

/* Copy the next element of a list to `element`; returns behind it. One too long is left empty. */
static const char *read_element(const char *list, char *element)
{
	size_t length = 0;

	while (list[length] != ':' && list[length] != '\0')
		length++;
	element[0] = '\0';
	if (length < PATH_MAX) {
		memcpy(element, list, length);
		element[length] = '\0';
	}
	return list + length;
}

static void explain(const struct launch *launch, const char *element, const char *name)
{
	if (find_value(launch->start.environment, "DYNPK_EXPLAIN") != NULL)
		TELL(launch->bundle.launcher, ": ", element, " of ", name,
		     " is another installation's, and set aside; DYNPK_SESSION=keep keeps it");
}

/* The list without the directories of installations; `is_changed` tells whether there were any. */
static char *sift(struct launch *launch, const struct record_rule *rule, const char *name,
		  const char *value, bool *is_changed)
{
	char *entry = take(&launch->arena, text_length(name) + text_length(value) + 2);
	char *end = text_append(text_append(entry, name), "=");
	char element[PATH_MAX];
	bool is_first = true;

	while (true) {
		const char *behind = read_element(value, element);
		const size_t length = (size_t)(behind - value);

		if (element[0] != '\0' && has_mark(launch, rule, element, is_on_host) &&
		    !has_mark(launch, rule, element, is_own)) {
			explain(launch, element, name);
			*is_changed = true;
		} else {
			end = text_append(end, is_first ? "" : ":");
			memcpy(end, value, length);
			end += length;
			*end = '\0';
			is_first = false;
		}
		if (*behind == '\0')
			break;
		value = behind + 1;
	}
	return is_first ? NULL : entry;
}

/* Of `prefix:exec-prefix` the first tells. */
static bool names_own(const struct launch *launch, const struct record_rule *rule,
		      const char *value)
{
	char element[PATH_MAX];

	read_element(value, element);
	return element[0] != '\0' && has_mark(launch, rule, element, is_own);
}

char **apply_session_rule(struct launch *launch, const struct record_rule *rule, char **first,
			  char **end)
{
	const char *name = record_text(launch->record, rule->variable);
	char **entry = first;
	char *sifted = NULL;
	bool is_changed = false;
	const char *value;

	while (entry < end && value_of(*entry, name) == NULL)
		entry++;
	if (entry == end || is_kept(launch))
		return end;
	value = value_of(*entry, name);
	if (rule->action == RULE_SIFT) {
		sifted = sift(launch, rule, name, value, &is_changed);
	} else if (value[0] != '\0' && !names_own(launch, rule, value)) {
		explain(launch, value, name);
		is_changed = true;
	}
	if (!is_changed)
		return end;
	/* It stands beside under its other name, and in its place what is left of it. */
	end = set_variable(first, end, JOIN(&launch->arena, ASIDE_PREFIX, *entry));
	if (sifted != NULL) {
		*entry = sifted;
		return end;
	}
	*entry = end[-1];
	return end - 1;
}
