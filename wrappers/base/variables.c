#include "base/variables.h"
#include "base/text.h"

const char *value_of(const char *entry, const char *name)
{
	const char *rest = text_behind(entry, name);

	return rest != NULL && *rest == '=' ? rest + 1 : NULL;
}

const char *find_value(char *const *environment, const char *name)
{
	for (; *environment != NULL; environment++) {
		const char *value = value_of(*environment, name);

		if (value != NULL)
			return value;
	}
	return NULL;
}
