#include "mountinfo.h"

/* Behind ID, parent, device and root. */
enum { FIELDS_BEFORE_PLACE = 4 };

static bool is_octal(const char *text)
{
	for (int i = 0; i < 3; i++) {
		if (text[i] < '0' || text[i] > '7')
			return false;
	}
	return true;
}

/* Blanks, newlines and backslashes are written `\ooo` (fs/proc_namespace.c, mangle). */
static const char *read_place(const char *at, char *place, size_t size)
{
	size_t length = 0;

	while (*at != ' ' && *at != '\n' && *at != '\0') {
		char byte = *at++;

		if (byte == '\\' && is_octal(at)) {
			byte = (char)((at[0] - '0') << 6 | (at[1] - '0') << 3 | (at[2] - '0'));
			at += 3;
		}
		if (length + 1 < size)
			place[length++] = byte;
	}
	place[length] = '\0';
	return at;
}

bool next_mount(const char **text, char *place, size_t size)
{
	const char *at = *text;

	for (int fields = 0; fields < FIELDS_BEFORE_PLACE; at++) {
		if (*at == '\0' || *at == '\n')
			return false;
		fields += *at == ' ';
	}
	at = read_place(at, place, size);
	while (*at != '\n' && *at != '\0')
		at++;
	if (*at == '\0')
		return false;
	*text = at + 1;
	return true;
}
