#include "write-text.h"
#include "base/text.h"

/* U+FFFD: stands for a byte that is no UTF-8. */
static const char replacement[] = "\xef\xbf\xbd";

/* The bytes of a well-formed character (RFC 3629), else 0. */
static unsigned character_length(const unsigned char *bytes)
{
	const unsigned char first = bytes[0];
	unsigned length = 1;
	unsigned char lowest = 0x80, highest = 0xbf;

	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (first == 0xe0)
		lowest = 0xa0;
	else if (first == 0xed)
		highest = 0x9f;
	else if (first == 0xf0)
		lowest = 0x90;
	else if (first == 0xf4)
		highest = 0x8f;
	for (unsigned i = 1; i < length; i++) {
		if (bytes[i] < lowest || bytes[i] > highest)
			return 0;
		lowest = 0x80;
		highest = 0xbf;
	}
	return length;
}

static const char *copy_character(const char *text, char *piece)
{
	const unsigned length = character_length((const unsigned char *)text);

	if (length == 0) {
		text_append(piece, replacement);
		return text + 1;
	}
	for (unsigned i = 0; i < length; i++)
		piece[i] = text[i];
	piece[length] = '\0';
	return text + length;
}

const char *json_piece(const char *text, char piece[PIECE_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char byte = (unsigned char)*text;

	if (byte == '"' || byte == '\\') {
		piece[0] = '\\';
		piece[1] = (char)byte;
		piece[2] = '\0';
		return text + 1;
	}
	if (byte < ' ' || byte == 0x7f) {
		char *end = text_append(piece, "\\u00");

		*end++ = digits[byte >> 4];
		*end++ = digits[byte & 15];
		*end = '\0';
		return text + 1;
	}
	return copy_character(text, piece);
}

const char *printable_piece(const char *text, char piece[PIECE_SIZE])
{
	const unsigned char byte = (unsigned char)*text;
	/* U+0080 to U+009F. */
	const bool is_high =
		byte == 0xc2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xa0;

	if (byte >= ' ' && byte != 0x7f && !is_high)
		return copy_character(text, piece);
	text_append(piece, "?");
	return text + 1 + is_high;
}

void write_number(char text[DIGITS_SIZE], uint64_t number)
{
	char digits[DIGITS_SIZE];
	unsigned count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	while (count > 0)
		*text++ = digits[--count];
	*text = '\0';
}

void write_size(char text[DIGITS_SIZE], uint64_t bytes)
{
	static const char *const units[] = { " bytes", " KiB", " MiB", " GiB",
					     " TiB",   " PiB", " EiB" };
	unsigned unit = 0;
	uint64_t rest = 0;
	char *end;

	for (; bytes >= 1024; bytes /= 1024) {
		rest = bytes % 1024;
		unit++;
	}
	write_number(text, bytes);
	end = text + text_length(text);
	if (unit > 0) {
		end = text_append(end, ".");
		write_number(end, rest * 10 / 1024);
		end += text_length(end);
	}
	text_append(end, units[unit]);
}
