#include "programs.h"
#include "base/variables.h"

void tell_programs(struct telling *telling, const char *name, char *const *environment,
		   const char *const *programs)
{
	char path[PATH_MAX], target[PATH_MAX];

	open_list(telling, name);
	for (; *programs != NULL; programs++) {
		if (!find_program(environment, *programs, path))
			continue;
		resolve(path, target);
		open_record(telling, NULL);
		tell_text(telling, "name", *programs);
		tell_text(telling, "path", path);
		/* Such as mpirun.openmpi. */
		tell_text(telling, "target", target);
		close_record(telling);
	}
	close_list(telling);
}

void tell_names(struct telling *telling, const char *name, const struct names *names)
{
	if (names->is_cut)
		note_untold(telling, name, "there are more");
	open_list_of_texts(telling, name);
	for (unsigned i = 0; i < names->count; i++)
		tell_text(telling, NULL, names->list[i]);
	close_list(telling);
}

const char *find_set(char *const *environment, const char *name)
{
	const char *value = find_value(environment, name);

	return value == NULL || value[0] == '\0' ? NULL : value;
}
