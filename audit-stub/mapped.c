#include "mapped.h"
#include "base/file.h"

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
	while (*line != '\0' && used + 1 < PATH_MAX) {
		/* How the kernel writes a newline in a name. */
		bool newline =
			line[0] == '\\' && line[1] == '0' && line[2] == '1' && line[3] == '2';
		path[used++] = newline ? '\n' : *line;
		line += newline ? 4 : 1;
	}
	path[used] = '\0';
	return true;
}

void find_mapped(struct mapped *mapped, size_t count)
{
	/* Two of the kernel's longest lines. */
	static char buffer[2 * (PATH_MAX + 128)];
	size_t held = 0;
	long got;
	long descriptor = sys_open("/proc/self/maps", O_RDONLY | O_CLOEXEC);

	if (descriptor < 0)
		return;
	while ((got = sys_read((int)descriptor, buffer + held, sizeof(buffer) - 1 - held)) > 0) {
		size_t start = 0;
		held += (size_t)got;
		for (size_t at = 0; at < held; at++) {
			if (buffer[at] != '\n')
				continue;
			buffer[at] = '\0';
			for (size_t each = 0; each < count; each++)
				mapped_file(buffer + start, mapped[each].address,
					    mapped[each].path);
			start = at + 1;
		}
		if (start == 0 && held == sizeof(buffer) - 1)
			break;
		for (size_t at = start; at < held; at++)
			buffer[at - start] = buffer[at];
		held -= start;
	}
	sys_close((int)descriptor);
}
