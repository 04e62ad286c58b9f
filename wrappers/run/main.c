/*
 * A `.run` file: unpack its bundle into a cache, unless it is there, and start what was asked for.
 *
 * Everything of the file that is read has a check sum; what has been read is checked as a whole
 * before it is used.
 */
#include "base/fail.h"
#include "base/file-status.h"
#include "base/process.h"
#include "base/text.h"
#include "base/variables.h"
#include "cache.h"
#include "check.h"
#include "command-line.h"
#include "errands.h"
#include "explain.h"
#include "head.h"
#include "host/host.h"

enum { EXIT_UNSOUND = 1 };

bool explains;

/* Whether `dynpk cache` has removed the entry since it was found. */
static bool is_taken_away(int top, const char *path)
{
	const struct file_status found = file_status_of_open(top);
	const struct file_status named = file_status_at(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);

	return !is_same_file(&found, &named);
}

static bool is_program(int top, const char *name)
{
	char path[sizeof("bin/") + NAME_SIZE];
	struct file_status found;

	if (name[0] == '\0' || text_length(name) >= NAME_SIZE)
		return false;
	text_append(text_append(path, "bin/"), name);
	found = file_status_at(top, path, 0);
	return found.mode != 0 && (found.mode & S_IFMT) != S_IFDIR;
}

/* `name` may have room for what the file was started as, without its ending. */
static const char *named_by_file(const struct start *start, int top, char name[NAME_SIZE])
{
	static const char ending[] = ".run";
	const char *own = start->argc > 0 ? start->argv[0] : "";
	size_t length;

	for (const char *at = own; *at != '\0'; at++) {
		if (*at == '/')
			own = at + 1;
	}
	if (is_program(top, own))
		return own;
	length = text_length(own);
	if (length < sizeof(ending) || length >= NAME_SIZE ||
	    !text_equal(own + length - (sizeof(ending) - 1), ending))
		return NULL;
	text_append(name, own);
	name[length - (sizeof(ending) - 1)] = '\0';
	return is_program(top, name) ? name : NULL;
}

/* NULL where it is not there. */
static const char *choose_program(const struct start *start, const struct command_line *line,
				  int top, char name[NAME_SIZE])
{
	const char *by_file;

	if (line->program != NULL)
		return is_program(top, line->program) ? line->program : NULL;
	by_file = named_by_file(start, top, name);
	if (by_file != NULL)
		return by_file;
	return run_head.entry[0] == '\0' ? NULL : run_head.entry;
}

_Noreturn static void fail_without_program(const struct start *start,
					   const struct command_line *line)
{
	if (line->program != NULL)
		FAIL(EXIT_NOT_FOUND, line->program, " is no program of ", source_name(start),
		     ": --dynpk-list lists them");
	FAIL(EXIT_NOT_FOUND, source_name(start),
	     " has no program to start: --dynpk-extract DIR unpacks it");
}

_Noreturn static void start_program(struct source *source, const struct command_line *line,
				    unsigned umask)
{
	const struct start *start = source->start;
	const char *asked = line->cache;
	char top_path[2 * PATH_MAX], path[2 * PATH_MAX + NAME_SIZE];
	char name[NAME_SIZE];
	const char *program;
	/* Our words, argv[0] the last of them, make room for the program's name. */
	char *lonely[] = { path, NULL };
	char **argv = line->words == 0 ? lonely : start->argv + line->words - 1;
	char *const word = argv[0];
	long result = -ENOENT;
	int top;

	if (asked == NULL)
		asked = find_value(start->environment, "DYNPK_CACHE");
	if (asked != NULL && asked[0] == '\0')
		asked = NULL;
	for (int looks = 1;; looks++) {
		top = have_bundle(source, asked, top_path);
		program = choose_program(start, line, top, name);
		if (program != NULL) {
			text_append(text_append(text_append(path, top_path), "/bin/"), program);
			argv[0] = path;
			sys_umask(umask);
			result = sys_execve(path, argv, start->environment);
			sys_umask(0);
			argv[0] = word;
		}
		if (looks == LOOKS || result != -ENOENT || !is_taken_away(top, top_path))
			break;
		sys_close(top);
	}
	if (program == NULL)
		fail_without_program(start, line);
	FAIL(result == -ENOENT ? EXIT_NOT_FOUND : status_of(result), "cannot start ", path,
	     reason_of(result));
}

_Noreturn void begin(uintptr_t *stack);

_Noreturn void begin(uintptr_t *stack)
{
	const struct start start = read_start(stack);
	struct source source = { .start = &start };
	struct command_line line;
	const char *wrong;
	unsigned umask;

	if (auxv_value(&start, AT_SECURE) != 0)
		FAIL(EXIT_LAUNCHER, source_name(&start),
		     " was given more rights than its caller has, and refuses them: a bundle is no "
		     "place for set-id programs");
	wrong = check_head(&run_head);
	if (wrong != NULL)
		FAIL(EXIT_LAUNCHER, source_name(&start), " cannot be started: ", wrong);
	read_command_line(&line, start.argc, start.argv);
	if (line.wrong != NULL)
		FAIL(EXIT_LAUNCHER, line.word, line.wrong);
	explains = find_value(start.environment, "DYNPK_EXPLAIN") != NULL;
	if (is_cut_or_grown(&start))
		FAIL(line.errand == VERIFY ? EXIT_UNSOUND : EXIT_LAUNCHER, source_name(&start),
		     " is not as long as it was made: copy it again");
	umask = sys_umask(0);
	switch (line.errand) {
	case SHOW_HELP:
		show_help(&start);
	case SHOW_LICENCES:
		show_licences();
	case TELL_HOST:
		/* What is behind the option is for it. */
		answer_host(&start, start.argc - line.words + 1, start.argv + line.words - 1);
	case LIST_PROGRAMS:
		list_programs(&source);
	case VERIFY:
		verify(&source);
	case EXTRACT:
		extract(&source, line.directory);
	case START_PROGRAM:
	default:
		start_program(&source, &line, umask);
	}
}
