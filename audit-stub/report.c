#include "report.h"
#include "base/directory.h"
#include "base/file-status.h"
#include "base/process.h"
#include "base/signals.h"
#include "base/text.h"
#include "bounded-text.h"
#include "judge.h"

enum { EXIT_DYNPK_FAILED = 125, STANDARD_ERROR = 2 };
/* Of one name in a line, escapes included. */
enum { SHOWN_MAX = 5000 };

static struct {
	bool to_descriptor;
	long descriptor;
	unsigned long device, inode;
	/* Opened for each line, so that it costs the program no descriptor. Empty: none. */
	char file[PATH_MAX];
} sink;

static bool read_number(const char *string, long *number)
{
	*number = 0;
	if (*string == '\0')
		return false;
	for (; *string != '\0'; string++) {
		if (*string < '0' || *string > '9' || *number > 1000000)
			return false;
		*number = *number * 10 + (*string - '0');
	}
	return true;
}

static bool sink_is_unchanged(void)
{
	const struct file_status now = file_status_of_open((int)sink.descriptor);
	return now.mode != 0 && now.device == sink.device && now.inode == sink.inode;
}

static long open_sink_file(void)
{
	return system_call(__NR_openat, AT_FDCWD, sink.file,
			   O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
}

/* The program may change its directory: a relative name is made absolute once. */
static const char *open_named_sink(const char *name)
{
	struct text text = { .bytes = sink.file, .room = sizeof(sink.file) - 1 };
	long descriptor;

	if (name[0] != '/') {
		if (sys_getcwd(sink.file, sizeof(sink.file)) <= 0 || sink.file[0] != '/')
			return "the current directory has no name";
		text.used = text_length(sink.file);
		text_add(&text, "/");
	}
	text_add(&text, name);
	sink.file[text.used] = '\0';
	if (text.cut)
		return "its name is too long";
	descriptor = open_sink_file();
	if (descriptor < 0)
		return "it cannot be opened for writing";
	sys_close((int)descriptor);
	return NULL;
}

const char *open_sink(const char *destination)
{
	struct file_status file;

	if (*destination == '\0')
		return "no descriptor or file is named";
	if (!read_number(destination, &sink.descriptor))
		return open_named_sink(destination);
	file = file_status_of_open((int)sink.descriptor);
	if (file.mode == 0)
		return "that descriptor is not open";
	sink.to_descriptor = true;
	sink.device = file.device;
	sink.inode = file.inode;
	return NULL;
}

/*
 * A pipe that nobody reads any more and a file that may not grow raise a signal. It would be the
 * program's end, or its handler's, for a line that is not the program's.
 */
static void write_all(long descriptor, const struct text *text)
{
	const uint64_t raised = SIGNAL_BIT(SIGPIPE) | SIGNAL_BIT(SIGXFSZ);
	const uint64_t before = sys_rt_sigprocmask(SIG_BLOCK, raised);
	const uint64_t own = sys_rt_sigpending();
	long written;

	do
		written = sys_write((int)descriptor, text->bytes, text->used);
	while (written == -EINTR);
	if (written == -EPIPE || written == -EFBIG)
		drop_signal(raised & ~own);
	sys_rt_sigprocmask(SIG_SETMASK, before);
}

static void write_to_sink(const struct text *text, bool replaces)
{
	const bool is_own = replaces && sink.descriptor == STANDARD_ERROR;
	long descriptor;

	/* A program may have closed the descriptor and opened a file of its own under its number.
	 */
	if (sink.to_descriptor && (is_own || sink_is_unchanged()))
		write_all(sink.descriptor, text);
	if (sink.file[0] == '\0')
		return;
	descriptor = open_sink_file();
	if (descriptor < 0)
		return;
	write_all(descriptor, text);
	sys_close((int)descriptor);
}

/* `dynpk: refused /usr/lib/libz.so.1, outside the bundle: asked for as libz.so.1 by …` */
static void compose(struct text *text, const char *what, const struct object *object)
{
	text_add(text, "dynpk: ");
	text_add(text, what);
	text_add(text, " ");
	text_shown(text, object->resolved, SHOWN_MAX);
	text_add(text, ", outside the bundle");
	if (object->requester == NULL)
		return;
	text_add(text, ": asked for ");
	if (!text_equal(object->asked, object->resolved)) {
		text_add(text, "as ");
		text_shown(text, object->asked, SHOWN_MAX);
		text_add(text, " ");
	}
	text_add(text, "by ");
	text_shown(text, object->requester, SHOWN_MAX);
	if (text_equal(object->place, "name"))
		return;
	text_add(text, ", found by ");
	text_add(text, object->place);
}

void report_finding(struct line *line, const char *what, const struct object *object)
{
	struct text text = { .bytes = line->bytes, .room = sizeof(line->bytes) };
	compose(&text, what, object);
	text_add(&text, "\n");
	write_to_sink(&text, false);
}

static const char *const verdict_words[] = {
	[VERDICT_ABSENT] = "absent",   [VERDICT_BUNDLE] = "bundle",
	[VERDICT_VDSO] = "vdso",       [VERDICT_HOST_PROVIDED] = "host-provided",
	[VERDICT_ALLOWED] = "allowed", [VERDICT_OUTSIDE] = "outside",
};

static void add_string(struct text *text, const char *key, const char *value)
{
	if (value == NULL)
		return;
	text_add(text, ",\"");
	text_add(text, key);
	text_add(text, "\":");
	text_json(text, value, SHOWN_MAX);
}

static void add_number(struct text *text, const char *key, unsigned long value)
{
	text_add(text, ",\"");
	text_add(text, key);
	text_add(text, "\":");
	text_number(text, value);
}

void report_object(struct line *line, const struct object *object)
{
	struct text text = { .bytes = line->bytes, .room = sizeof(line->bytes) };
	text_add(&text, "{\"record\":\"object\"");
	add_number(&text, "pid", (unsigned long)sys_getpid());
	add_number(&text, "namespace", (unsigned long)object->namespace);
	add_string(&text, "name", object->asked);
	add_string(&text, "requester", object->requester);
	add_string(&text, "place", object->place);
	add_string(&text, "opened", object->opened);
	add_string(&text, "path", object->resolved);
	add_number(&text, "device", object->device);
	add_number(&text, "inode", object->inode);
	add_string(&text, "verdict", verdict_words[object->verdict]);
	add_string(&text, "pattern", object->pattern);
	if (text.cut)
		text_add(&text, ",\"cut\":true");
	text_add(&text, "}\n");
	write_to_sink(&text, false);
}

void report_event(struct line *line, const struct event *event, const struct object *object)
{
	struct text text = { .bytes = line->bytes, .room = sizeof(line->bytes) };

	if (event->mode != MODE_RECORD) {
		compose(&text, event->what, object);
		text_add(&text, "\n");
	} else {
		text_add(&text, "{\"record\":\"");
		text_add(&text, event->kind);
		text_add(&text, "\"");
		add_number(&text, "pid", (unsigned long)sys_getpid());
		add_string(&text, "name", object->asked);
		add_string(&text, "requester", object->requester);
		add_string(&text, "path", object->resolved);
		add_string(&text, "verdict", verdict_words[object->verdict]);
		text_add(&text, text.cut ? ",\"cut\":true}\n" : "}\n");
	}
	write_to_sink(&text, event->replaces);
}

void refuse_to_run(struct line *line, const char *what, const struct object *object)
{
	struct text text = { .bytes = line->bytes, .room = sizeof(line->bytes) };
	compose(&text, what, object);
	text_add(&text, "\n");
	write_all(STANDARD_ERROR, &text);
	if (!sink.to_descriptor || sink.descriptor != STANDARD_ERROR)
		write_to_sink(&text, false);
	sys_exit_group(EXIT_DYNPK_FAILED);
}

void fail(struct line *line, const char *reason, const char *detail)
{
	struct text text = { .bytes = line->bytes, .room = sizeof(line->bytes) };
	text_add(&text, "dynpk: ");
	text_add(&text, reason);
	text_add(&text, ": ");
	text_shown(&text, detail, SHOWN_MAX);
	text_add(&text, "\n");
	write_all(STANDARD_ERROR, &text);
	sys_exit_group(EXIT_DYNPK_FAILED);
}

char *impossible_name(char *name, const struct object *object)
{
	/* Below a device there is nothing, and the name is short enough to be opened in vain. */
	struct text text = { .bytes = name, .room = PATH_MAX - 1 };
	text_add(&text, "/dev/null/");
	compose(&text, "refused", object);
	name[text.used] = '\0';
	return name;
}
