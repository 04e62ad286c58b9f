#include "judge.h"
#include "text.h"

#include <asm/errno.h>

#define LINKS_MAX 40

static const struct {
	const char *word;
	enum mode mode;
} modes[] = {
	{"off", MODE_OFF},
	{"warn", MODE_WARN},
	{"enforce", MODE_ENFORCE},
	{"record", MODE_RECORD},
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

/* What follows `prefix` in `string`, or NULL. */
static const char *behind(const char *string, const char *prefix)
{
	while (*prefix != '\0') {
		if (*string != *prefix)
			return NULL;
		string++;
		prefix++;
	}
	return string;
}

bool read_setting(const char *value, struct setting *setting)
{
	for (size_t at = 0; at < sizeof modes / sizeof modes[0]; at++) {
		const char *rest = behind(value, modes[at].word);
		if (rest == NULL || (*rest != '\0' && *rest != ':'))
			continue;
		setting->mode = modes[at].mode;
		setting->destination = *rest == ':' ? rest + 1 : rest;
		return true;
	}
	return false;
}

static const char *keep(const char **list, size_t *count, size_t most, const char *value)
{
	if (*count == most)
		return "too many lines of one kind";
	if (*value == '\0' || text_length(value) > PATTERN_LENGTH_MAX)
		return "a value is empty or too long";
	list[(*count)++] = value;
	return NULL;
}

static const char *read_line(const char *line, struct rules *rules)
{
	const char *value;
	struct setting setting;

	if ((value = behind(line, "mode ")) != NULL) {
		if (!read_setting(value, &setting) || *setting.destination != '\0')
			return "unknown mode";
		rules->mode = setting.mode;
		return NULL;
	}
	if ((value = behind(line, "library-path ")) != NULL)
		return keep(rules->library_path, &rules->library_path_count, LIBRARY_PATH_MAX,
			    value);
	if ((value = behind(line, "host-provided ")) != NULL)
		return keep(rules->host_provided, &rules->host_provided_count, PATTERNS_MAX, value);
	if ((value = behind(line, "allow ")) != NULL)
		return keep(rules->allowed, &rules->allowed_count, PATTERNS_MAX, value);
	if ((value = behind(line, "static-tls ")) != NULL) {
		rules->static_tls = value;
		return NULL;
	}
	return "unknown line";
}

const char *read_rules(char *bytes, size_t length, struct rules *rules)
{
	static const char first_line[] = "dynpk-audit 1";
	size_t start = 0;

	rules->mode = MODE_ENFORCE;
	rules->static_tls = NULL;
	rules->library_path_count = rules->host_provided_count = rules->allowed_count = 0;
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
			fault = read_line(bytes + start, rules);
		if (fault != NULL)
			return fault;
		start = at + 1;
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
	for (; *path != '\0'; path++)
		if (*path == '/')
			last = path + 1;
	return last;
}

static bool has_slash(const char *string)
{
	return last_component(string) != string;
}

const char *covering_pattern(const char *const *patterns, size_t count, const char *opened,
			     const char *resolved)
{
	for (size_t at = 0; at < count; at++) {
		bool whole = has_slash(patterns[at]);
		if (pattern_matches(patterns[at], whole ? opened : last_component(opened)) ||
		    pattern_matches(patterns[at], whole ? resolved : last_component(resolved)))
			return patterns[at];
	}
	return NULL;
}

/* Cuts the last component off; the root stays "". */
static void climb(char *path)
{
	size_t length = text_length(path);
	while (length > 0 && path[length - 1] != '/')
		length--;
	path[length > 0 ? length - 1 : 0] = '\0';
}

static bool append(char *path, const char *bytes, size_t count)
{
	size_t length = text_length(path);
	if (count >= PATH_ROOM - length)
		return false;
	for (size_t at = 0; at < count; at++)
		path[length + at] = bytes[at];
	path[length + count] = '\0';
	return true;
}

/* Puts the link's text in front of what is left to walk. */
static bool splice(struct resolved_path *resolved, const char **rest, int turn)
{
	char *next = resolved->rest[turn];
	next[0] = '\0';
	if (!append(next, resolved->link, text_length(resolved->link)) || !append(next, "/", 1) ||
	    !append(next, *rest, text_length(*rest)))
		return false;
	*rest = next;
	return true;
}

bool resolve_path(const char *path, struct resolved_path *resolved, read_link *read)
{
	char *out = resolved->bytes;
	const char *rest = path;
	int links = 0;

	out[0] = '\0';
	resolved->linked = false;
	if (path[0] != '/')
		return false;
	while (*rest != '\0') {
		size_t count = 0;
		long length;
		while (*rest == '/')
			rest++;
		while (rest[count] != '\0' && rest[count] != '/')
			count++;
		if (count == 0 || (count == 1 && rest[0] == '.')) {
			rest += count;
			continue;
		}
		if (count == 2 && rest[0] == '.' && rest[1] == '.') {
			climb(out);
			rest += count;
			continue;
		}
		if (!append(out, "/", 1) || !append(out, rest, count))
			return false;
		rest += count;
		length = read(out, resolved->link, sizeof resolved->link - 1);
		if (length == -EINVAL)
			continue;
		if (length <= 0 || length >= (long)sizeof resolved->link - 1)
			return false;
		if (++links > LINKS_MAX)
			return false;
		resolved->linked = true;
		resolved->link[length] = '\0';
		if (!splice(resolved, &rest, links % 2))
			return false;
		if (resolved->link[0] == '/')
			out[0] = '\0';
		else
			climb(out);
	}
	return out[0] != '\0' || append(out, "/", 1);
}
