/*
 * Bodies of SSSD's replies (src/sss_client of SSSD): how many results and a reserved word, then one
 * result: numbers as 32-bit words in the machine's order, and strings that end with NUL.
 */
#include "read.h"

struct reader {
	const char *from;
	size_t left;
};

static bool take_word(struct reader *reader, uint32_t *word)
{
	char *bytes = (char *)word;

	if (reader->left < sizeof(*word))
		return false;
	for (size_t i = 0; i < sizeof(*word); i++)
		bytes[i] = reader->from[i];
	reader->from += sizeof(*word);
	reader->left -= sizeof(*word);
	return true;
}

static bool take_text(struct reader *reader, struct answer *answer)
{
	size_t length = 0;

	while (length < reader->left && reader->from[length] != '\0')
		length++;
	if (length == reader->left || !add_text(answer, reader->from, length))
		return false;
	reader->from += length + 1;
	reader->left -= length + 1;
	return true;
}

static bool read_user(struct reader *reader, struct answer *answer)
{
	if (!take_word(reader, &answer->id) || !take_word(reader, &answer->group))
		return false;
	for (int i = 0; i < 5; i++) {
		if (!take_text(reader, answer))
			return false;
	}
	return answer->bytes[0] != '\0';
}

static bool read_group(struct reader *reader, struct answer *answer)
{
	/* Each member is a byte at least. */
	if (!take_word(reader, &answer->id) || !take_word(reader, &answer->count) ||
	    answer->count > reader->left || !take_text(reader, answer) ||
	    !take_text(reader, answer))
		return false;
	for (uint32_t i = 0; i < answer->count; i++) {
		if (!take_text(reader, answer))
			return false;
	}
	return answer->bytes[0] != '\0';
}

static bool read_groups_of_user(struct reader *reader, uint32_t count, struct answer *answer)
{
	if (count > reader->left / sizeof(uint32_t) ||
	    !add_bytes(answer, reader->from, count * sizeof(uint32_t)))
		return false;
	reader->left -= count * sizeof(uint32_t);
	answer->count = count;
	return true;
}

bool sssd_command(const struct question *question, uint32_t *number)
{
	switch (question->subject) {
	case USER_BY_NAME:
		*number = 0x11;
		return true;
	case USER_BY_ID:
		*number = 0x12;
		return true;
	case GROUP_BY_NAME:
		*number = 0x21;
		return true;
	case GROUP_BY_ID:
		*number = 0x22;
		return true;
	case GROUPS_OF_USER:
		*number = 0x26;
		return true;
	case ADDRESSES_OF_HOST:
	case NAMES_OF_ADDRESS:
	default:
		return false;
	}
}

static bool read_result(const struct question *question, struct reader *reader, uint32_t count,
			struct answer *answer)
{
	switch (question->subject) {
	case USER_BY_NAME:
		return count == 1 && read_user(reader, answer);
	case USER_BY_ID:
		return count == 1 && read_user(reader, answer) && answer->id == question->id;
	case GROUP_BY_NAME:
		return count == 1 && read_group(reader, answer);
	case GROUP_BY_ID:
		return count == 1 && read_group(reader, answer) && answer->id == question->id;
	case GROUPS_OF_USER:
		return read_groups_of_user(reader, count, answer);
	case ADDRESSES_OF_HOST:
	case NAMES_OF_ADDRESS:
	default:
		return false;
	}
}

enum verdict read_sssd(const struct question *question, const char *reply, size_t size,
		       struct answer *answer)
{
	struct reader reader = { reply, size };
	uint32_t count, reserved;

	begin_answer(answer);
	if (!take_word(&reader, &count) || !take_word(&reader, &reserved))
		return UNANSWERED;
	if (count == 0)
		return ABSENT;
	return read_result(question, &reader, count, answer) && reader.left == 0 ? FOUND
										 : UNANSWERED;
}
