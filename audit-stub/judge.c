#include "judge.h"
#include "base/text.h"

static const struct {
	const char *word;
	enum mode mode;
} modes[] = {
	{ "off", MODE_OFF },
	{ "warn", MODE_WARN },
	{ "enforce", MODE_ENFORCE },
	{ "record", MODE_RECORD },
};

bool path_within(const char *path, const char *directory)
{
	if (text_equal(directory, "/"))
		return path[0] == '/';
	while (*directory != '\0') {
		if (*path != *directory)
			return false;
		path++;
		directory++;
	}
	return *path == '\0' || *path == '/';
}

bool read_setting(const char *value, struct setting *setting)
{
	for (size_t at = 0; at < sizeof(modes) / sizeof(modes[0]); at++) {
		const char *rest = text_behind(value, modes[at].word);
		if (rest == NULL || (*rest != '\0' && *rest != ':'))
			continue;
		setting->mode = modes[at].mode;
		setting->destination = *rest == ':' ? rest + 1 : rest;
		return true;
	}
	return false;
}

static const char *check_line(const char *line, struct rules *rules)
{
	static const char *const kinds[] = { RULE_LIBRARY_PATH, RULE_HOST_PROVIDED, RULE_ALLOW,
					     RULE_STATIC_TLS,	RULE_HOST_PROGRAM,  RULE_ALLOW_EXEC,
					     RULE_HOST_FILE };
	struct setting setting;
	const char *value = text_behind(line, "mode ");

	if (value != NULL) {
		if (!read_setting(value, &setting) || *setting.destination != '\0')
			return "unknown mode";
		rules->mode = setting.mode;
		return NULL;
	}
	for (size_t at = 0; value == NULL && at < sizeof(kinds) / sizeof(kinds[0]); at++)
		value = text_behind(line, kinds[at]);
	if (value == NULL)
		return "unknown line";
	if (*value == '\0' || text_length(value) > VALUE_LENGTH_MAX)
		return "a value is empty or too long";
	return NULL;
}

const char *read_rules(char *bytes, size_t length, struct rules *rules)
{
	static const char first_line[] = "dynpk-audit 1";
	size_t start = 0;

	*rules = (struct rules){ .mode = MODE_ENFORCE, .bytes = bytes, .length = length };
	if (length == 0 || bytes[length - 1] != '\n')
		return "it does not end with a newline";
	for (size_t at = 0; at < length; at++) {
		const char *fault = NULL;
		if (bytes[at] == '\0')
			return "it holds a NUL";
		if (bytes[at] != '\n')
			continue;
		bytes[at] = '\0';
		if (start == 0)
			fault = text_equal(bytes, first_line) ? NULL : "unknown version";
		else
			fault = check_line(bytes + start, rules);
		if (fault != NULL)
			return fault;
		start = at + 1;
	}
	return NULL;
}

size_t add_patterns(char *bytes, size_t size, const char *kind, const char *list)
{
	const size_t kind_length = text_length(kind);

	if (list == NULL || size == 0 || bytes[size - 1] != '\n')
		return size;
	while (*list != '\0') {
		size_t length = 0;
		while (list[length] != ':' && list[length] != '\0')
			length++;
		if (size + kind_length + length + 1 > RULES_ROOM)
			return RULES_ROOM + 1;
		for (size_t at = 0; length > 0 && at < kind_length; at++)
			bytes[size++] = kind[at];
		for (size_t at = 0; at < length; at++)
			bytes[size++] = list[at];
		if (length > 0)
			bytes[size++] = '\n';
		list += length + (list[length] == ':');
	}
	return size;
}

const char *next_value(const struct rules *rules, const char *kind, const char *previous)
{
	const char *line = previous != NULL ? previous : rules->bytes;
	const char *end = rules->bytes + rules->length;

	while (line < end) {
		const char *value = line != previous ? text_behind(line, kind) : NULL;
		if (value != NULL)
			return value;
		line += text_length(line) + 1;
	}
	return NULL;
}

bool pattern_matches(const char *pattern, const char *string)
{
	/* Where to try again: behind the last `*` and behind the last `**`, one character later. */
	const char *star = NULL, *star_string = NULL;
	const char *deep = NULL, *deep_string = NULL;

	for (;;) {
		if (pattern[0] == '*' && pattern[1] == '*') {
			deep = pattern += 2;
			deep_string = string;
			star = NULL;
		} else if (*pattern == '*') {
			star = ++pattern;
			star_string = string;
		} else if (*string != '\0' &&
			   (*pattern == *string || (*pattern == '?' && *string != '/'))) {
			pattern++;
			string++;
		} else if (*string == '\0' && *pattern == '\0') {
			return true;
		} else if (star != NULL && *star_string != '\0' && *star_string != '/') {
			pattern = star;
			string = ++star_string;
		} else if (deep != NULL && *deep_string != '\0') {
			pattern = deep;
			string = ++deep_string;
			star = NULL;
		} else {
			return false;
		}
	}
}

static const char *last_component(const char *path)
{
	const char *last = path;
	for (; *path != '\0'; path++) {
		if (*path == '/')
			last = path + 1;
	}
	return last;
}

static bool has_slash(const char *string)
{
	return last_component(string) != string;
}

const char *covering_pattern(const struct rules *rules, const char *kind, const char *opened,
			     const char *resolved)
{
	const char *pattern = NULL;
	while ((pattern = next_value(rules, kind, pattern)) != NULL) {
		bool whole = has_slash(pattern);
		if (pattern_matches(pattern, whole ? opened : last_component(opened)) ||
		    pattern_matches(pattern, whole ? resolved : last_component(resolved)))
			break;
	}
	return pattern;
}

enum verdict judge_path(const struct rules *rules, const char *top, const char *opened,
			const char *resolved, const char **pattern)
{
	*pattern = NULL;
	if (path_within(resolved, top))
		return VERDICT_BUNDLE;
	*pattern = covering_pattern(rules, RULE_HOST_PROVIDED, opened, resolved);
	if (*pattern != NULL)
		return VERDICT_HOST_PROVIDED;
	*pattern = covering_pattern(rules, RULE_ALLOW, opened, resolved);
	return *pattern != NULL ? VERDICT_ALLOWED : VERDICT_OUTSIDE;
}
