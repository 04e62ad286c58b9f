#include "start.h"
#include "base/file-status.h"
#include "base/text.h"
#include "bounded-text.h"
#include "environment.h"
#include "hot.h"
#include "mapped.h"

#include <link.h>

/* Beside the stub; written when the bundle is made. */
static const char rules_file[] = "/libexec/dynpk/audit.rules";

/* The kernel does not tell a newline from a name's own `\012`: only a path that is there counts. */
static const char *path_if_there(const char *path)
{
	return path[0] == '/' && file_status_at(AT_FDCWD, path, 0).mode != 0 ? path : NULL;
}

void learn_mapped_files(struct start *start, const void *loader_code)
{
	static struct mapped mapped[2];
	const char *found;

	mapped[0].address = (unsigned long)loader_code;
	mapped[1].address = auxiliary(AT_PHDR);
	find_mapped(mapped, 2);
	if ((found = path_if_there(mapped[0].path)) != NULL)
		start->loader = found;
	if ((found = path_if_there(mapped[1].path)) != NULL) {
		start->program = found;
		start->launcher = NULL;
	}
}

/* Where this very file is mapped: a constant lies in it. */
static const char *own_path(void)
{
	static struct mapped own;
	own.address = (unsigned long)rules_file;
	find_mapped(&own, 1);
	return path_if_there(own.path);
}

/* Paths, then rules, one behind the other: for most bundles they fit in one page. */
static char memory[2 * PATH_MAX + sizeof(rules_file) + RULES_ROOM + 1];
static HOT size_t memory_used;

/* Read the rules of the bundle whose top is the first `length` bytes of `path`. */
static const char *load_rules(struct start *start, const char *path, size_t length)
{
	char *name = memory + memory_used;
	struct text text = { .bytes = name, .room = PATH_MAX + sizeof(rules_file) };
	char *bytes;
	size_t size = 0;
	long descriptor, got;

	for (size_t at = 0; at < length; at++)
		text.bytes[text.used++] = path[at];
	text_add(&text, rules_file);
	name[text.used] = '\0';
	descriptor = sys_open(name, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return "audit.rules cannot be opened";
	memory_used += text.used + 1;
	bytes = memory + memory_used;
	while ((got = sys_read((int)descriptor, bytes + size, RULES_ROOM + 1 - size)) > 0)
		size += (size_t)got;
	sys_close((int)descriptor);
	if (got == 0 && size <= RULES_ROOM)
		size = add_patterns(bytes, size, RULE_ALLOW, variable("DYNPK_AUDIT_ALLOW"));
	name[length > 0 ? length : 1] = '\0';
	start->top = name;
	if (got < 0 || size > RULES_ROOM)
		return "audit.rules cannot be read or is too long";
	return read_rules(bytes, size, &start->rules);
}

/* The nearest directory above `path` that is a bundle's top. */
static const char *load_rules_above(struct start *start, const char *path)
{
	const char *fault = "no bundle around the audit stub";
	for (size_t at = text_length(path); at-- > 0 && start->top == NULL;) {
		if (path[at] == '/')
			fault = load_rules(start, path, at);
	}
	return start->top == NULL ? "audit.rules cannot be opened" : fault;
}

/* Where the last `/libexec/dynpk/` of `path` begins; false when it has none. */
static bool find_top(const char *path, size_t *length)
{
	static const char inner[] = "/libexec/dynpk/";
	for (size_t at = text_length(path); at-- > 0;) {
		*length = at;
		if (text_starts_with(path + at, inner))
			return true;
	}
	return false;
}

/*
 * The launcher tells the loader of the stub by LD_AUDIT, of no other auditor, and lies in the same
 * bundle as the stub. So this need not be looked up in the memory map, nor the stub be judged.
 */
static bool named_by_launcher(const char *list, const char *executed, size_t *length)
{
	for (size_t at = 0; list[at] != '\0'; at++) {
		if (list[at] == ':' || list[at] == '$')
			return false;
	}
	if (!find_top(list, length))
		return false;
	for (size_t at = 0; at < *length; at++) {
		if (executed[at] != list[at])
			return false;
	}
	return executed[*length] == '/';
}

/*
 * The bundle is the one that the executed file lies in. That is the loader, in its own place, or a
 * launcher that mapped the loader. Only where LD_AUDIT named the stub, for a program of anywhere,
 * or where /proc is missing, something else has to tell.
 */
static const char *find_rules(struct start *start)
{
	char *executed = memory;
	long got = sys_readlink("/proc/self/exe", executed, PATH_MAX - 1);
	const char *path = executed;
	size_t length, inner;

	executed[got > 0 ? got : 0] = '\0';
	if (start->other_auditors != NULL &&
	    named_by_launcher(start->other_auditors, executed, &length)) {
		start->other_auditors = NULL;
		if (!find_top(executed + length, &inner))
			start->launcher = executed;
	}
	if (start->other_auditors != NULL)
		path = own_path();
	else if (got <= 0)
		path = start->program;
	if (path == NULL)
		return "no bundle around the audit stub";
	if (path == executed)
		memory_used = (size_t)got + 1;
	if (start->launcher != NULL)
		return load_rules(start, executed, length);
	if (!find_top(path, &length))
		return load_rules_above(start, path);
	if (path == executed)
		start->loader = executed;
	return load_rules(start, path, length);
}

const char *learn(struct start *start)
{
	const char *fault, *size;
	struct file_status top;

	start->setting = variable("DYNPK_AUDIT");
	start->other_auditors = variable("LD_AUDIT");
	start->vdso = auxiliary(AT_SYSINFO_EHDR);
	start->program = (const char *)auxiliary(AT_EXECFN);
	if (start->program == NULL)
		return "the program has no name";
	fault = find_rules(start);
	if (fault != NULL)
		return fault;
	top = file_status_at(AT_FDCWD, start->top, 0);
	if (top.mode == 0)
		return "the bundle cannot be read";
	start->top_device = top.device;
	start->top_inode = top.inode;
	size = next_value(&start->rules, RULE_STATIC_TLS, NULL);
	/* A launcher that has mapped the program counts what it added, and takes all of it away. */
	if (size != NULL && start->launcher == NULL)
		take_back_tunable(size);
	return NULL;
}
