#include "base/variables.h"

extern inline const char *value_of(const char *entry, const char *name);

const char *find_value(char *const *environment, const char *name)
{
	for (; *environment != NULL; environment++) {
		const char *value = value_of(*environment, name);

		if (value != NULL)
			return value;
	}
	return NULL;
}
