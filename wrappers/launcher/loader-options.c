#include "loader-options.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/text.h"
#include "base/variables.h"
#include "inherited.h"
#include "table/loader-variables.h"

/* High enough that no program expects its own first files there. */
enum { ALIAS_DESCRIPTOR = 100 };

static bool is_musl(const struct launch *launch)
{
	return (launch->record->flags & FLAG_MUSL) != 0;
}

/* --preload came with glibc 2.30, after the splitting was put right in 2.27. */
static bool splits_last(const struct launch *launch)
{
	return !is_musl(launch) && (launch->record->flags & FLAG_HAS_PRELOAD) == 0;
}

/*
 * The alias is an open directory, by its number: it serves later dlopen calls too, and no child
 * inherits it.
 */
static const char *alias_of(struct launch *launch)
{
	char number[24];
	const char *alias;
	long fd = sys_open(launch->bundle.top, O_PATH | O_CLOEXEC);
	const long high = sys_fcntl((int)fd, F_DUPFD_CLOEXEC, ALIAS_DESCRIPTOR);
	char link[8];

	if (!failed(high)) {
		sys_close((int)fd);
		fd = high;
	}
	text_append_number(number, (unsigned long)fd);
	alias = JOIN(&launch->arena, "/proc/self/fd/", number);
	if (sys_readlink(alias, link, sizeof(link)) == -ENOENT)
		FAIL(EXIT_LAUNCHER, "the bundled loader cannot search below ", launch->bundle.top,
		     ": move the bundle to a place with a shorter and plainer name");
	return alias;
}

/*
 * A relative top is one whose absolute name is too long for anybody. From where an image lies no
 * $ORIGIN leads to the bundle.
 */
void choose_search_top(struct launch *launch)
{
	/* musl splits lists of objects to preload at all blanks (ldso/dynlink.c, load_preload). */
	const char *separators = is_musl(launch) && preloads_shim(launch) ? ": \t\n\v\f\r"
				 : is_musl(launch)			  ? ":\n"
				 : launch->is_image			  ? ":;$ "
				 : splits_last(launch)			  ? ":;"
									  : "";
	const bool needs_alias =
		launch->bundle.top[0] != '/' || text_contains_any(launch->bundle.top, separators);

	launch->search_top = needs_alias ? alias_of(launch) : launch->bundle.top;
}

/*
 * A plain name is best: the loader need not ask for its origin, and has fewer directories to walk
 * through for each library. Lists of objects to preload are split at blanks too.
 */
static bool is_plain(const struct launch *launch)
{
	return launch->search_top != launch->bundle.top || is_musl(launch) ||
	       !text_contains_any(launch->bundle.top, ":;$ ");
}

static void put_search_directory(struct launch *launch)
{
	if (is_plain(launch)) {
		text_put(&launch->arena, launch->search_top);
	} else {
		text_put(&launch->arena, "$ORIGIN/");
		text_put(&launch->arena, record_text(launch->record, launch->record->origin));
	}
}

static void put_place(struct launch *launch, const char *place)
{
	put_search_directory(launch);
	text_put(&launch->arena, "/");
	text_put(&launch->arena, place);
}

static void put_path(struct launch *launch, uint32_t path)
{
	put_place(launch, record_text(launch->record, path));
}

char *library_path(struct launch *launch)
{
	const struct record_list list = launch->record->library_path;
	const uint32_t *paths = (const void *)((const char *)launch->record + list.offset);
	const struct inherited *inherited = launch->inherited;
	char *text = text_begin(&launch->arena);

	for (size_t i = 0; inherited != NULL && i < inherited->directory_count; i++) {
		put_place(launch, inherited->directories[i]);
		text_put(&launch->arena, ":");
	}
	for (uint32_t i = 0; i < list.count; i++) {
		text_put(&launch->arena, i > 0 ? ":" : "");
		put_path(launch, paths[i]);
	}
	text_end(&launch->arena);
	return text;
}

/* The value of DYNPK_AUDIT; NULL where it says nothing. */
static const char *asked_audit(const struct launch *launch)
{
	const char *value = find_value(launch->start.environment, "DYNPK_AUDIT");

	return value == NULL || value[0] == '\0' ? NULL : value;
}

bool is_audited(const struct launch *launch)
{
	const struct record *record = launch->record;
	const char *asked = asked_audit(launch);

	if (record->audit == 0) {
		if (asked != NULL && text_starts_with(asked, "enforce"))
			FAIL(EXIT_LAUNCHER, launch->bundle.launcher,
			     " was packed without the audit stub, and DYNPK_AUDIT asks for it");
		return false;
	}
	return asked == NULL ? (record->flags & FLAG_AUDIT_BY_DEFAULT) != 0
			     : !text_equal(asked, "off");
}

static bool is_audited_by_preload(const struct launch *launch)
{
	return (launch->record->flags & FLAG_AUDIT_BY_PRELOAD) != 0 && is_audited(launch);
}

bool preloads_shim(const struct launch *launch)
{
	/* In a namespace it sees to the environment of host programs, and to nothing else. */
	return launch->engine == ENGINE_SHIM ||
	       (launch->engine == ENGINE_USERNS && launch->record->shim != 0) ||
	       is_audited_by_preload(launch);
}

char *audit_mark(const struct launch *launch)
{
	static char mark[] = AUDIT_MARK;
	static char objects_mark[] = AUDIT_OBJECTS_MARK;

	if (is_audited_by_preload(launch))
		return objects_mark;
	return preloads_shim(launch) && asked_audit(launch) == NULL && is_audited(launch) ? mark
											  : NULL;
}

/* A loader goes on without what it cannot preload: the program would be another one. */
static void require_preload(struct launch *launch, uint32_t path)
{
	const char *name =
		JOIN(&launch->arena, launch->bundle.top, "/", record_text(launch->record, path));
	const long result = sys_access(name, R_OK);

	if (failed(result))
		FAIL(EXIT_LAUNCHER,
		     is_audited_by_preload(launch) ? "cannot audit without "
						   : "cannot show the program its files without ",
		     name, reason_of(result));
}

/* Ahead of the shim, which sends calls on to what stands behind it. */
static void put_objects(struct launch *launch, const struct inherited *inherited)
{
	for (size_t i = 0; i < inherited->object_count; i++) {
		const struct inherited_object *object = &inherited->objects[i];

		text_put(&launch->arena, i > 0 ? ":" : "");
		if (object->is_bundled)
			put_place(launch, object->path);
		else
			text_put(&launch->arena, object->path);
	}
}

/* By their names, as the program needs them: ahead of what would stand before them otherwise. */
static void put_leaders(struct launch *launch)
{
	const struct record_list leaders = launch->record->leaders;

	for (uint32_t i = 0; i < leaders.count; i++) {
		text_put(&launch->arena, record_item(launch->record, leaders, i));
		text_put(&launch->arena, ":");
	}
}

char *preload_list(struct launch *launch, bool with_launcher)
{
	const struct record *record = launch->record;
	const uint32_t shim = record->shim != 0 ? record->shim : record->audit;
	const bool with_shim = preloads_shim(launch);
	const bool with_objects = launch->inherited != NULL && launch->inherited->object_count > 0;
	char *text;

	if (!with_shim && !with_launcher && !with_objects)
		return NULL;
	if (with_shim)
		require_preload(launch, shim);
	text = text_begin(&launch->arena);
	if (with_objects)
		put_objects(launch, launch->inherited);
	if (with_shim || with_launcher) {
		text_put(&launch->arena, with_objects ? ":" : "");
		put_leaders(launch);
	}
	if (with_shim)
		put_path(launch, shim);
	if (with_launcher) {
		text_put(&launch->arena, with_shim ? ":" : "");
		put_path(launch, record->launcher);
	}
	text_end(&launch->arena);
	return text;
}

/*
 * `$ORIGIN` would be the loader's own directory here (elf/rtld.c, dlmopen_doit). A loader that
 * cannot find an auditor goes on without it: whoever asked for one must not be misled.
 */
char *audit_name(struct launch *launch)
{
	const struct record *record = launch->record;
	char *name;
	long file;

	if (!is_audited(launch) || is_audited_by_preload(launch))
		return NULL;
	if (text_contains_any(launch->bundle.top, ":$"))
		FAIL(EXIT_LAUNCHER, "the loader cannot be told of the audit stub below ",
		     launch->bundle.top,
		     ": it splits names at : and expands $; DYNPK_AUDIT=off starts the program "
		     "without");
	name = JOIN(&launch->arena, launch->bundle.top, "/", record_text(record, record->audit));
	file = sys_open(name, 0);
	if (failed(file))
		FAIL(EXIT_LAUNCHER, "cannot audit without ", name, reason_of(file));
	sys_close((int)file);
	return name;
}

/*
 * elf/dl-load.c (decompose_rpath) compares with l_name: "" for the program, and for a library the
 * directory of the library path as it was expanded, dots and all. A library that is loaded by its
 * path has that path.
 */
static char *inhibited_list(struct launch *launch)
{
	const struct record *record = launch->record;
	const struct record_list list = record->inhibit_rpath;
	struct arena *arena = &launch->arena;
	const char *program = record_text(record, record->program);
	size_t directory = text_length(program);
	char *text;

	if (list.count == 0 && (record->flags & FLAG_INHIBIT_OWN_RPATH) == 0)
		return NULL;
	while (directory > 0 && program[directory] != '/')
		directory--;
	text = text_begin(arena);
	for (uint32_t i = 0; i < list.count; i++) {
		if (i > 0 || (record->flags & FLAG_INHIBIT_OWN_RPATH) != 0)
			text_put(arena, ":");
		text_put(arena, launch->bundle.top);
		text_put(arena, "/");
		text_put(arena, record_item(record, list, i));
		text_put(arena, ":");
		if (launch->search_top == launch->bundle.top) {
			text_put(arena, launch->program);
			arena->next -= text_length(program) - directory;
			text_put(arena, "/");
			text_put(arena, record_text(record, record->origin));
		} else {
			text_put(arena, launch->search_top);
		}
		text_put(arena, "/");
		text_put(arena, record_item(record, list, i));
	}
	text_end(arena);
	return text;
}

static char **put_option(char **to, const char *name, const char *value)
{
	if (value == NULL)
		return to;
	*to++ = (char *)name;
	*to++ = (char *)value;
	return to;
}

char **write_loader_command(struct launch *launch, char **to, const char *preload)
{
	const uint32_t flags = launch->record->flags;

	*to++ = (char *)launch->target;
	if ((flags & FLAG_HAS_INHIBIT_CACHE) != 0)
		*to++ = (char *)"--inhibit-cache";
	to = put_option(to, "--library-path", library_path(launch));
	if ((flags & FLAG_HAS_INHIBIT_RPATH) != 0)
		to = put_option(to, "--inhibit-rpath", inhibited_list(launch));
	if ((flags & FLAG_HAS_PRELOAD) != 0)
		to = put_option(to, "--preload", preload);
	if ((flags & FLAG_HAS_AUDIT) != 0)
		to = put_option(to, "--audit", audit_name(launch));
	if ((flags & FLAG_HAS_ARGV0) != 0 && launch->start.argc > 0)
		to = put_option(to, "--argv0", launch->start.argv[0]);
	*to++ = (char *)launch->program;
	return to;
}
