#include "bounded-text.h"
#include "base/text.h"

static const char hex[] = "0123456789abcdef";
/* U+2026, what stands for the rest of a cut string. */
static const char ellipsis[] = "\xe2\x80\xa6";

bool text_copy(char *to, size_t room, const char *string)
{
	size_t at = 0;
	while (string[at] != '\0' && at + 1 < room) {
		to[at] = string[at];
		at++;
	}
	to[at] = '\0';
	return string[at] == '\0';
}

static void add_bytes(struct text *text, const char *bytes, size_t count)
{
	if (count > text->room - text->used) {
		text->cut = true;
		return;
	}
	for (size_t at = 0; at < count; at++)
		text->bytes[text->used + at] = bytes[at];
	text->used += count;
}

void text_add(struct text *text, const char *string)
{
	add_bytes(text, string, text_length(string));
}

void text_number(struct text *text, unsigned long number)
{
	char digits[20];
	size_t at = sizeof(digits);
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	add_bytes(text, digits + at, sizeof(digits) - at);
}

/* The code point that starts at `bytes` and its length, or length 0 when it is not UTF-8. */
static size_t code_point(const unsigned char *bytes, unsigned long *code)
{
	static const unsigned long smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = bytes[0] < 0x80 ? 1 : bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;

	if (length == 1) {
		*code = bytes[0];
		return 1;
	}
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
		return 0;
	*code = bytes[0] & (0x7fUL >> length);
	for (size_t at = 1; at < length; at++) {
		/* A final NUL ends the test too: it is no continuation byte. */
		if ((bytes[at] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (bytes[at] & 0x3f);
	}
	if (*code < smallest[length] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return length;
}

static bool unprintable(unsigned long code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
	       (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

/* Writes `digits` hexadecimal digits of `code` behind `prefix`. */
static size_t escape(char *to, const char *prefix, unsigned long code, size_t digits)
{
	size_t used = text_length(prefix);
	text_copy(to, used + 1, prefix);
	for (size_t at = 0; at < digits; at++)
		to[used + at] = hex[code >> 4 * (digits - 1 - at) & 0xf];
	return used + digits;
}

static size_t shown_piece(char *to, const unsigned char *from, size_t *length)
{
	unsigned long code;
	*length = code_point(from, &code);
	if (*length == 0) {
		*length = 1;
		return escape(to, "\\x", from[0], 2);
	}
	if (unprintable(code))
		return code < 0x100 ? escape(to, "\\x", code, 2) : escape(to, "\\u", code, 4);
	for (size_t at = 0; at < *length; at++)
		to[at] = (char)from[at];
	return *length;
}

static size_t json_piece(char *to, const unsigned char *from, size_t *length)
{
	unsigned long code;
	*length = code_point(from, &code);
	if (*length == 0) {
		*length = 1;
		return escape(to, "\\u", 0xdc00UL + from[0], 4);
	}
	if (code < 0x20 || code == 0x7f)
		return escape(to, "\\u", code, 4);
	if (code == '"' || code == '\\') {
		to[0] = '\\';
		to[1] = (char)code;
		return 2;
	}
	for (size_t at = 0; at < *length; at++)
		to[at] = (char)from[at];
	return *length;
}

static void add_pieces(struct text *text, const char *string, size_t limit,
		       size_t (*piece)(char *, const unsigned char *, size_t *))
{
	const unsigned char *from = (const unsigned char *)string;
	size_t start = text->used;

	while (*from != '\0') {
		char bytes[8];
		size_t length;
		size_t count = piece(bytes, from, &length);
		if (text->used - start + count > limit) {
			text_add(text, ellipsis);
			text->cut = true;
			return;
		}
		add_bytes(text, bytes, count);
		from += length;
	}
}

void text_shown(struct text *text, const char *string, size_t limit)
{
	add_pieces(text, string, limit, shown_piece);
}

void text_json(struct text *text, const char *string, size_t limit)
{
	text_add(text, "\"");
	add_pieces(text, string, limit, json_piece);
	text_add(text, "\"");
}
