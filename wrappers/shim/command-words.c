#include "command-words.h"
#include "base/text.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool ends_word(char c)
{
	return c == '\0' || is_blank(c) || c == '\n' || c == ';' || c == '|' || c == '&' ||
	       c == '(' || c == ')' || c == '<' || c == '>';
}

/* A word as the shell takes it. */
struct word {
	size_t length;
	/* Something of it has to be expanded first, or it has no room. */
	bool is_unknown;
	bool is_quoted;
	/* It sets a variable. */
	bool is_setting;
};

static void put(struct word *word, char *to, size_t room, char c)
{
	if (word->length + 1 < room)
		to[word->length++] = c;
	else
		word->is_unknown = true;
}

static const char *read_quoted(const char *at, struct word *word, char *to, size_t room)
{
	const char quote = *at++;

	word->is_quoted = true;
	for (; *at != quote && *at != '\0'; at++) {
		if (quote == '"' && (*at == '$' || *at == '`'))
			word->is_unknown = true;
		if (quote == '"' && *at == '\\' && at[1] != '\0')
			at++;
		put(word, to, room, *at);
	}
	return *at == '\0' ? at : at + 1;
}

static const char *read_word(const char *at, struct word *word, char *to, size_t room)
{
	*word = (struct word){ 0 };
	while (!ends_word(*at)) {
		if (*at == '\'' || *at == '"') {
			at = read_quoted(at, word, to, room);
			continue;
		}
		if (*at == '\\' && at[1] != '\0')
			at++;
		else if (*at == '$' || *at == '`' || *at == '*' || *at == '?' || *at == '[' ||
			 *at == '~')
			word->is_unknown = true;
		else if (*at == '=' && word->length > 0 && !word->is_quoted)
			word->is_setting = true;
		put(word, to, room, *at++);
	}
	if (room > 0)
		to[word->length] = '\0';
	return at;
}

/* Behind it stands a command. */
static const char *const openers[] = { "if", "then", "else", "elif",	"while", "until", "do",
				       "!",  "{",    "exec", "command", "eval",	 "time" };
/* No program, though there may be one of that name. */
static const char *const own[] = {
	"for",	   "case",    "esac",	"fi",	 "done",     "in",   "}",      ":",	   ".",
	"[",	   "alias",   "break",	"cd",	 "continue", "echo", "export", "exit",	   "false",
	"getopts", "hash",    "kill",	"local", "printf",   "pwd",  "read",   "readonly", "return",
	"set",	   "shift",   "source", "test",	 "times",    "trap", "true",   "type",	   "ulimit",
	"umask",   "unalias", "unset",	"wait",	 "[[",
};

static bool is_among(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++) {
		if (text_equal(words[i], word))
			return true;
	}
	return false;
}

#define IS_AMONG(words, word) is_among(words, sizeof(words) / sizeof((words)[0]), word)

/* Behind an operator like `2>&1` and its word; what `<<` begins is not read. */
static const char *skip_redirection(const char *at)
{
	struct word word;

	if (at[0] == '<' && at[1] == '<')
		return at + text_length(at);
	while (*at == '<' || *at == '>' || *at == '&' || *at == '|')
		at++;
	while (is_blank(*at))
		at++;
	return ends_word(*at) ? at : read_word(at, &word, NULL, 0);
}

static bool is_redirection(const char *at)
{
	return *at == '<' || *at == '>' || (at[0] == '&' && at[1] == '>');
}

/* To where the next command begins. */
static const char *skip_command(const char *at)
{
	struct word word;

	for (;;) {
		while (is_blank(*at))
			at++;
		if (is_redirection(at))
			at = skip_redirection(at);
		else if (ends_word(*at))
			return at;
		else
			at = read_word(at, &word, NULL, 0);
	}
}

/* The descriptor of a redirection. */
static bool is_number(const char *text)
{
	while (*text >= '0' && *text <= '9')
		text++;
	return *text == '\0';
}

bool next_command(const char **from, char *name, size_t room)
{
	const char *at = *from;

	for (;;) {
		struct word word;

		while (!is_redirection(at) && *at != '\0' && ends_word(*at))
			at++;
		if (*at == '#')
			while (*at != '\n' && *at != '\0')
				at++;
		if (*at == '\0')
			return false;
		if (is_redirection(at)) {
			at = skip_redirection(at);
			continue;
		}
		at = read_word(at, &word, name, room);
		if (word.is_setting || (is_redirection(at) && is_number(name)) ||
		    (!word.is_quoted && IS_AMONG(openers, name)) || word.length == 0)
			continue;
		at = skip_command(at);
		*from = at;
		if (!word.is_unknown && !IS_AMONG(own, name))
			return true;
	}
}
