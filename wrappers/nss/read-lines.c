/*
 * Lines of getent(1): those of /etc/passwd and /etc/group, and three forms of its own.
 *
 * One question is answered by one line, but for `ahosts`, which has one for each address and kind
 * of socket.
 */
#include "base/text.h"
#include "read.h"

enum { ADDRESS_LIMIT = 64 };

struct span {
	const char *from;
	size_t length;
};

/* Cut off what comes before the next `mark`; what is behind it stays. False where there is none. */
static bool cut(struct span *rest, char mark, struct span *part)
{
	for (size_t i = 0; i < rest->length; i++) {
		if (rest->from[i] != mark)
			continue;
		*part = (struct span){ rest->from, i };
		*rest = (struct span){ rest->from + i + 1, rest->length - i - 1 };
		return true;
	}
	return false;
}

/* Cut off the next word; false where there is none. */
static bool cut_word(struct span *rest, struct span *word)
{
	size_t start = 0, end;

	while (start < rest->length && rest->from[start] == ' ')
		start++;
	for (end = start; end < rest->length && rest->from[end] != ' ';)
		end++;
	*word = (struct span){ rest->from + start, end - start };
	*rest = (struct span){ rest->from + end, rest->length - end };
	return end > start;
}

static bool add_span(struct answer *answer, struct span span)
{
	return add_text(answer, span.from, span.length);
}

static bool read_user(struct span line, struct answer *answer)
{
	struct span name, password, id, group, gecos, directory;

	return cut(&line, ':', &name) && cut(&line, ':', &password) && cut(&line, ':', &id) &&
	       cut(&line, ':', &group) && cut(&line, ':', &gecos) && cut(&line, ':', &directory) &&
	       name.length > 0 && read_number(id.from, id.length, &answer->id) &&
	       read_number(group.from, group.length, &answer->group) && add_span(answer, name) &&
	       add_span(answer, password) && add_span(answer, gecos) &&
	       add_span(answer, directory) && add_span(answer, line);
}

static bool read_group(struct span line, struct answer *answer)
{
	struct span name, password, id, member;

	if (!cut(&line, ':', &name) || !cut(&line, ':', &password) || !cut(&line, ':', &id) ||
	    name.length == 0 || !read_number(id.from, id.length, &answer->id) ||
	    !add_span(answer, name) || !add_span(answer, password))
		return false;
	while (line.length > 0) {
		if (!cut(&line, ',', &member)) {
			member = line;
			line.length = 0;
		}
		if (member.length == 0)
			continue;
		if (!add_span(answer, member))
			return false;
		answer->count++;
	}
	return true;
}

/* `user      4 20 27`: the name as it was asked for, blanks in it included. */
static bool read_groups_of_user(const struct question *question, struct span line,
				struct answer *answer)
{
	struct span word;
	uint32_t group;

	if (line.length < question->length ||
	    !bytes_equal(line.from, question->text, question->length))
		return false;
	line = (struct span){ line.from + question->length, line.length - question->length };
	if (line.length > 0 && line.from[0] != ' ')
		return false;
	while (cut_word(&line, &word)) {
		if (!read_number(word.from, word.length, &group) ||
		    !add_bytes(answer, &group, sizeof(group)))
			return false;
		answer->count++;
	}
	return true;
}

static bool is_known(const struct answer *answer, size_t start, const struct address *address)
{
	for (size_t at = start; at < answer->size; at += sizeof(*address)) {
		if (bytes_equal(answer->bytes + at, address, sizeof(*address)))
			return true;
	}
	return false;
}

/* `192.0.2.1       STREAM name`, the name in the first line alone. */
static bool read_addresses(const struct question *question, struct span lines,
			   struct answer *answer)
{
	struct span line;
	size_t start = 0;

	while (cut(&lines, '\n', &line)) {
		struct span word, kind, name = { question->text, question->length };
		struct address address;

		if (!cut_word(&line, &word) || !cut_word(&line, &kind) ||
		    !read_address(word.from, word.length, &address))
			return false;
		if (start == 0) {
			cut_word(&line, &word);
			if (!add_span(answer, word.length > 0 ? word : name))
				return false;
			start = answer->size;
		}
		if (answer->count == ADDRESS_LIMIT || is_known(answer, start, &address))
			continue;
		if (!add_bytes(answer, &address, sizeof(address)))
			return false;
		answer->count++;
	}
	return answer->count > 0;
}

/* `192.0.2.1       name other names` */
static bool read_names(struct span line, struct answer *answer)
{
	struct span word;

	if (!cut_word(&line, &word))
		return false;
	while (cut_word(&line, &word)) {
		if (!add_span(answer, word))
			return false;
		answer->count++;
	}
	return answer->count > 0;
}

static bool read_line(const struct question *question, struct span line, struct answer *answer)
{
	switch (question->subject) {
	case USER_BY_NAME:
		return read_user(line, answer);
	case USER_BY_ID:
		return read_user(line, answer) && answer->id == question->id;
	case GROUP_BY_NAME:
		return read_group(line, answer);
	case GROUP_BY_ID:
		return read_group(line, answer) && answer->id == question->id;
	case GROUPS_OF_USER:
		return read_groups_of_user(question, line, answer);
	case NAMES_OF_ADDRESS:
		return read_names(line, answer);
	case ADDRESSES_OF_HOST:
	default:
		return false;
	}
}

enum verdict read_lines(const struct question *question, const char *reply, size_t size,
			struct answer *answer)
{
	struct span rest = { reply, size }, line;

	begin_answer(answer);
	for (size_t i = 0; i < size; i++) {
		if (reply[i] == '\0')
			return UNANSWERED;
	}
	if (question->subject == ADDRESSES_OF_HOST)
		return read_addresses(question, rest, answer) ? FOUND : UNANSWERED;
	if (!cut(&rest, '\n', &line) || rest.length > 0 || !read_line(question, line, answer))
		return UNANSWERED;
	/* getent says so of a user that it does not know at all. */
	return question->subject == GROUPS_OF_USER && answer->count == 0 ? ABSENT : FOUND;
}
