#include <string.h>

#include "fuzz.h"
#include "launcher/object.h"

/* Every text is read to its end, and every version looked for among its own. */
bool try_object(const unsigned char *bytes, size_t size)
{
	struct needed_version version = { 0 };
	struct object object;
	const char *name;
	size_t length = 0;
	size_t steps = 0;
	size_t at = 0;

	if (read_object(&object, bytes, size) != NULL)
		return false;
	while ((name = next_needed(&object, &at)) != NULL)
		length += strlen(name);
	if ((name = run_path_of(&object)) != NULL)
		length += strlen(name);
	/* A damaged list may be long: it ends all the same, but not while anybody waits. */
	while (steps++ < 1000 && next_version(&object, &version)) {
		length += strlen(version.file) + strlen(version.name);
		length += defines_version(&object, version.name);
	}
	require(length < (size_t)-1, "texts have no end");
	return true;
}
