/*
 * Whether a bundle's rules let a file in, and by which of them: what the rules file says, whether a
 * path lies in a directory, whether a pattern covers it.
 *
 * Pure, and of nobody's state: besides this it takes wrappers/base/text.c, so that whoever else
 * must judge by the same rules can have it.
 */
#ifndef DYNPK_AUDIT_JUDGE_H
#define DYNPK_AUDIT_JUDGE_H

#include <linux/limits.h>
#include <stdbool.h>
#include <stddef.h>

enum { RULES_ROOM = 32768, VALUE_LENGTH_MAX = 255 };

enum verdict {
	/* No such file, or none that the loader would take: not the stub's business. */
	VERDICT_ABSENT,
	VERDICT_BUNDLE,
	VERDICT_VDSO,
	VERDICT_HOST_PROVIDED,
	VERDICT_ALLOWED,
	VERDICT_OUTSIDE,
};

enum mode { MODE_OFF, MODE_WARN, MODE_ENFORCE, MODE_RECORD };

/* The lines of the rules file, each ended by a NUL. */
struct rules {
	enum mode mode;
	const char *bytes;
	size_t length;
};

/* Directories of the bundle that the loader searches, relative to its top. */
#define RULE_LIBRARY_PATH "library-path "
/* Patterns of host objects that may be used: of the manifest, and of the user. */
#define RULE_HOST_PROVIDED "host-provided "
#define RULE_ALLOW "allow "
/* Patterns of programs that are the host's by nature, and that the user lets in besides. */
#define RULE_HOST_PROGRAM "host-program "
#define RULE_ALLOW_EXEC "allow-exec "
/* Patterns of files that are the host's by nature. */
#define RULE_HOST_FILE "host-file "
/* `preload` where the loader has no auditors, and a preloaded object judges in their place. */
/* What the launcher asked the loader to keep for thread-local storage, in digits. */
#define RULE_STATIC_TLS "static-tls "

/* `off`, `warn`, `enforce` or `record`; the rest of the setting follows a colon. */
struct setting {
	enum mode mode;
	/* Empty when nothing follows. */
	const char *destination;
};

/* False when `value` is none of the words. */
bool read_setting(const char *value, struct setting *setting);

/* Read the rules file in place: its newlines become NULs. NULL, or what is wrong with it. */
const char *read_rules(char *bytes, size_t length, struct rules *rules);

/*
 * Behind the `size` bytes of a rules file, a line of `kind` for each of the patterns in `list`,
 * which colons split; `list` may be NULL. The new size, or one beyond RULES_ROOM where there is no
 * room.
 */
size_t add_patterns(char *bytes, size_t size, const char *kind, const char *list);

/* The first value of a kind, or the one that follows `previous`; NULL when there is none. */
const char *next_value(const struct rules *rules, const char *kind, const char *previous);

/* Whether `path` is `directory` or lies below it, by whole components. */
bool path_within(const char *path, const char *directory);

/* `?` and `*` stop at a slash, `**` does not; everything else stands for itself. */
bool pattern_matches(const char *pattern, const char *string);

/*
 * The pattern of a kind that covers an object, or NULL. One with a slash is compared with the name
 * it was opened by and with its resolved path, one without with the last component of each.
 */
const char *covering_pattern(const struct rules *rules, const char *kind, const char *opened,
			     const char *resolved);

/*
 * Judge a file that is there, for the bundle at `top`. `pattern` becomes what is behind
 * VERDICT_HOST_PROVIDED and VERDICT_ALLOWED, otherwise NULL.
 */
enum verdict judge_path(const struct rules *rules, const char *top, const char *opened,
			const char *resolved, const char **pattern);

#endif
