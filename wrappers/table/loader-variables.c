#include "loader-variables.h"
#include "base/text.h"
#include "base/variables.h"

/* Stands in for the first letter of a hidden variable's name. */
enum { HIDDEN_LETTER = 1 };

/*
 * Those that change which code a loader runs or where it writes. LD_DEBUG, LD_BIND_NOW, MALLOC_*
 * and GLIBC_TUNABLES stay: a user who sets them for a packed program means it.
 */
bool acts_on_loader(const char *entry)
{
	static const char names[][24] = {
		"LD_PRELOAD",	 "LD_AUDIT",   "LD_LIBRARY_PATH",  "LD_ORIGIN_PATH",
		"LD_HWCAP_MASK", "LD_PROFILE", "LD_ASSUME_KERNEL", "LD_DYNAMIC_WEAK",
	};

	if (entry[0] != 'L')
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (value_of(entry, names[i]) != NULL)
			return true;
	}
	return false;
}

static bool are_tunables(const char *entry)
{
	return value_of(entry, "GLIBC_TUNABLES") != NULL;
}

void hide_loader_variables(char **first, char **end, bool with_tunables)
{
	for (; first < end; first++) {
		if (acts_on_loader(*first) || (with_tunables && are_tunables(*first)))
			(*first)[0] = HIDDEN_LETTER;
	}
}

void uncover_loader_variables(char **environment)
{
	for (; *environment != NULL; environment++) {
		char *text = *environment;

		if (text[0] != HIDDEN_LETTER)
			continue;
		text[0] = text[1] == 'L' ? 'G' : 'L';
		if (!acts_on_loader(text) && !are_tunables(text))
			text[0] = HIDDEN_LETTER;
	}
}

enum audit_mark take_audit_mark(char **environment)
{
	enum audit_mark mark;

	while (*environment != NULL && text_behind(*environment, AUDIT_MARK) == NULL)
		environment++;
	if (*environment == NULL)
		return NO_AUDIT_MARK;
	mark = text_equal(*environment, AUDIT_OBJECTS_MARK) ? MARKS_AUDIT_OF_OBJECTS : MARKS_AUDIT;
	for (; *environment != NULL; environment++)
		environment[0] = environment[1];
	return mark;
}
