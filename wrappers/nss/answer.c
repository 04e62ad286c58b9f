/* Questions and answers as bytes, and the few forms of text that occur in them. No system call. */
#include "answer.h"
#include "base/text.h"

bool make_question(struct question *question, enum subject subject, const char *text)
{
	const size_t length = text_length(text);

	if (length == 0 || length >= TEXT_LIMIT)
		return false;
	for (size_t i = 0; i < length; i++) {
		const unsigned char byte = (unsigned char)text[i];

		/* A colon ends a field, and is part of addresses, which come in another way. */
		if (byte < ' ' || byte == 0x7f || byte == ':')
			return false;
		question->text[i] = text[i];
	}
	question->text[length] = '\0';
	question->subject = subject;
	question->sssd_decides = false;
	question->id = 0;
	question->length = (uint32_t)length;
	return true;
}

static void append(struct question *question, uint32_t number, uint32_t base)
{
	char digits[10];
	uint32_t count = 0;

	do
		digits[count++] = "0123456789abcdef"[number % base];
	while ((number /= base) != 0);
	while (count > 0)
		question->text[question->length++] = digits[--count];
}

void make_question_by_id(struct question *question, enum subject subject, uint32_t id)
{
	question->subject = subject;
	question->sssd_decides = false;
	question->id = id;
	question->length = 0;
	append(question, id, 10);
	question->text[question->length] = '\0';
}

void make_question_by_address(struct question *question, const struct address *address)
{
	const bool is_short = address->family == FAMILY_IPV4;
	const unsigned char *bytes = address->bytes;

	question->subject = NAMES_OF_ADDRESS;
	question->sssd_decides = false;
	question->id = 0;
	question->length = 0;
	for (size_t i = 0; i < (is_short ? 4U : 8U); i++) {
		if (i > 0)
			question->text[question->length++] = is_short ? '.' : ':';
		if (is_short)
			append(question, bytes[i], 10);
		else
			append(question, (uint32_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]), 16);
	}
	question->text[question->length] = '\0';
}

void begin_answer(struct answer *answer)
{
	answer->id = 0;
	answer->group = 0;
	answer->count = 0;
	answer->size = 0;
}

bool add_bytes(struct answer *answer, const void *from, size_t count)
{
	const char *bytes = from;

	if (count > answer->room - answer->size)
		return false;
	for (size_t i = 0; i < count; i++)
		answer->bytes[answer->size + i] = bytes[i];
	answer->size += (uint32_t)count;
	return true;
}

bool add_text(struct answer *answer, const char *from, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (from[i] == '\0')
			return false;
	}
	return add_bytes(answer, from, length) && add_bytes(answer, "", 1);
}

bool read_number(const char *from, size_t length, uint32_t *number)
{
	uint64_t value = 0;

	if (length == 0 || length > 10)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (from[i] < '0' || from[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(from[i] - '0');
	}
	*number = (uint32_t)value;
	return value <= UINT32_MAX;
}

static bool read_ipv4(const char *from, size_t length, unsigned char *bytes)
{
	size_t start = 0, part = 0;

	for (size_t i = 0; i <= length; i++) {
		uint32_t number;

		if (i < length && from[i] != '.')
			continue;
		if (part == 4 || !read_number(from + start, i - start, &number) || number > 255)
			return false;
		bytes[part++] = (unsigned char)number;
		start = i + 1;
	}
	return part == 4;
}

static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

/* The groups of four digits from one place to another, at most `limit` of them; -1 where they are
 * none. */
static int read_groups(const char *from, size_t length, unsigned char *bytes, int limit)
{
	int count = 0;
	size_t start = 0;

	if (length == 0)
		return 0;
	for (size_t i = 0; i <= length; i++) {
		unsigned value = 0;

		if (i < length && from[i] != ':')
			continue;
		if (i == length && count + 2 <= limit &&
		    read_ipv4(from + start, i - start, bytes + 2 * count))
			return count + 2;
		if (count == limit || i == start || i - start > 4)
			return -1;
		for (size_t j = start; j < i; j++) {
			const int digit = hex_digit(from[j]);

			if (digit < 0)
				return -1;
			value = value << 4 | (unsigned)digit;
		}
		bytes[2 * count] = (unsigned char)(value >> 8);
		bytes[2 * count + 1] = (unsigned char)value;
		count++;
		start = i + 1;
	}
	return count;
}

static bool read_ipv6(const char *from, size_t length, unsigned char *bytes)
{
	unsigned char tail[16];
	size_t gap = 0;
	int before, behind;

	while (gap + 1 < length && (from[gap] != ':' || from[gap + 1] != ':'))
		gap++;
	if (gap + 1 >= length)
		return read_groups(from, length, bytes, 8) == 8;
	before = read_groups(from, gap, bytes, 7);
	if (before < 0)
		return false;
	behind = read_groups(from + gap + 2, length - gap - 2, tail, 7 - before);
	if (behind < 0)
		return false;
	for (int i = 2 * before; i < 16; i++)
		bytes[i] = i < 16 - 2 * behind ? 0 : tail[i - (16 - 2 * behind)];
	return true;
}

bool read_address(const char *from, size_t length, struct address *address)
{
	for (size_t i = 0; i < sizeof(address->bytes); i++)
		address->bytes[i] = 0;
	if (read_ipv4(from, length, address->bytes)) {
		address->family = FAMILY_IPV4;
		return true;
	}
	address->family = FAMILY_IPV6;
	return read_ipv6(from, length, address->bytes);
}
