#include "launch.h"
#include "aside.h"
#include "audit.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/variables.h"
#include "beside.h"
#include "plain.h"
#include "route.h"
#include "symbols.h"
#include "table/host-environment.h"
#include "view.h"

extern char **environ __attribute__((weak, visibility("default")));

/* The kernel looks no further for the end of a script's first line (BINPRM_BUF_SIZE). */
enum { HEAD_SIZE = 256 };

static size_t count_words(char *const *words)
{
	size_t count = 0;

	while (words != NULL && words[count] != NULL)
		count++;
	return count;
}

__attribute__((noinline)) static int start_on_host(const struct start *asked, starter *run,
						   void *context)
{
	const struct bundle bundle = { launch_view()->table, launch_view()->top };
	size_t bytes;
	const size_t count = measure_environment(&bundle, asked->environment, &bytes);
	char *entries[count + 1];
	char space[bytes];
	struct start start = { asked->path, asked->argv, entries };
	int error;

	write_host_environment(&bundle, asked->environment, entries, space);
	error = audit_command(start.path, start.argv, entries);
	return error != 0 ? fail_with(error) : run(&start, context);
}

static char *skip_blanks(char *text)
{
	while (*text == ' ' || *text == '\t')
		text++;
	return text;
}

/* Split `#! interpreter argument` as the kernel does: one argument, blanks inside it kept. */
static char *read_interpreter(char *head, long size, char **argument)
{
	char *end = head + 2;
	char *interpreter, *rest;

	*argument = NULL;
	if (size < 3 || head[0] != '#' || head[1] != '!')
		return NULL;
	while (end < head + size && *end != '\n')
		end++;
	if (end == head + HEAD_SIZE)
		end--;
	while (end > head + 2 && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	interpreter = skip_blanks(head + 2);
	for (rest = interpreter; *rest != '\0' && *rest != ' ' && *rest != '\t'; rest++)
		;
	if (*rest != '\0') {
		*rest = '\0';
		*argument = skip_blanks(rest + 1);
	}
	return *interpreter == '\0' ? NULL : interpreter;
}

static const char *last_name(const char *path)
{
	const char *name = path;

	for (; *path != '\0'; path++)
		name = *path == '/' ? path + 1 : name;
	return name;
}

static const char *variable(char *const *environment, const char *name)
{
	for (; environment != NULL && *environment != NULL; environment++) {
		const char *value = value_of(*environment, name);

		if (value != NULL)
			return value;
	}
	return NULL;
}

/* The next directory of a search path with `name` in it; false at the end. An empty one is `.`. */
static bool next_candidate(const char **path, const char *name, char *to)
{
	const char *at = *path;
	size_t length = 0;
	const size_t name_length = text_length(name);

	if (at == NULL)
		return false;
	while (at[length] != ':' && at[length] != '\0')
		length++;
	*path = at[length] == ':' ? at + length + 1 : NULL;
	if (length + 1 + name_length >= PATH_MAX) {
		to[0] = '\0';
		return true;
	}
	memcpy(to, at, length);
	if (length > 0)
		to[length++] = '/';
	memcpy(to + length, name, name_length + 1);
	return true;
}

/* Whether it lies in the bundle, by whatever name. */
static bool is_of_bundle(const struct view *view, const struct route *route)
{
	const char *inside = text_behind(route->path, view->top);

	return route->is_bundled || (inside != NULL && *inside == '/');
}

/* Whether the bundle has the program that `env NAME` would start. PATH may name it as it lies
 * there. */
__attribute__((noinline)) static bool find_packed(struct route *route, const char *name,
						  char *const *environment)
{
	const char *path = variable(environment, "PATH");
	char candidate[PATH_MAX];

	if (*name == '-' || *name == '\0')
		return false;
	for (const char *c = name; *c != '\0'; c++) {
		if (*c == '=' || *c == '/' || *c == ' ' || *c == '\t')
			return false;
	}
	while (next_candidate(&path, name, candidate)) {
		if (candidate[0] != '\0' &&
		    find_route(route, AT_FDCWD, candidate, FOLLOW | LAUNCH) == 0 &&
		    !failed(sys_access(route->path, X_OK)))
			return is_of_bundle(launch_view(), route);
	}
	return false;
}

struct script {
	const char *path;
	char *interpreter;
	char *argument;
};

__attribute__((noinline)) static int start_script(const struct script *script, const char *launcher,
						  const struct start *asked, starter *run,
						  void *context)
{
	const size_t count = count_words(asked->argv);
	char *words[count + 4];
	struct start start = { launcher, words, asked->environment };
	size_t used = 0;

	words[used++] = script->interpreter;
	if (script->argument != NULL)
		words[used++] = script->argument;
	words[used++] = (char *)script->path;
	for (size_t i = 1; i < count; i++)
		words[used++] = asked->argv[i];
	words[used] = NULL;
	return run(&start, context);
}

static long read_head(const char *path, char *head)
{
	const long fd = sys_open(path, O_CLOEXEC);
	long size;

	if (failed(fd))
		return 0;
	size = sys_read((int)fd, head, HEAD_SIZE);
	sys_close((int)fd);
	return failed(size) ? 0 : size;
}

/*
 * A file that is not known as a launcher: a script may still have an interpreter that is packed,
 * and a launcher be named by its place in the bundle.
 */
__attribute__((noinline)) static int
start_file(const struct route *route, const struct start *asked, starter *run, void *context)
{
	struct start start = { route->path, asked->argv, asked->environment };
	struct script script = { .path = asked->path };
	ROUTE(interpreter);
	char head[HEAD_SIZE + 1];
	const long size = read_head(route->path, head);

	script.interpreter = read_interpreter(head, size, &script.argument);
	if (script.interpreter != NULL) {
		if (find_route(&interpreter, AT_FDCWD, script.interpreter, FOLLOW | LAUNCH) == 0 &&
		    interpreter.is_bundled)
			return start_script(&script, interpreter.path, asked, run, context);
		if (script.argument != NULL && text_equal(last_name(script.interpreter), "env") &&
		    find_packed(&interpreter, script.argument, asked->environment)) {
			script.interpreter = script.argument;
			script.argument = NULL;
			return start_script(&script, interpreter.path, asked, run, context);
		}
	}
	if (route->is_bundled || (script.interpreter == NULL && is_of_bundle(launch_view(), route)))
		return run(&start, context);
	return start_on_host(&start, run, context);
}

/* By the name that was asked for where that can be started, so that the process is called that. */
__attribute__((noinline)) static int
start_launcher(const struct route *route, const struct start *asked, starter *run, void *context)
{
	struct start start = { route->path, asked->argv, asked->environment };
	ROUTE(unfollowed);

	if (find_route(&unfollowed, AT_FDCWD, asked->path, LAUNCH) == 0 && unfollowed.is_bundled &&
	    unfollowed.node != route->node && !failed(sys_access(unfollowed.path, X_OK)))
		start.path = unfollowed.path;
	return run(&start, context);
}

static const char interpreter_place[] = "/libexec/dynpk/interp";

/* The interpreter that `word`, of a linker's words, names; `before` is the word ahead of it. */
static const char *named_interpreter(const char *before, const char *word)
{
	const char *option = word[0] == '-' && word[1] == '-' ? word + 1 : word;

	if (before != NULL && before[0] == '-' &&
	    text_equal(before[1] == '-' ? before + 1 : before, "-dynamic-linker"))
		return word;
	return text_behind(option, "-dynamic-linker=");
}

/*
 * Whether it is the bundle's own, which the host may lack: what is linked now is linked against the
 * bundle's C library, and starts through the bundle.
 */
__attribute__((noinline)) static bool is_bundled_interpreter(const char *path)
{
	ROUTE(route);

	return find_route(&route, AT_FDCWD, path, FOLLOW | LOAD) == 0 && route.is_bundled;
}

static int start_found(const struct route *route, const struct start *asked, starter *run,
		       void *context)
{
	const struct table *table = launch_view()->table;

	if (route->is_bundled && route->node != NO_NODE &&
	    (node_at(table, route->node)->flags & NODE_LAUNCHED) != 0)
		return start_launcher(route, asked, run, context);
	return start_file(route, asked, run, context);
}

/* Where the program sees the directory of the bundle that a linker's word names; else NULL. */
static const char *searched_directory(const struct view *view, const char *word)
{
	const char *path = text_behind(word, "-L");
	const char *inside = path == NULL ? NULL : text_behind(path, view->top);
	const char *seen = inside == NULL ? NULL : text_behind(inside, "/root");

	return seen != NULL && *seen == '/' ? seen : NULL;
}

/* A word that names the bundle's loader names the launcher that stands for it. */
__attribute__((noinline)) static int start_with_interpreter(const struct route *route,
							    const struct start *asked, size_t index,
							    const char *named, starter *run,
							    void *context)
{
	const size_t count = count_words(asked->argv);
	const size_t prefix = (size_t)(named - asked->argv[index]);
	char *words[count + 1];
	char word[32 + PATH_MAX + sizeof(interpreter_place)];
	const struct start start = { asked->path, words, asked->environment };

	memcpy(word, asked->argv[index], prefix);
	text_append(text_append(word + prefix, launch_view()->top), interpreter_place);
	for (size_t i = 0; i <= count; i++)
		words[i] = asked->argv[i];
	words[index] = word;
	return start_found(route, &start, run, context);
}

/*
 * Directories of the bundle are named as they are seen, where libraries give way to the host's:
 * what is linked here is linked against the host's C library.
 */
__attribute__((noinline)) static int
start_in_view(const struct route *route, const struct start *asked, starter *run, void *context)
{
	const struct view *now = launch_view();
	const size_t count = count_words(asked->argv);
	char *words[2 * count + 1];
	const struct start start = { asked->path, words, asked->environment };
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		const char *seen = searched_directory(now, asked->argv[i]);

		if (seen != NULL)
			words[used++] = (char *)"-L";
		words[used++] = seen == NULL ? asked->argv[i] : (char *)seen;
	}
	words[used] = NULL;
	return start_found(route, &start, run, context);
}

/* Whether what is linked with the bundle starts through it (lib/plan/plan-interpreter.ts). */
__attribute__((noinline)) static bool has_interpreter(const struct view *view)
{
	char path[PATH_MAX + sizeof(interpreter_place)];

	text_append(text_append(path, view->top), interpreter_place);
	return !failed(sys_access(path, X_OK));
}

/* Every program of the bundle may be a linker, or hand its words on to one. */
__attribute__((noinline)) static int start_any(const struct route *route, const struct start *asked,
					       starter *run, void *context)
{
	const struct view *now = launch_view();
	const size_t count = is_of_bundle(now, route) ? count_words(asked->argv) : 0;
	const char *named = NULL;
	size_t index = 0;
	bool searches = false;

	for (size_t i = 1; i < count; i++) {
		const char *interpreter = named_interpreter(asked->argv[i - 1], asked->argv[i]);

		/* Linkers go by the last. */
		if (interpreter != NULL) {
			named = interpreter;
			index = i;
		}
		searches = searches || searched_directory(now, asked->argv[i]) != NULL;
	}
	if (named == NULL && !searches)
		return start_found(route, asked, run, context);
	if (!has_interpreter(now))
		return searches ? start_in_view(route, asked, run, context)
				: start_found(route, asked, run, context);
	return named != NULL && is_bundled_interpreter(named)
		       ? start_with_interpreter(route, asked, index, named, run, context)
		       : start_found(route, asked, run, context);
}

/* Where the bundle shows nothing: everything is the kernel's to start. */
static int start_unseen(const struct start *asked, starter *run, void *context)
{
	int error =
		!is_audited || !is_path(asked->path) ? 0 : audit_program(asked->path, asked->path);

	if (error == 0 && is_audited)
		error = audit_command(asked->path, asked->argv, asked->environment);
	return error != 0 ? fail_with(error) : run(asked, context);
}

/* A file of the host, or an open one that the bundle has. */
static int start_unbundled(const struct route *route, const struct start *asked, starter *run,
			   void *context)
{
	const int error = audit_program(asked->path, route->path);

	return error != 0 ? fail_with(error) : start_any(route, asked, run, context);
}

__attribute__((noinline)) static int
start_open(const struct route *route, const struct start *asked, starter *run, void *context)
{
	char *seen = seen_behind(launch_view(), route->path);
	const struct start start = { seen, asked->argv, asked->environment };
	int result;

	if (seen == NULL)
		return start_unbundled(route, asked, run, context);
	result = with_start(&start, run, context);
	drop_seen(seen);
	return result;
}

int with_start(const struct start *asked, starter *run, void *context)
{
	const struct view *now = launch_view();
	ROUTE(route);
	int error;

	if (now == NULL)
		return start_unseen(asked, run, context);
	error = find_route(&route, AT_FDCWD, asked->path, FOLLOW | LAUNCH);
	if (error == 0 && !route.is_bundled && find_beside(now, &route, asked->path))
		return start_launcher(&route, asked, run, context);
	if (error == 0 && !route.is_bundled && names_descriptor(route.path))
		return start_open(&route, asked, run, context);
	if (error != 0)
		return fail_with(error);
	if (!route.is_bundled)
		return start_unbundled(&route, asked, run, context);
	return start_any(&route, asked, run, context);
}

static bool searches_on(int error)
{
	/* As execvp: not there, or nothing to be had there (ENODEV, ETIMEDOUT). */
	return error == ENOENT || error == ENOTDIR || error == EACCES || error == ESTALE ||
	       error == 19 || error == 110;
}

static int run_by_shell(const struct start *asked, const char *path, starter *run, void *context)
{
	const size_t count = count_words(asked->argv);
	char *words[count + 3];
	struct start start = { "/bin/sh", words, asked->environment };
	size_t used = 0;

	words[used++] = (char *)"/bin/sh";
	words[used++] = (char *)path;
	for (size_t i = 1; i < count; i++)
		words[used++] = asked->argv[i];
	words[used] = NULL;
	return with_start(&start, run, context);
}

static bool has_slash(const char *text)
{
	while (*text != '\0' && *text != '/')
		text++;
	return *text == '/';
}

static int try_start(const struct start *asked, const char *path, starter *run, void *context)
{
	const struct start start = { path, asked->argv, asked->environment };
	const int result = with_start(&start, run, context);

	if (result == -1 && last_error() == ENOEXEC)
		return run_by_shell(asked, path, run, context);
	return result;
}

int with_search(const struct start *asked, starter *run, void *context)
{
	const char *path = variable(&environ == NULL ? NULL : environ, "PATH");
	char candidate[PATH_MAX];
	bool was_denied = false;

	if (*asked->path == '\0')
		return fail_with(ENOENT);
	if (has_slash(asked->path))
		return try_start(asked, asked->path, run, context);
	if (path == NULL)
		path = "/bin:/usr/bin";
	while (next_candidate(&path, asked->path, candidate)) {
		int result;

		if (candidate[0] == '\0')
			continue;
		result = try_start(asked, candidate, run, context);
		if (result != -1 || !searches_on(last_error()))
			return result;
		was_denied |= last_error() == EACCES;
	}
	return fail_with(was_denied ? EACCES : ENOENT);
}
