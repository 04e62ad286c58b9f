#include "start.h"
#include "syscalls.h"
#include "text.h"

#include <link.h>

/* Beside the stub; written when the bundle is made. */
static const char rules_file[] = "/libexec/dynpk/audit.rules";

static HOT char **environment;

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
	char path[PATH_ROOM];
};

/* One pass over the memory map; a path stays empty when /proc is missing. */
static void read_maps(struct wanted *wanted, size_t count)
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
			for (size_t each = 0; each < count; each++)
				mapped_file(buffer + start, wanted[each].address,
					    wanted[each].path);
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

/* The kernel does not tell a newline from a name's own `\012`: only a path that is there counts. */
static const char *path_if_there(const char *path)
{
	struct stat facts;
	return path[0] == '/' && sys_stat(path, &facts) == 0 ? path : NULL;
}

void learn_mapped_files(struct start *start, const void *loader_code)
{
	static struct wanted wanted[2];
	const char *found;

	wanted[0].address = (unsigned long)loader_code;
	wanted[1].address = auxiliary(AT_PHDR);
	read_maps(wanted, 2);
	if ((found = path_if_there(wanted[0].path)) != NULL)
		start->loader = found;
	if ((found = path_if_there(wanted[1].path)) != NULL)
		start->program = found;
}

/* Where this very file is mapped: a constant lies in it. */
static const char *own_path(void)
{
	static struct wanted own;
	own.address = (unsigned long)rules_file;
	read_maps(&own, 1);
	return path_if_there(own.path);
}

/* Paths, then rules, one behind the other: for most bundles they fit in one page. */
static char memory[2 * PATH_ROOM + sizeof rules_file + RULES_ROOM + 1];
static HOT size_t memory_used;

/* What the user lets in besides, split at colons, becomes lines like those of the file. */
static size_t add_allowed(char *bytes, size_t size)
{
	const char *value = variable("DYNPK_AUDIT_ALLOW");
	struct text text = {.bytes = bytes, .used = size, .room = RULES_ROOM};

	if (value == NULL || size == 0 || bytes[size - 1] != '\n')
		return size;
	while (*value != '\0') {
		char byte[2] = "";
		if (*value != ':')
			text_add(&text, RULE_ALLOW);
		for (; *value != '\0' && *value != ':'; value++) {
			byte[0] = *value;
			text_add(&text, byte);
		}
		if (byte[0] != '\0')
			text_add(&text, "\n");
		if (*value == ':')
			value++;
	}
	return text.cut ? RULES_ROOM + 1 : text.used;
}

/* Read the rules of the bundle whose top is the first `length` bytes of `path`. */
static const char *load_rules(struct start *start, const char *path, size_t length)
{
	char *name = memory + memory_used;
	struct text text = {.bytes = name, .room = PATH_ROOM + sizeof rules_file};
	char *bytes;
	size_t size = 0;
	long descriptor, got;

	for (size_t at = 0; at < length; at++)
		text.bytes[text.used++] = path[at];
	text_add(&text, rules_file);
	name[text.used] = '\0';
	descriptor = sys_open(name, O_RDONLY | O_CLOEXEC, 0);
	if (descriptor < 0)
		return "audit.rules cannot be opened";
	memory_used += text.used + 1;
	bytes = memory + memory_used;
	while ((got = sys_read(descriptor, bytes + size, RULES_ROOM + 1 - size)) > 0)
		size += (size_t)got;
	sys_close(descriptor);
	if (got == 0 && size <= RULES_ROOM)
		size = add_allowed(bytes, size);
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
	for (size_t at = text_length(path); at-- > 0 && start->top == NULL;)
		if (path[at] == '/')
			fault = load_rules(start, path, at);
	return start->top == NULL ? "audit.rules cannot be opened" : fault;
}

/* Where the last `/libexec/dynpk/` of `path` begins; false when it has none. */
static bool find_top(const char *path, size_t *length)
{
	static const char inner[] = "/libexec/dynpk/";
	for (size_t at = text_length(path); at-- > 0;) {
		size_t same = 0;
		while (inner[same] != '\0' && path[at + same] == inner[same])
			same++;
		*length = at;
		if (inner[same] == '\0')
			return true;
	}
	return false;
}

/*
 * The bundle is the one that the executed file lies in. That is the loader, in its own place, or a
 * launcher that mapped the loader. Only where LD_AUDIT named the stub, for a program of anywhere,
 * or where /proc is missing, something else has to tell.
 */
static const char *find_rules(struct start *start)
{
	char *executed = memory;
	long got = sys_readlink("/proc/self/exe", executed, PATH_ROOM - 1);
	const char *path = executed;
	size_t length;

	executed[got > 0 ? got : 0] = '\0';
	if (start->other_auditors != NULL)
		path = own_path();
	else if (got <= 0)
		path = start->program;
	if (path == NULL)
		return "no bundle around the audit stub";
	if (path == executed)
		memory_used = (size_t)got + 1;
	if (!find_top(path, &length))
		return load_rules_above(start, path);
	if (path == executed)
		start->loader = executed;
	return load_rules(start, path, length);
}

const char *learn(struct start *start)
{
	const char *fault, *size;
	struct stat facts;

	start->setting = variable("DYNPK_AUDIT");
	start->other_auditors = variable("LD_AUDIT");
	start->vdso = auxiliary(AT_SYSINFO_EHDR);
	start->program = (const char *)auxiliary(AT_EXECFN);
	if (start->program == NULL)
		return "the program has no name";
	fault = find_rules(start);
	if (fault != NULL)
		return fault;
	if (sys_stat(start->top, &facts) != 0)
		return "the bundle cannot be read";
	start->top_device = facts.st_dev;
	start->top_inode = facts.st_ino;
	size = next_value(&start->rules, RULE_STATIC_TLS, NULL);
	if (size != NULL)
		take_back_tunable(size);
	return NULL;
}
