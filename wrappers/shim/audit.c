#include "audit-work.h"
#include "base/call.h"
#include "base/file-status.h"
#include "base/mapping.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/variables.h"
#include "command-words.h"
#include "symbols.h"
#include "table/loader-variables.h"
#include "view.h"

#include <asm/errno.h>

enum { STANDARD_ERROR = 2, TOLD_COUNT = 4096, TOLD_TRIES = 64 };

bool is_audited;

struct audit audit;

struct work *take_work(void)
{
	return map_memory(sizeof(struct work), MAP_PRIVATE);
}

void drop_work(struct work *work)
{
	sys_munmap(work, sizeof(*work));
}

static const char rules_place[] = "/libexec/dynpk/shim.rules";

/* NULL, or why the rules of the bundle around this object cannot be known. */
static const char *read_own_rules(char *const *environment, struct work *work)
{
	const char *name = own_name();
	size_t length;
	struct file_status top;
	size_t size = 0;
	long fd, got;

	if (name == NULL || text_length(name) >= PATH_MAX || !find_tools(name, &length))
		return "no bundle around the path shim";
	memcpy(work->found, name, length);
	work->found[length] = '\0';
	if (!resolve_path(work->found, &work->origin.resolved, sys_readlink))
		return "the bundle cannot be read";
	text_append(audit.top, work->origin.resolved.bytes);
	audit.start.top = audit.top;
	top = file_status_at(AT_FDCWD, audit.top, 0);
	audit.start.top_device = top.device;
	audit.start.top_inode = top.inode;
	text_append(work->found + length, rules_place);
	fd = sys_open(work->found, O_CLOEXEC);
	if (failed(fd))
		return "shim.rules cannot be opened";
	while ((got = sys_read((int)fd, audit.rules + size, RULES_ROOM + 1 - size)) > 0)
		size += (size_t)got;
	sys_close((int)fd);
	size = add_patterns(audit.rules, size, RULE_ALLOW,
			    find_value(environment, "DYNPK_AUDIT_ALLOW"));
	size = add_patterns(audit.rules, size, RULE_ALLOW_EXEC,
			    find_value(environment, "DYNPK_AUDIT_ALLOW_EXEC"));
	if (got < 0 || size > RULES_ROOM)
		return "shim.rules cannot be read or is too long";
	return read_rules(audit.rules, size, &audit.start.rules);
}

/* As the audit stub chooses it (audit-stub/stub.c); a refusal is told without being asked. */
static const char *choose_sink(const struct setting *setting)
{
	if (setting->destination[0] != '\0' || setting->mode == MODE_RECORD)
		return open_sink(setting->destination);
	open_sink("2");
	return NULL;
}

static void start_audit(const char *value, char *const *environment, enum audit_mark mark)
{
	struct work *work = take_work();
	struct setting setting = { .mode = MODE_OFF, .destination = "" };
	const char *fault;

	if (work == NULL)
		return;
	if (value != NULL && !read_setting(value, &setting))
		fail(&work->line, "DYNPK_AUDIT is none of off, warn, enforce, record", value);
	fault = value != NULL && setting.mode == MODE_OFF ? NULL
							  : read_own_rules(environment, work);
	/* A bundle that was packed without them has nothing to go by. */
	if (fault != NULL && value != NULL && setting.mode != MODE_ENFORCE)
		setting.mode = MODE_OFF;
	else if (fault != NULL)
		fail(&work->line, "the audit cannot tell what belongs to the bundle", fault);
	else if (value == NULL)
		setting.mode = audit.start.rules.mode;
	audit.start.rules.mode = setting.mode;
	audit.is_read = setting.destination[0] != '\0';
	fault = setting.mode == MODE_OFF ? NULL : choose_sink(&setting);
	if (fault != NULL)
		fail(&work->line, "DYNPK_AUDIT cannot write its report", fault);
	audit.told = map_memory(TOLD_COUNT * sizeof(*audit.told), MAP_SHARED);
	is_audited = setting.mode != MODE_OFF && audit.told != NULL;
	audit.by_preload = mark == MARKS_AUDIT_OF_OBJECTS;
	if (is_audited && audit.by_preload)
		audit_first_objects(work);
	drop_work(work);
}

void begin_audit(char **environment)
{
	const char *value = find_value(environment, "DYNPK_AUDIT");
	const enum audit_mark mark = take_audit_mark(environment);

	if (value != NULL && value[0] == '\0')
		value = NULL;
	if (value != NULL || mark != NO_AUDIT_MARK)
		start_audit(value, environment, mark);
}

/* Where it cannot be remembered, it is told once more. */
bool is_news(char kind, const char *path)
{
	uint64_t hash = 0xcbf29ce484222325 ^ (uint64_t)kind;

	for (; *path != '\0'; path++)
		hash = (hash ^ (uint8_t)*path) * 0x100000001b3;
	hash |= 1;
	for (unsigned i = 0; i < TOLD_TRIES; i++) {
		uint64_t *slot = &audit.told[((hash >> 20) + i) % TOLD_COUNT];
		uint64_t known = 0;

		if (__atomic_compare_exchange_n(slot, &known, hash, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			return true;
		if (known == hash)
			return false;
	}
	return true;
}

const char *own_program(struct work *work)
{
	const long length = read_link_text("/proc/self/exe", work->program, PATH_MAX);

	return failed(length) ? "a program of the bundle" : work->program;
}

static int judge_program(struct work *work, const char *named, const char *path)
{
	const struct rules *rules = &audit.start.rules;
	const bool enforces = rules->mode == MODE_ENFORCE;
	const struct event event = { .kind = "program",
				     .what = enforces ? "refused to start" : "starts",
				     .mode = rules->mode,
				     .replaces = true };
	struct object object;

	judge_file(&audit.start, &work->origin, path, NULL, &object);
	if (object.verdict == VERDICT_ABSENT || object.verdict == VERDICT_BUNDLE ||
	    covering_pattern(rules, RULE_HOST_PROGRAM, path, object.resolved) != NULL ||
	    covering_pattern(rules, RULE_ALLOW_EXEC, path, object.resolved) != NULL)
		return 0;
	object.verdict = VERDICT_OUTSIDE;
	object.asked = named;
	object.requester = own_program(work);
	object.place = "name";
	if (is_news('p', object.resolved))
		report_event(&work->line, &event, &object);
	return enforces ? EACCES : 0;
}

static bool has_slash(const char *text)
{
	return text_contains_any(text, "/");
}

/* What its caller names from where it works is the user's own; what cannot be started, is nobody's.
 */
static bool is_startable(const char *named, const char *path)
{
	return (named[0] == '/' || !has_slash(named)) && !failed(sys_access(path, X_OK)) &&
	       (file_status_at(AT_FDCWD, path, 0).mode & S_IFMT) == S_IFREG;
}

int audit_program(const char *named, const char *path)
{
	struct work *work;
	int error;

	if (!is_audited || !is_startable(named, path))
		return 0;
	work = take_work();
	if (work == NULL)
		return 0;
	error = judge_program(work, named, path);
	drop_work(work);
	return error;
}

int audit_open_program(int fd)
{
	char link[32];

	text_append_number(text_append(link, "/proc/self/fd/"), (unsigned long)fd);
	return audit_program(link, link);
}

/* The file that a shell takes for the name of a command; false where there is none. */
static bool find_command(struct work *work, const char *name, const char *path)
{
	const size_t name_length = text_length(name);

	while (path != NULL) {
		size_t length = 0;

		while (path[length] != ':' && path[length] != '\0')
			length++;
		if (length > 0 && length + 1 + name_length < PATH_MAX) {
			memcpy(work->found, path, length);
			work->found[length] = '/';
			memcpy(work->found + length + 1, name, name_length + 1);
			if (is_startable(work->found, work->found))
				return true;
		}
		path = path[length] == ':' ? path + length + 1 : NULL;
	}
	return false;
}

static int judge_command(struct work *work, const char *command, char *const *environment)
{
	const char *path = find_value(environment, "PATH");
	int error = 0;

	if (path == NULL)
		path = "/bin:/usr/bin";
	while (next_command(&command, work->name, PATH_MAX)) {
		if (!has_slash(work->name) && find_command(work, work->name, path))
			error |= judge_program(work, work->name, work->found);
		else if (has_slash(work->name) && is_startable(work->name, work->name))
			error |= judge_program(work, work->name, work->name);
	}
	return error;
}

/* `sh -c COMMAND`; options before it have no values. */
static const char *shell_command(const char *path, char *const *argv)
{
	static const char *const shells[] = { "sh", "bash", "dash", "ash", "ksh", "zsh" };
	const char *name = path;
	bool is_shell = false;

	for (; *path != '\0'; path++)
		name = *path == '/' ? path + 1 : name;
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
		is_shell |= text_equal(name, shells[i]);
	if (!is_shell || argv == NULL || argv[0] == NULL)
		return NULL;
	for (size_t i = 1; argv[i] != NULL && argv[i][0] == '-'; i++) {
		if (argv[i][1] != '-' && text_contains_any(argv[i], "c"))
			return argv[i + 1];
	}
	return NULL;
}

int audit_command(const char *path, char *const *argv, char *const *environment)
{
	const char *command = is_audited ? shell_command(path, argv) : NULL;
	struct work *work = command == NULL ? NULL : take_work();
	int error;

	if (work == NULL)
		return 0;
	error = judge_command(work, command, environment);
	drop_work(work);
	return error;
}

/* Where a host keeps what is its own; what lies elsewhere is its users'. */
static bool is_of_host(const char *path)
{
	return text_starts_with(path, "/etc/") || text_starts_with(path, "/usr/") ||
	       text_starts_with(path, "/opt/");
}

static bool bundle_shows(struct work *work, const char *path)
{
	if (text_length(audit.top) + text_length(path) + sizeof("/root") > PATH_MAX)
		return false;
	text_append(text_append(text_append(work->found, audit.top), "/root"), path);
	return !failed(sys_access(work->found, F_OK));
}

/* What is the host's by its name may be a link of the host's to elsewhere, but for a name that
 * climbs. */
static bool is_straight(const char *path)
{
	if (path[0] != '/')
		return false;
	for (; *path != '\0'; path++) {
		if (text_starts_with(path, "/.."))
			return false;
	}
	return true;
}

static void judge_file_read(struct work *work, const char *asked, const char *path, int fd)
{
	const struct rules *rules = &audit.start.rules;
	const struct event event = { .kind = "file", .what = "reads", .mode = rules->mode };
	const struct file_status file = file_status_of_open(fd);
	struct object object = { .opened = path, .resolved = path, .asked = path };

	/* What can be started is told when it is. */
	if ((file.mode & S_IFMT) != S_IFREG || (file.mode & 0111) != 0 ||
	    path_within(path, audit.top) || bundle_shows(work, path) ||
	    covering_pattern(rules, RULE_HOST_FILE, asked, path) != NULL)
		return;
	object.verdict = VERDICT_OUTSIDE;
	object.requester = own_program(work);
	object.place = "name";
	report_event(&work->line, &event, &object);
}

__attribute__((noinline)) void audit_file(int fd, const char *asked)
{
	char link[32], path[PATH_MAX];
	struct work *work;

	/* To refuse what a program reads is no rule's. */
	if (audit.start.rules.mode == MODE_ENFORCE)
		return;
	text_append_number(text_append(link, "/proc/self/fd/"), (unsigned long)fd);
	if (failed(read_link_text(link, path, sizeof(path))) || !is_of_host(path) ||
	    !is_news('f', path))
		return;
	work = take_work();
	if (work == NULL)
		return;
	judge_file_read(work, is_straight(asked) ? asked : path, path, fd);
	drop_work(work);
}
