/*
 * A hosted program that feeds hostile replies to the module's pure parts.
 *
 *	fuzz lines|nscd|sssd FILE SUBJECT SEED ROUNDS
 *	fuzz addresses SEED ROUNDS
 *
 * Every round damages a copy of the reply in FILE in some places, or cuts it off, reads it, and
 * gives what is accepted in buffers of all sizes. Built with -fsanitize=address,undefined, each
 * copy and each buffer in memory of exactly its size: whatever reaches too far ends the program.
 * Same seed, same rounds.
 *
 * Addresses, good ones and damaged ones, are read as the C library reads them.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "give.h"
#include "read.h"

enum { ROOM = 4096 };

static uint64_t state;

static uint32_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static void damage(char *bytes, size_t size)
{
	static const uint32_t words[] = { 0,	1,	2,	    7,		8,
					  0xff, 0x1000, 0x7fffffff, 0x80000000, 0xffffffff };
	static const char texts[] = ":, \n.0123456789abcdef%-";
	const uint32_t count = next_random() % 4;

	for (uint32_t i = 0; i < count && size >= 4; i++) {
		const size_t at = next_random() % (size - 3);
		const uint32_t word = words[next_random() % (sizeof(words) / sizeof(words[0]))];

		switch (next_random() % 3) {
		case 0:
			bytes[at] = (char)next_random();
			break;
		case 1:
			bytes[at] = texts[next_random() % (sizeof(texts) - 1)];
			break;
		default:
			memcpy(bytes + (at & ~(size_t)3), &word, sizeof(word));
			break;
		}
	}
}

static size_t follow_list(char *const *list)
{
	size_t length = 0;

	while (*list != NULL)
		length += strlen(*list++);
	return length;
}

static void require(int condition, const char *what)
{
	if (!condition) {
		fprintf(stderr, "fuzz: accepted, but %s\n", what);
		abort();
	}
}

static int give_list(const struct answer *answer, struct buffer buffer)
{
	long start = 0, size = 1;
	gid_t *groups = malloc(sizeof(*groups));
	struct wanted_groups wanted = {
		7, &start, &size, &groups, (long)(buffer.left % 8), buffer.errnop, realloc,
	};
	const int status = give_groups_of_user(answer, &wanted);

	require(start <= size && (uint32_t)start <= answer->count, "there are too many groups");
	free(groups);
	return status;
}

static int give_in(const struct question *question, const struct answer *answer,
		   struct buffer buffer)
{
	static const struct address address = { FAMILY_IPV4, { 192, 0, 2, 7 } };
	struct wanted_user user = { &(struct passwd){ 0 }, buffer };
	struct wanted_group group = { &(struct group){ 0 }, buffer };
	int problem = 0, status;
	struct wanted_host host = { &(struct hostent){ 0 }, FAMILY_IPV6, &address, &problem,
				    buffer };
	struct gaih_addrtuple *first = NULL;
	struct wanted_tuples tuples = { &first, &problem, buffer };

	switch (question->subject) {
	case USER_BY_NAME:
	case USER_BY_ID:
		status = give_user(answer, &user);
		require(status != NSS_STATUS_SUCCESS ||
				strlen(user.result->pw_name) + strlen(user.result->pw_shell) < ROOM,
			"its strings have no end");
		return status;
	case GROUP_BY_NAME:
	case GROUP_BY_ID:
		status = give_group(answer, &group);
		require(status != NSS_STATUS_SUCCESS || follow_list(group.result->gr_mem) < ROOM,
			"its members have no end");
		return status;
	case GROUPS_OF_USER:
		return give_list(answer, buffer);
	case ADDRESSES_OF_HOST:
		status = give_host(answer, &host);
		require(status != NSS_STATUS_SUCCESS || host.result->h_addr_list[0] != NULL,
			"there is no address");
		status = give_tuples(answer, &tuples);
		for (const struct gaih_addrtuple *tuple = first; tuple != NULL; tuple = tuple->next)
			require(tuple->family == FAMILY_IPV4 || tuple->family == FAMILY_IPV6,
				"an address is of no family");
		return status;
	case NAMES_OF_ADDRESS:
		status = give_names_of_address(answer, &host);
		require(status != NSS_STATUS_SUCCESS || follow_list(host.result->h_aliases) < ROOM,
			"its names have no end");
		return status;
	default:
		return NSS_STATUS_UNAVAIL;
	}
}

/* Every size up to the one that does, at every alignment in turn. */
static void give_all(const struct question *question, const struct answer *answer)
{
	int problem = 0;

	for (size_t size = next_random() % 64;; size = size * 2 + next_random() % 64) {
		const size_t shift = next_random() % 8;
		char *memory = malloc(size + shift);
		const int status = give_in(question, answer,
					   (struct buffer){ memory + shift, size, &problem });

		free(memory);
		if (status != NSS_STATUS_TRYAGAIN)
			return;
		require(problem == 34 || question->subject == GROUPS_OF_USER,
			"a small buffer is not called one");
		require(size < 64 * ROOM, "no buffer is large enough");
	}
}

static enum verdict read_reply(const char *form, const struct question *question, const char *reply,
			       size_t size, struct answer *answer)
{
	if (strcmp(form, "lines") == 0)
		return read_lines(question, reply, size, answer);
	if (strcmp(form, "nscd") == 0)
		return read_nscd(question, reply, size, answer);
	return read_sssd(question, reply, size, answer);
}

/* What the C library takes for an address is one, and that one; what is one can be asked for. */
static bool try_address(const char *text)
{
	const size_t length = strlen(text);
	char *exact = malloc(length + 1);
	struct address address, again;
	struct question question;
	unsigned char bytes[16];
	bool accepted;

	memcpy(exact, text, length);
	accepted = read_address(exact, length, &address);
	if (inet_pton(AF_INET, text, bytes) == 1)
		require(accepted && address.family == FAMILY_IPV4 &&
				memcmp(address.bytes, bytes, 4) == 0,
			"it is another IPv4 address");
	if (inet_pton(AF_INET6, text, bytes) == 1)
		require(accepted && address.family == FAMILY_IPV6 &&
				memcmp(address.bytes, bytes, 16) == 0,
			"it is another IPv6 address");
	if (accepted) {
		make_question_by_address(&question, &address);
		require(question.length == strlen(question.text) &&
				read_address(question.text, question.length, &again) &&
				memcmp(&address, &again, sizeof(again)) == 0,
			"it is asked for as another");
	}
	free(exact);
	return accepted;
}

static int fuzz_addresses(unsigned long rounds)
{
	unsigned long accepted = 0;

	for (; rounds > 0; rounds--) {
		const bool is_short = next_random() % 4 == 0;
		unsigned char bytes[16];
		char text[INET6_ADDRSTRLEN + 1];

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = next_random() % 2 == 0 ? 0 : (unsigned char)next_random();
		if (next_random() % 8 == 0)
			memset(bytes, 0, 10);
		inet_ntop(is_short ? AF_INET : AF_INET6, bytes, text, sizeof(text));
		require(try_address(text), "a good address is not");
		for (uint32_t count = 1 + next_random() % 3; count > 0; count--)
			text[next_random() % strlen(text)] =
				":::...0123456789aF%g"[next_random() % 20];
		accepted += try_address(text);
	}
	printf("accepted %lu\n", accepted);
	return 0;
}

int main(int argc, char **argv)
{
	static char original[ROOM];
	char *bytes = malloc(ROOM);
	struct question question;
	unsigned long found = 0;
	FILE *file = argc == 6 ? fopen(argv[2], "rb") : NULL;
	size_t whole;

	if (argc == 4 && strcmp(argv[1], "addresses") == 0) {
		free(bytes);
		state = strtoull(argv[2], NULL, 10) + 1;
		return fuzz_addresses(strtoul(argv[3], NULL, 10));
	}
	if (file == NULL) {
		fprintf(stderr, "usage: fuzz lines|nscd|sssd FILE SUBJECT SEED ROUNDS\n"
				"       fuzz addresses SEED ROUNDS\n");
		return 2;
	}
	whole = fread(original, 1, sizeof(original), file);
	fclose(file);
	make_question(&question, (enum subject)atoi(argv[3]), "alice");
	question.id = 1000;
	state = strtoull(argv[4], NULL, 10) + 1;
	for (unsigned long rounds = strtoul(argv[5], NULL, 10); rounds > 0; rounds--) {
		const size_t size = next_random() % 4 == 0 ? next_random() % (whole + 1) : whole;
		struct answer answer = { .room = next_random() % 4 == 0 ? 40 : ROOM,
					 .bytes = bytes };
		char *reply = malloc(size);

		memcpy(reply, original, size);
		damage(reply, size);
		if (read_reply(argv[1], &question, reply, size, &answer) == FOUND) {
			require(answer.size <= answer.room, "there are too many bytes");
			give_all(&question, &answer);
			found++;
		}
		free(reply);
	}
	printf("found %lu\n", found);
	free(bytes);
	return 0;
}
