#include "start.h"
#include "syscalls.h"
#include "text.h"

#include <link.h>

/* Beside the stub; written when the bundle is made. A constant lies in a mapping of our file. */
static const char rules_file[] = "/libexec/dynpk/audit.rules";

static char **environment;

/* ld.so hands argc, argv and the environment to every constructor, an auditor's too. */
__attribute__((constructor)) static void keep_environment(int argc, char **argv, char **envp)
{
	(void)argc;
	(void)argv;
	environment = envp;
}

/* Where in the environment `name` is set, or NULL. */
static char **entry_of(const char *name)
{
	size_t length = text_length(name);
	for (char **entry = environment; entry != NULL && *entry != NULL; entry++) {
		size_t same = 0;
		while (same < length && (*entry)[same] == name[same])
			same++;
		if (same == length && (*entry)[length] == '=')
			return entry;
	}
	return NULL;
}

static const char *variable(const char *name)
{
	char **entry = entry_of(name);
	return entry != NULL ? *entry + text_length(name) + 1 : NULL;
}

/*
 * ld.so lays out thread-local storage before it loads an auditor, and keeps only a little for the
 * libraries it maps later. A launcher that needs more says so in GLIBC_TUNABLES, behind whatever
 * the user has set; ld.so has read it by now, and the program must not pass it on.
 */
static void take_back_tunable(const char *size)
{
	char setting[64] = "glibc.rtld.optional_static_tls=";
	struct text text = {.bytes = setting, .used = text_length(setting), .room = 63};
	char **entry = entry_of("GLIBC_TUNABLES");
	size_t end, begin;

	text_add(&text, size);
	setting[text.used] = '\0';
	if (entry == NULL || text.cut)
		return;
	end = text_length(*entry);
	begin = text_length("GLIBC_TUNABLES=");
	if (end < begin + text.used || !text_equal(*entry + end - text.used, setting))
		return;
	if (end > begin + text.used) {
		/* Something of the user's stands before it, and a colon between them. */
		(*entry)[end - text.used - 1] = '\0';
		return;
	}
	for (; *entry != NULL; entry++)
		entry[0] = entry[1];
}

/* The auxiliary vector lies behind the NULL that ends the environment. */
static unsigned long auxiliary(unsigned long type)
{
	char **end = environment;
	if (end == NULL)
		return 0;
	while (*end != NULL)
		end++;
	for (const ElfW(auxv_t) *entry = (const void *)(end + 1); entry->a_type != AT_NULL; entry++)
		if (entry->a_type == type)
			return entry->a_un.a_val;
	return 0;
}

static const char *read_hex(const char *from, unsigned long *number)
{
	*number = 0;
	for (;; from++) {
		if (*from >= '0' && *from <= '9')
			*number = *number << 4 | (unsigned long)(*from - '0');
		else if (*from >= 'a' && *from <= 'f')
			*number = *number << 4 | (unsigned long)(*from - 'a' + 10);
		else
			return from;
	}
}

bool mapped_file(const char *line, unsigned long address, char *path)
{
	unsigned long from, to;
	size_t used = 0;

	line = read_hex(line, &from);
	if (*line != '-')
		return false;
	line = read_hex(line + 1, &to);
	if (address < from || address >= to)
		return false;
	while (*line != '\0' && *line != '/')
		line++;
	while (*line != '\0' && used + 1 < PATH_ROOM) {
		/* How the kernel writes a newline in a name. */
		bool newline =
			line[0] == '\\' && line[1] == '0' && line[2] == '1' && line[3] == '2';
		path[used++] = newline ? '\n' : *line;
		line += newline ? 4 : 1;
	}
	path[used] = '\0';
	return true;
}

struct wanted {
	unsigned long address;
	char *path;
};

static void look_at_line(const char *line, const struct wanted *wanted, size_t count)
{
	for (size_t at = 0; at < count; at++)
		mapped_file(line, wanted[at].address, wanted[at].path);
}

/* One pass over the memory map; a path stays empty when /proc is missing. */
static void read_maps(const struct wanted *wanted, size_t count)
{
	/* Two of the kernel's longest lines. */
	static char buffer[2 * (PATH_ROOM + 128)];
	size_t held = 0;
	long got;
	long descriptor = sys_open("/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);

	if (descriptor < 0)
		return;
	while ((got = sys_read(descriptor, buffer + held, sizeof buffer - 1 - held)) > 0) {
		size_t start = 0;
		held += (size_t)got;
		for (size_t at = 0; at < held; at++) {
			if (buffer[at] != '\n')
				continue;
			buffer[at] = '\0';
			look_at_line(buffer + start, wanted, count);
			start = at + 1;
		}
		if (start == 0 && held == sizeof buffer - 1)
			break;
		for (size_t at = start; at < held; at++)
			buffer[at - start] = buffer[at];
		held -= start;
	}
	sys_close(descriptor);
}

/* Cut `path` at its last `/libexec/dynpk/`; false when it has none. */
static bool cut_to_top(char *path)
{
	static const char inner[] = "/libexec/dynpk/";
	for (size_t at = text_length(path); at-- > 0;) {
		size_t same = 0;
		while (inner[same] != '\0' && path[at + same] == inner[same])
			same++;
		if (inner[same] != '\0')
			continue;
		path[at > 0 ? at : 1] = '\0';
		return true;
	}
	return false;
}

static bool rules_path(const char *top, char *path)
{
	struct text text = {.bytes = path, .room = PATH_ROOM - 1};
	text_add(&text, text_equal(top, "/") ? "" : top);
	text_add(&text, rules_file);
	path[text.used] = '\0';
	return !text.cut;
}

/* Without /proc: the nearest directory above the program that looks like a bundle's top. */
static bool climb_to_top(char *path)
{
	static char rules[PATH_ROOM];
	struct stat facts;
	for (size_t at = text_length(path); at-- > 0;) {
		if (path[at] != '/')
			continue;
		path[at > 0 ? at : 1] = '\0';
		if (rules_path(path, rules) && sys_stat(rules, &facts) == 0)
			return true;
	}
	return false;
}

/* The kernel does not tell a newline from a name's own `\012`: only a path that is there counts. */
static void forget_unless_there(char *path)
{
	struct stat facts;
	if (path[0] != '/' || sys_stat(path, &facts) != 0)
		path[0] = '\0';
}

static bool find_top(struct start *start)
{
	static struct resolved_path resolved;
	const char *name = (const char *)auxiliary(AT_EXECFN);

	forget_unless_there(start->top);
	forget_unless_there(start->loader);
	forget_unless_there(start->program);
	if (start->program[0] == '\0' && name != NULL &&
	    resolve_path(name, &resolved, sys_readlink))
		text_copy(start->program, PATH_ROOM, resolved.bytes);
	if (cut_to_top(start->top))
		return true;
	text_copy(start->top, PATH_ROOM, start->program);
	return climb_to_top(start->top);
}

static const char *load_rules(struct start *start)
{
	static char bytes[RULES_ROOM + 1];
	static char path[PATH_ROOM];
	size_t length = 0;
	long descriptor, got;

	if (!rules_path(start->top, path))
		return "the bundle's path is too long";
	descriptor = sys_open(path, O_RDONLY | O_CLOEXEC, 0);
	if (descriptor < 0)
		return "audit.rules cannot be opened";
	while ((got = sys_read(descriptor, bytes + length, sizeof bytes - length)) > 0)
		length += (size_t)got;
	sys_close(descriptor);
	if (got < 0 || length > RULES_ROOM)
		return "audit.rules cannot be read or is too long";
	return read_rules(bytes, length, &start->rules);
}

const char *learn(struct start *start, const void *loader_code)
{
	const struct wanted wanted[] = {
		{(unsigned long)rules_file, start->top},
		{(unsigned long)loader_code, start->loader},
		{auxiliary(AT_PHDR), start->program},
	};
	const char *fault;
	struct stat facts;

	start->setting = variable("DYNPK_AUDIT");
	start->other_auditors = variable("LD_AUDIT");
	start->vdso = auxiliary(AT_SYSINFO_EHDR);
	read_maps(wanted, sizeof wanted / sizeof wanted[0]);
	if (!find_top(start))
		return "no bundle around the audit stub";
	if (sys_stat(start->top, &facts) != 0)
		return "the bundle cannot be read";
	start->top_device = facts.st_dev;
	start->top_inode = facts.st_ino;
	fault = load_rules(start);
	if (fault == NULL && start->rules.static_tls != NULL)
		take_back_tunable(start->rules.static_tls);
	return fault;
}
