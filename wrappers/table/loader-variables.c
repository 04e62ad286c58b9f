#include "loader-variables.h"
#include "base/text.h"
#include "base/variables.h"

/* Stands in for the first letter of a hidden variable's name. */
enum { HIDDEN_LETTER = 1 };

/*
 * Those that change which code a loader runs or where it writes. LD_DEBUG, LD_BIND_NOW and
 * MALLOC_* stay: a user who sets them for a packed program means it.
 */
bool acts_on_loader(const char *entry)
{
	static const char names[][24] = {
		"LD_PRELOAD",	    "LD_AUDIT",	       "LD_LIBRARY_PATH",
		"LD_ORIGIN_PATH",   "LD_HWCAP_MASK",   "LD_PROFILE",
		"LD_ASSUME_KERNEL", "LD_DYNAMIC_WEAK", "GLIBC_TUNABLES",
	};

	if (entry[0] != 'L' && entry[0] != 'G')
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (value_of(entry, names[i]) != NULL)
			return true;
	}
	return false;
}

void hide_loader_variables(char **first, char **end)
{
	for (; first < end; first++) {
		if (acts_on_loader(*first))
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
		if (!acts_on_loader(text))
			text[0] = HIDDEN_LETTER;
	}
}

bool take_audit_mark(char **environment)
{
	while (*environment != NULL && !text_equal(*environment, AUDIT_MARK))
		environment++;
	if (*environment == NULL)
		return false;
	for (; *environment != NULL; environment++)
		environment[0] = environment[1];
	return true;
}
