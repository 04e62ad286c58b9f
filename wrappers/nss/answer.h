/*
 * Questions about names, and answers in one form whoever gave them.
 *
 * The bytes of an answer are, by what was asked: the five strings of a user; name, password and
 * members of a group; numbers of groups; the name of a host and its addresses; the names of an
 * address. Strings end with NUL.
 */
#ifndef DYNPK_NSS_ANSWER_H
#define DYNPK_NSS_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXT_LIMIT = 256 };

enum subject {
	USER_BY_NAME,
	USER_BY_ID,
	GROUP_BY_NAME,
	GROUP_BY_ID,
	GROUPS_OF_USER,
	ADDRESSES_OF_HOST,
	NAMES_OF_ADDRESS,
};

struct question {
	enum subject subject;
	/* SSSD need not be asked twice: what it does not know is not in the service that was named.
	 */
	bool sssd_decides;
	uint32_t id;
	/* Of the text, which is a name, a number or an address, without its NUL. */
	uint32_t length;
	char text[TEXT_LIMIT];
};

enum verdict {
	UNANSWERED,
	ABSENT,
	FOUND,
};

struct answer {
	/* Of the user or the group. */
	uint32_t id;
	/* The user's first group. */
	uint32_t group;
	/* Members, groups, addresses or names. */
	uint32_t count;
	/* Bytes used, and bytes there are. */
	uint32_t size;
	uint32_t room;
	char *bytes;
};

struct address {
	uint32_t family;
	unsigned char bytes[16];
};

enum { FAMILY_IPV4 = 2, FAMILY_IPV6 = 10 };

/* False for a text that is too long or empty, or that could not stand in a line of its own. */
bool make_question(struct question *question, enum subject subject, const char *text);
void make_question_by_id(struct question *question, enum subject subject, uint32_t id);
void make_question_by_address(struct question *question, const struct address *address);

void begin_answer(struct answer *answer);
bool add_bytes(struct answer *answer, const void *from, size_t count);
/* Add a string; false where it holds a NUL or does not fit. */
bool add_text(struct answer *answer, const char *from, size_t length);

/* The number that `length` digits make; false for anything but digits, and beyond 32 bits. */
bool read_number(const char *from, size_t length, uint32_t *number);
bool read_address(const char *from, size_t length, struct address *address);

#endif
