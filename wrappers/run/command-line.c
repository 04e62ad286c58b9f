#include "command-line.h"
#include "base/text.h"
#include <stdbool.h>

static const char family[] = "--dynpk-";

struct option {
	const char *name;
	bool has_value;
	enum errand errand;
};

static const struct option options[] = {
	{ "program", true, START_PROGRAM },   { "cache", true, START_PROGRAM },
	{ "extract", true, EXTRACT },	      { "list", false, LIST_PROGRAMS },
	{ "verify", false, VERIFY },	      { "help", false, SHOW_HELP },
	{ "licences", false, SHOW_LICENCES }, { "host", false, TELL_HOST },
};

/* The option that a word names, and its value behind `=`, or NULL. */
static const struct option *find_option(const char *word, const char **value)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		const char *rest = text_behind(word, options[i].name);

		if (rest != NULL && (*rest == '\0' || *rest == '=')) {
			*value = *rest == '=' ? rest + 1 : NULL;
			return &options[i];
		}
	}
	return NULL;
}

static void keep(struct command_line *line, const struct option *option, const char *value)
{
	if (option->errand != START_PROGRAM)
		line->errand = option->errand;
	if (option->errand == EXTRACT)
		line->directory = value;
	else if (option->has_value && option->name[0] == 'p')
		line->program = value;
	else if (option->has_value)
		line->cache = value;
}

static bool refuse(struct command_line *line, const char *word, const char *wrong)
{
	line->word = word;
	line->wrong = wrong;
	return false;
}

/* One option, with the word behind it where that is its value. */
static bool read_option(struct command_line *line, size_t argc, char *const *argv)
{
	const char *word = argv[line->words++];
	const char *value = NULL;
	const struct option *option = find_option(text_behind(word, family), &value);

	if (option == NULL)
		return refuse(line, word, " is no option: --dynpk-help lists them");
	if (!option->has_value && value != NULL)
		return refuse(line, word, " takes no value");
	if (option->has_value && value == NULL && line->words < argc)
		value = argv[line->words++];
	if (option->has_value && (value == NULL || value[0] == '\0'))
		return refuse(line, word, " needs a value");
	keep(line, option, value);
	if (line->program != NULL && text_contains_any(line->program, "/"))
		return refuse(line, line->program,
			      " is no name of a program: --dynpk-list lists them");
	return true;
}

void read_command_line(struct command_line *line, size_t argc, char *const *argv)
{
	*line = (struct command_line){ .words = argc == 0 ? 0 : 1 };
	while (line->words < argc && text_starts_with(argv[line->words], family)) {
		if (!read_option(line, argc, argv))
			return;
	}
}
