/*
 * Which distribution this is: os-release(5), or what older ones have in its place.
 */
#include "base/text.h"
#include "host.h"
#include "look.h"

enum { VALUE_SIZE = 256 };

/* The value of `KEY=` at the beginning of a line, without its quotes; false where there is none. */
static bool find_field(const char *text, const char *key, char value[VALUE_SIZE])
{
	while (*text != '\0') {
		const char *at = text_behind(text, key);
		size_t length = 0;

		if (at != NULL && *at == '=') {
			const char quote = at[1] == '"' || at[1] == '\'' ? at[1] : '\0';

			for (at += quote == '\0' ? 1 : 2;
			     *at != '\0' && *at != '\n' && *at != quote && length < VALUE_SIZE - 1;
			     at++) {
				if (*at == '\\' && quote == '"' && at[1] != '\0' && at[1] != '\n')
					at++;
				value[length++] = *at;
			}
			value[length] = '\0';
			return length > 0;
		}
		while (*text != '\0' && *text != '\n')
			text++;
		if (*text == '\n')
			text++;
	}
	return false;
}

static void tell_fields(struct telling *telling, const char *text)
{
	static const struct {
		const char *name, *key;
	} fields[] = { { "id", "ID" }, { "versionId", "VERSION_ID" }, { "title", "PRETTY_NAME" } };
	char value[VALUE_SIZE];

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		const bool is_there = find_field(text, fields[i].key, value);

		tell_text_or(telling, fields[i].name, is_there ? value : NULL,
			     "its file does not say");
	}
}

static void tell_title(struct telling *telling, const char *path, const char *title)
{
	const char *why =
		path == NULL ? "no file tells of a distribution" : "its file does not say";

	tell_nothing(telling, "id", why);
	tell_nothing(telling, "versionId", why);
	tell_text_or(telling, "title", path == NULL ? NULL : title, why);
}

void tell_distribution(struct telling *telling)
{
	static const char *const standard[] = { "/etc/os-release", "/usr/lib/os-release" };
	static const char *const older[] = { "/etc/redhat-release", "/etc/SuSE-release",
					     "/etc/alpine-release", "/etc/debian_version" };
	char text[4096];
	const char *path = NULL;

	open_record(telling, "distribution");
	for (size_t i = 0; path == NULL && i < sizeof(standard) / sizeof(*standard); i++)
		path = read_text(standard[i], text, sizeof(text)) > 0 ? standard[i] : NULL;
	if (path != NULL) {
		tell_fields(telling, text);
	} else {
		for (size_t i = 0; path == NULL && i < sizeof(older) / sizeof(*older); i++)
			path = read_line(older[i], text, VALUE_SIZE) > 0 ? older[i] : NULL;
		tell_title(telling, path, text);
	}
	tell_text_or(telling, "source", path, "no file tells of a distribution");
	close_record(telling);
}
