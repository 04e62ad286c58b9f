/*
 * The stub's deciding and composing, as an ordinary program under the sanitizers: judge-check
 * ROUNDS. First the rules by example, then ROUNDS of arbitrary bytes, which must not be read or
 * written out of bounds and must keep what is promised of every answer.
 */
#include <asm/errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bounded-text.h"
#include "check.h"
#include "judge.h"
#include "mapped.h"
#include "resolve.h"

static void check_within(void)
{
	CHECK(path_within("/a/b", "/a/b"));
	CHECK(path_within("/a/b/c", "/a/b"));
	CHECK(!path_within("/a/bc", "/a/b"));
	CHECK(!path_within("/a", "/a/b"));
	CHECK(path_within("/a", "/"));
	CHECK(!path_within("memfd:a", "/"));
}

static void check_patterns(void)
{
	CHECK(pattern_matches("libGL.so*", "libGL.so.1"));
	CHECK(!pattern_matches("libGL.so", "libGL.so.1"));
	CHECK(!pattern_matches("lib*.so", "lib/a.so"));
	CHECK(pattern_matches("/opt/**", "/opt/a/b"));
	CHECK(!pattern_matches("/opt/**", "/opt"));
	CHECK(pattern_matches("/opt/*/b", "/opt/a/b"));
	CHECK(!pattern_matches("/opt/*/b", "/opt/a/c/b"));
	CHECK(pattern_matches("/**/b?", "/x/y/bz"));
	CHECK(!pattern_matches("/a?b", "/a/b"));
	CHECK(pattern_matches("**", ""));
	CHECK(!pattern_matches("?", ""));
	CHECK(!pattern_matches("", "a"));
}

static const char *rules_fault(const char *text, struct rules *rules)
{
	static char bytes[RULES_ROOM + 1];
	strcpy(bytes, text);
	return read_rules(bytes, strlen(text), rules);
}

static bool covers(const char *opened, const char *resolved, const char *expected)
{
	struct rules rules;
	const char *fault = rules_fault(
		"dynpk-audit 1\nallow libGL.so.1\nhost-provided no\nallow /opt/**\n", &rules);
	const char *pattern = covering_pattern(&rules, RULE_ALLOW, opened, resolved);
	return fault == NULL &&
	       (pattern == NULL ? expected == NULL
				: expected != NULL && strcmp(pattern, expected) == 0);
}

static void check_covering(void)
{
	CHECK(covers("/x/libGL.so.1", "/y/libGL.so.1.7", "libGL.so.1"));
	CHECK(covers("/x/a.so", "/opt/a.so", "/opt/**"));
	CHECK(covers("/x/a.so", "/x/opt/a.so", NULL));
	CHECK(covers("/x/no", "/x/no", NULL));
}

/* A file system of links; everything not named here is an ordinary file or directory. */
static long example_link(const char *path, char *to, size_t room)
{
	static const char *const links[][2] = {
		{ "/link", "/real" },	       { "/real/up", ".." },
		{ "/loop", "/loop" },	       { "/relative", "real/deep" },
		{ "/real/abs", "/elsewhere" }, { "/pipe", "pipe:[7]" },
	};
	for (size_t at = 0; at < sizeof(links) / sizeof(links[0]); at++) {
		if (strcmp(path, links[at][0]) == 0) {
			size_t length = strlen(links[at][1]);
			memcpy(to, links[at][1], length < room ? length : room);
			return (long)(length < room ? length : room);
		}
	}
	return strstr(path, "absent") != NULL ? -ENOENT : -EINVAL;
}

static bool leads_to(const char *path, const char *expected, bool linked)
{
	static struct resolved_path resolved;
	return resolve_path(path, &resolved, example_link) &&
	       strcmp(resolved.bytes, expected) == 0 && resolved.linked == linked;
}

static void check_resolving(void)
{
	static struct resolved_path resolved;
	static char long_path[2 * PATH_MAX];

	CHECK(leads_to("/a/./b//c/", "/a/b/c", false));
	CHECK(leads_to("/a/../../b", "/b", false));
	CHECK(leads_to("/", "/", false));
	CHECK(leads_to("/link/x", "/real/x", true));
	CHECK(leads_to("/link/up/y", "/y", true));
	CHECK(leads_to("/relative/z", "/real/deep/z", true));
	CHECK(leads_to("/link/abs/q", "/elsewhere/q", true));
	CHECK(!resolve_path("/loop", &resolved, example_link));
	CHECK(!resolve_path("/a/absent/b", &resolved, example_link));
	CHECK(!resolve_path("a", &resolved, example_link));
	memset(long_path, 'a', sizeof(long_path) - 1);
	long_path[0] = '/';
	CHECK(!resolve_path(long_path, &resolved, example_link));
}

static bool holds(const struct rules *rules, const char *kind, const char *expected)
{
	const char *value = next_value(rules, kind, NULL);
	return value != NULL && strcmp(value, expected) == 0 &&
	       next_value(rules, kind, value) == NULL;
}

static void check_rules(void)
{
	struct rules rules;
	CHECK(rules_fault(
		      "dynpk-audit 1\nmode warn\nlibrary-path lib\nhost-provided a*\nallow /b/**\n"
		      "static-tls 4096\n",
		      &rules) == NULL);
	CHECK(rules.mode == MODE_WARN);
	CHECK(holds(&rules, RULE_LIBRARY_PATH, "lib"));
	CHECK(holds(&rules, RULE_HOST_PROVIDED, "a*"));
	CHECK(holds(&rules, RULE_ALLOW, "/b/**"));
	CHECK(holds(&rules, RULE_STATIC_TLS, "4096"));
	CHECK(rules_fault("dynpk-audit 1\n", &rules) == NULL && rules.mode == MODE_ENFORCE);
	CHECK(next_value(&rules, RULE_ALLOW, NULL) == NULL);
	CHECK(rules_fault("", &rules) != NULL);
	CHECK(rules_fault("dynpk-audit 1", &rules) != NULL);
	CHECK(rules_fault("dynpk-audit 2\n", &rules) != NULL);
	CHECK(rules_fault("dynpk-audit 1\nmode enforce:3\n", &rules) != NULL);
	CHECK(rules_fault("dynpk-audit 1\nmodes\n", &rules) != NULL);
	CHECK(rules_fault("dynpk-audit 1\nallow \n", &rules) != NULL);
}

static unsigned int links_read;

static long counted_link(const char *path, char *to, size_t room)
{
	links_read++;
	return example_link(path, to, room);
}

/* How many links the walk looks at, in the steps of one start. */
static unsigned int cost_of(const char *path, bool found)
{
	static struct resolved_path resolved;
	static struct landmark landmark;

	links_read = 0;
	CHECK(resolve_near(path, "/t/op", &landmark, &resolved, counted_link) == found);
	return links_read;
}

static void check_landmarks(void)
{
	char path[600] = "/t/op/";

	CHECK(cost_of("/t/op/a/b", true) == 2);
	CHECK(cost_of("/t/op/a/c", true) == 1);
	CHECK(cost_of("/t/op/lib/absent1/x/y", false) == 2);
	CHECK(cost_of("/t/op/lib/absent1/x/z", false) == 0);
	CHECK(cost_of("/t/op/lib/absent12", false) == 1);
	CHECK(cost_of("/t/op/lib/d", true) == 1);
	CHECK(cost_of("/t/opera", true) == 2);
	CHECK(cost_of("/t/op/a/../../op/lib/e", true) == 5);
	CHECK(cost_of("/t/op/a/../../op/lib/f", true) == 1);
	CHECK(cost_of("/t/op/a/../../op/lib", true) == 0);
	CHECK(cost_of("/link/x", true) == 3);
	CHECK(cost_of("/link/y", true) == 3);
	memset(path + 6, 'n', 560);
	CHECK(cost_of(strcat(path, "/a"), true) == 2);
	CHECK(cost_of(path, true) == 2);
}

static void check_settings(void)
{
	struct setting setting;
	CHECK(read_setting("enforce", &setting) && setting.mode == MODE_ENFORCE);
	CHECK(read_setting("record:/a:b", &setting) && strcmp(setting.destination, "/a:b") == 0);
	CHECK(read_setting("warn:3", &setting) && strcmp(setting.destination, "3") == 0);
	CHECK(!read_setting("warning", &setting) && !read_setting("", &setting));
	CHECK(!read_setting("Warn", &setting));
}

static bool composes(void (*add)(struct text *, const char *, size_t), const char *string,
		     size_t limit, const char *expected)
{
	char bytes[256];
	struct text text = { .bytes = bytes, .room = sizeof(bytes) };
	add(&text, string, limit);
	return text.used == strlen(expected) && memcmp(bytes, expected, text.used) == 0;
}

static void check_text(void)
{
	CHECK(composes(text_shown, "a\033[1m\x7f", 99, "a\\x1b[1m\\x7f"));
	CHECK(composes(text_shown, "gr\xc3\xbcn \xff", 99, "gr\xc3\xbcn \\xff"));
	CHECK(composes(text_shown, "\xe2\x80\xae\xc2\x85", 99, "\\u202e\\x85"));
	CHECK(composes(text_shown, "abcdef", 3, "abc\xe2\x80\xa6"));
	CHECK(composes(text_json, "a\"b\\c\n", 99, "\"a\\\"b\\\\c\\u000a\""));
	CHECK(composes(text_json, "\xff\xc3", 99, "\"\\udcff\\udcc3\""));
	/* Overlong forms, surrogates and what lies past U+10FFFF are no UTF-8. */
	CHECK(composes(text_json, "\xc0\xaf", 99, "\"\\udcc0\\udcaf\""));
	CHECK(composes(text_json, "\xed\xa0\x80", 99, "\"\\udced\\udca0\\udc80\""));
	CHECK(composes(text_json, "\xf4\x90\x80\x80", 99, "\"\\udcf4\\udc90\\udc80\\udc80\""));
}

static void check_maps(void)
{
	char path[PATH_MAX];
	const char *line = "1000-2000 r-xp 00000000 fe:00 42      /a/b c\\012d";
	CHECK(mapped_file(line, 0x1000, path) && strcmp(path, "/a/b c\nd") == 0);
	CHECK(!mapped_file(line, 0x2000, path) && !mapped_file(line, 0xfff, path));
	CHECK(mapped_file("1000-2000 rw-p 00000000 00:00 0 ", 0x1800, path) && path[0] == '\0');
	CHECK(!mapped_file("", 0, path) && !mapped_file("nonsense", 0, path));
}

static unsigned long seed = 1;

static unsigned int arbitrary(unsigned int below)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (unsigned int)(seed >> 33) % below;
}

/* Mostly characters that mean something to what is tried. */
static void fill(char *to, size_t room, const char *alphabet)
{
	size_t length = arbitrary((unsigned int)room);
	for (size_t at = 0; at < length; at++)
		to[at] = arbitrary(8) == 0 ? (char)(1 + arbitrary(255))
					   : alphabet[arbitrary((unsigned int)strlen(alphabet))];
	to[length] = '\0';
}

static long arbitrary_link(const char *path, char *to, size_t room)
{
	(void)path;
	switch (arbitrary(4)) {
	case 0:
		fill(to, room < 64 ? room : 64, "/.a");
		return (long)strlen(to);
	case 1:
		memset(to, arbitrary(2) ? '/' : 'b', room);
		return (long)room;
	default:
		return arbitrary(6) == 0 ? -ENOENT : -EINVAL;
	}
}

/* What the last walks left must not change the answer. */
static void try_from_last(void)
{
	static const char *const names[] = { "link", "real", "up",     "abs", "relative",
					     "loop", "a",    "absent", "..",  "pipe" };
	static struct resolved_path last, fresh;
	static struct landmark landmark;
	char path[256] = "";
	bool found;

	for (unsigned int count = 1 + arbitrary(6); count > 0; count--) {
		strcat(path, "/");
		strcat(path, names[arbitrary(sizeof(names) / sizeof(names[0]))]);
	}
	found = resolve_near(path, "/real/a", &landmark, &last, example_link);
	CHECK(found == resolve_path(path, &fresh, example_link));
	CHECK(!found || (strcmp(last.bytes, fresh.bytes) == 0 && last.linked == fresh.linked));
}

static void try_arbitrary(void)
{
	static struct resolved_path resolved;
	static struct landmark landmark;
	static struct rules rules;
	/* Exactly as long as needed, so that one byte more is seen. */
	char *string = malloc(200), *pattern = malloc(40), *rules_text = malloc(600);
	char *path = malloc(PATH_MAX), *bytes = malloc(100);
	struct text text = { .bytes = bytes, .room = 100 };

	fill(string, 200, "/..ab\xc3\xbc\"\\");
	fill(pattern, 40, "*?/ab");
	if (resolve_near(string, "/a", &landmark, &resolved, arbitrary_link)) {
		CHECK(resolved.bytes[0] == '/');
		CHECK(strstr(resolved.bytes, "//") == NULL);
		CHECK(strstr(resolved.bytes, "/../") == NULL);
		CHECK(path_within(resolved.bytes, "/"));
	}
	pattern_matches(pattern, string);
	CHECK(pattern_matches("**", string));
	mapped_file(string, arbitrary(9), path);
	text_shown(&text, string, arbitrary(120));
	text_json(&text, string, arbitrary(120));
	CHECK(text.used <= text.room);

	strcpy(rules_text, "dynpk-audit 1\n");
	fill(rules_text + strlen(rules_text), 500, "allow mode warn\n");
	if (read_rules(rules_text, strlen(rules_text), &rules) == NULL)
		covering_pattern(&rules, RULE_ALLOW, string, string);
	free(string);
	free(pattern);
	free(rules_text);
	free(path);
	free(bytes);
}

int main(int argc, char **argv)
{
	check_within();
	check_patterns();
	check_covering();
	check_resolving();
	check_rules();
	check_landmarks();
	check_settings();
	check_text();
	check_maps();
	for (long round = argc > 1 ? atol(argv[1]) : 0; round > 0; round--) {
		try_arbitrary();
		try_from_last();
	}
	return tell_failures();
}
