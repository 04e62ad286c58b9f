/*
 * Words expanded as a shell would. glibc matches their patterns past the calls it exports: it is
 * given words whose wildcards look like letters, and what it makes of them is matched here. musl
 * has the host's shell do all of it, and glibc its commands: what those see is the host's.
 */
#include "base/memory.h"
#include "base/text.h"
#include "patterns.h"
#include "symbols.h"
#include "view.h"

/* wordexp_t. */
struct words {
	size_t count;
	char **words;
	size_t offset;
};

enum { WORDS_ADDED = 2, WORDS_FAILED_SPACE = 1 };

INTERPOSE(int, wordexp, const char *text, struct words *words, int flags);
extern int glob(const char *pattern, int flags, glob_error *on_error, void *found);
extern void globfree(void *found);
BORROW(void *, malloc, size_t size);
BORROW(void *, realloc, void *block, size_t size);
BORROW(void, free, void *block);

/* Stand for the wildcards in this order; no name that people use holds them. */
static const char wildcards[] = "*?[";
enum { FIRST_MARK = 1, LAST_MARK = 3 };

static char mark_of(char c)
{
	for (int i = 0; wildcards[i] != '\0'; i++) {
		if (wildcards[i] == c)
			return (char)(FIRST_MARK + i);
	}
	return c;
}

static bool is_mark(char c)
{
	return c >= FIRST_MARK && c <= LAST_MARK;
}

static bool is_of_name(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

/* Whether `text` begins with a command, or with more of a variable than its name. */
static bool is_involved(const char *text)
{
	if (text[0] != '$')
		return text[0] == '`';
	if (text[1] != '{')
		return text[1] == '(';
	for (text += 2; is_of_name(*text); text++)
		;
	return *text != '}';
}

/*
 * Write `text` with its unquoted wildcards marked; false where there is none, or where it is hard
 * to tell which they are.
 */
static bool mark_wildcards(const char *text, char *to)
{
	char quote = '\0';
	bool is_marked = false;

	for (; *text != '\0'; text++) {
		const char c = *text;

		if (is_mark(c) || (quote != '\'' && is_involved(text)))
			return false;
		if (c == quote)
			quote = '\0';
		else if (quote == '\0' && (c == '\'' || c == '"'))
			quote = c;
		*to = quote == '\0' ? mark_of(c) : c;
		is_marked |= *to++ != c;
		if (c == '\\' && quote != '\'' && text[1] != '\0')
			*to++ = *++text;
	}
	*to = '\0';
	return is_marked;
}

static bool unmark(char *word)
{
	bool is_marked = false;

	for (; *word != '\0'; word++) {
		is_marked |= is_mark(*word);
		if (is_mark(*word))
			*word = wildcards[*word - FIRST_MARK];
	}
	return is_marked;
}

/* Put what the word at `index` matches in its place; returns how many that are, 0 without memory.
 */
static size_t replace_word(struct words *words, size_t index, struct glob *found)
{
	const size_t more = found->count - 1;
	const size_t slots = words->offset + words->count + more + 1;
	char **all = BORROWED(realloc)(words->words, slots * sizeof(*all));
	char **at;

	if (all == NULL)
		return 0;
	words->words = all;
	at = all + words->offset + index;
	memmove(at + found->count, at + 1, (words->count - index) * sizeof(*at));
	BORROWED(free)(*at);
	words->count += more;
	for (size_t i = 0; i < found->count; i++) {
		at[i] = found->paths[i];
		found->paths[i] = NULL;
	}
	return found->count;
}

static int match_words(struct words *words, size_t first)
{
	for (size_t i = first; i < words->count;) {
		/* As large as the C library's. */
		union {
			struct glob found;
			char room[128];
		} matched = { 0 };
		char *word = words->words[words->offset + i];
		size_t count = 1;

		if (unmark(word)) {
			if (glob(word, GLOB_PATTERN_IF_NONE, NULL, &matched) != 0)
				return WORDS_FAILED_SPACE;
			count = replace_word(words, i, &matched.found);
			globfree(&matched);
		}
		if (count == 0)
			return WORDS_FAILED_SPACE;
		i += count;
	}
	return 0;
}

int wordexp(const char *text, struct words *words, int flags)
{
	const size_t first = (flags & WORDS_ADDED) != 0 ? words->count : 0;
	char *marked =
		view() == NULL || !is_glibc() ? NULL : BORROWED(malloc)(text_length(text) + 1);
	int result;

	if (marked == NULL || !mark_wildcards(text, marked)) {
		BORROWED(free)(marked);
		return REAL(wordexp)(text, words, flags);
	}
	result = REAL(wordexp)(marked, words, flags);
	BORROWED(free)(marked);
	return result == 0 ? match_words(words, first) : result;
}
