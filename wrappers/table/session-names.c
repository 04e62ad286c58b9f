#include "session-names.h"
#include "base/text.h"
#include "base/variables.h"

bool is_session_changed(char *const *environment)
{
	for (; *environment != NULL; environment++) {
		if (text_starts_with(*environment, ASIDE_PREFIX))
			return true;
	}
	return false;
}

/* Whether the elements of a list are some of those of another, in their order. */
static bool is_part_of(const char *list, const char *whole)
{
	while (true) {
		size_t length = 0;

		while (list[length] != ':' && list[length] != '\0')
			length++;
		for (;;) {
			size_t other = 0;

			while (whole[other] != ':' && whole[other] != '\0')
				other++;
			const bool is_same = other == length && bytes_equal(list, whole, length);

			if (whole[other] == '\0' && !is_same)
				return false;
			whole += other + (whole[other] != '\0');
			if (is_same)
				break;
		}
		if (list[length] == '\0')
			return true;
		list += length + 1;
	}
}

/* The entry of `environment` that sets what `entry` sets, under its name or behind the prefix. */
static const char *find_other(const char *entry, char *const *environment, bool is_aside)
{
	for (; *environment != NULL; environment++) {
		const char *other =
			is_aside ? text_behind(*environment, ASIDE_PREFIX) : *environment;
		size_t i = 0;

		if (other == NULL)
			continue;
		while (other[i] == entry[i] && entry[i] != '=' && entry[i] != '\0')
			i++;
		if (other[i] == '=' && entry[i] == '=')
			return other;
	}
	return NULL;
}

/* The value. */
static const char *behind_name(const char *entry)
{
	while (*entry != '=' && *entry != '\0')
		entry++;
	return *entry == '=' ? entry + 1 : entry;
}

const char *give_session_back(const char *entry, char *const *environment)
{
	const char *whole = text_behind(entry, ASIDE_PREFIX);
	const char *other = find_other(whole == NULL ? entry : whole, environment, whole == NULL);
	const char *list = whole == NULL ? entry : other;

	if (whole == NULL)
		whole = other;
	/* Nothing was set aside, or the program has none of its own. */
	if (whole == NULL)
		return entry;
	if (list == NULL)
		return whole;
	if (list == entry)
		return is_part_of(behind_name(list), behind_name(whole)) ? NULL : entry;
	return is_part_of(behind_name(list), behind_name(whole)) ? whole : NULL;
}
