/*
 * Replies of the name cache daemon, version 2 of its protocol (nscd/nscd-client.h of glibc): a
 * header of 32-bit words in the machine's order, then strings whose lengths it tells, NUL included.
 */
#include "read.h"

enum { VERSION = 2 };

struct reader {
	const char *from;
	size_t left;
};

static bool take(struct reader *reader, void *to, size_t count)
{
	char *bytes = to;

	if (count > reader->left)
		return false;
	for (size_t i = 0; i < count; i++)
		bytes[i] = reader->from[i];
	reader->from += count;
	reader->left -= count;
	return true;
}

/* Words below zero are refused with all others that are larger than what is there. */
static bool take_text(struct reader *reader, uint32_t length, struct answer *answer)
{
	if (length == 0 || length > reader->left || reader->from[length - 1] != '\0' ||
	    !add_text(answer, reader->from, length - 1))
		return false;
	reader->from += length;
	reader->left -= length;
	return true;
}

static bool read_user(struct reader *reader, struct answer *answer)
{
	/* Lengths of name and password, the two numbers, lengths of gecos, directory and shell. */
	uint32_t words[7];

	if (!take(reader, words, sizeof(words)))
		return false;
	answer->id = words[2];
	answer->group = words[3];
	return words[0] > 1 && take_text(reader, words[0], answer) &&
	       take_text(reader, words[1], answer) && take_text(reader, words[4], answer) &&
	       take_text(reader, words[5], answer) && take_text(reader, words[6], answer);
}

static bool read_group(struct reader *reader, struct answer *answer)
{
	/* Lengths of name and password, the number, how many members. */
	uint32_t words[4];
	struct reader lengths;

	if (!take(reader, words, sizeof(words)) || words[3] > reader->left / sizeof(uint32_t))
		return false;
	lengths = (struct reader){ reader->from, words[3] * sizeof(uint32_t) };
	reader->from += lengths.left;
	reader->left -= lengths.left;
	answer->id = words[2];
	answer->count = words[3];
	if (words[0] <= 1 || !take_text(reader, words[0], answer) ||
	    !take_text(reader, words[1], answer))
		return false;
	for (uint32_t i = 0; i < answer->count; i++) {
		uint32_t length;

		if (!take(&lengths, &length, sizeof(length)) || !take_text(reader, length, answer))
			return false;
	}
	return true;
}

static bool read_groups_of_user(struct reader *reader, struct answer *answer)
{
	if (!take(reader, &answer->count, sizeof(answer->count)) ||
	    answer->count > reader->left / sizeof(uint32_t) ||
	    !add_bytes(answer, reader->from, answer->count * sizeof(uint32_t)))
		return false;
	reader->left -= answer->count * sizeof(uint32_t);
	return true;
}

bool nscd_request(const struct question *question, uint32_t *number)
{
	switch (question->subject) {
	case USER_BY_NAME:
		*number = 0;
		return true;
	case USER_BY_ID:
		*number = 1;
		return true;
	case GROUP_BY_NAME:
		*number = 2;
		return true;
	case GROUP_BY_ID:
		*number = 3;
		return true;
	case GROUPS_OF_USER:
		*number = 15;
		return true;
	case ADDRESSES_OF_HOST:
	case NAMES_OF_ADDRESS:
	default:
		return false;
	}
}

static bool read_body(const struct question *question, struct reader *reader, struct answer *answer)
{
	switch (question->subject) {
	case USER_BY_NAME:
		return read_user(reader, answer);
	case USER_BY_ID:
		return read_user(reader, answer) && answer->id == question->id;
	case GROUP_BY_NAME:
		return read_group(reader, answer);
	case GROUP_BY_ID:
		return read_group(reader, answer) && answer->id == question->id;
	case GROUPS_OF_USER:
		return read_groups_of_user(reader, answer);
	case ADDRESSES_OF_HOST:
	case NAMES_OF_ADDRESS:
	default:
		return false;
	}
}

enum verdict read_nscd(const struct question *question, const char *reply, size_t size,
		       struct answer *answer)
{
	struct reader reader = { reply, size };
	struct {
		int32_t version;
		int32_t found;
	} header;

	begin_answer(answer);
	/* -1: it serves this database to nobody. */
	if (!take(&reader, &header, sizeof(header)) || header.version != VERSION ||
	    header.found < 0 || header.found > 1)
		return UNANSWERED;
	if (header.found == 0)
		return ABSENT;
	if (!read_body(question, &reader, answer) || reader.left > 0)
		return UNANSWERED;
	return question->subject == GROUPS_OF_USER && answer->count == 0 ? ABSENT : FOUND;
}
