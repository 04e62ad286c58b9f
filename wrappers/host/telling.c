#include "telling.h"
#include "base/file.h"
#include "base/text.h"
#include "write-text.h"

enum { NAME_WIDTH = 16 };

static void flush(struct telling *telling)
{
	size_t written = 0;

	while (written < telling->used) {
		const long count =
			sys_write(telling->fd, telling->buffer + written, telling->used - written);

		if (count == -EINTR)
			continue;
		if (count <= 0)
			break;
		written += (size_t)count;
	}
	telling->used = 0;
}

static void put(struct telling *telling, const char *text)
{
	for (; *text != '\0'; text++) {
		if (telling->used == sizeof(telling->buffer))
			flush(telling);
		telling->buffer[telling->used++] = *text;
	}
}

static void put_shown(struct telling *telling, const char *text)
{
	char piece[PIECE_SIZE];

	while (*text != '\0') {
		text = telling->is_page ? printable_piece(text, piece) : json_piece(text, piece);
		put(telling, piece);
	}
}

static void indent(struct telling *telling)
{
	for (unsigned i = telling->is_page; i < telling->depth; i++)
		put(telling, telling->is_page ? "  " : "\t");
}

/* `pageSize` is "page size" on a page; GLIBC stays. */
static size_t put_words(struct telling *telling, const char *name)
{
	size_t width = 0;
	bool is_in_word = false;

	for (; *name != '\0'; name++) {
		const bool is_capital = *name >= 'A' && *name <= 'Z' && is_in_word;
		const char letter[2] = { (char)(is_capital ? *name + ('a' - 'A') : *name), '\0' };

		if (is_capital)
			put(telling, " ");
		put(telling, letter);
		width += is_capital ? 2 : 1;
		is_in_word = *name >= 'a' && *name <= 'z';
	}
	return width;
}

static struct opened *innermost(struct telling *telling)
{
	return &telling->open[telling->depth - 1];
}

static void begin_on_page(struct telling *telling, const char *name, bool is_heading)
{
	struct opened *around = innermost(telling);

	if (around->is_in_line) {
		put(telling, around->count++ == 0 ? "" : ", ");
		return;
	}
	around->count++;
	if (around->is_list)
		return;
	if (telling->depth == 1 && is_heading)
		put(telling, "\n");
	/* The first fact of a record in a list is what it is called. */
	if (around->name == NULL && around->count == 1 && telling->depth > 1) {
		telling->depth--;
		indent(telling);
		telling->depth++;
		return;
	}
	indent(telling);
	for (size_t width = put_words(telling, name); !is_heading && width < NAME_WIDTH; width++)
		put(telling, " ");
	if (!is_heading)
		put(telling, " ");
}

static void begin_fact(struct telling *telling, const char *name, bool is_heading)
{
	if (telling->is_page) {
		begin_on_page(telling, name, is_heading);
		return;
	}
	if (innermost(telling)->is_in_line) {
		put(telling, innermost(telling)->count++ == 0 ? "" : ", ");
		return;
	}
	put(telling, innermost(telling)->count++ == 0 ? "\n" : ",\n");
	indent(telling);
	if (name != NULL) {
		put(telling, "\"");
		put(telling, name);
		put(telling, "\": ");
	}
}

static void end_fact(struct telling *telling)
{
	if (telling->is_page && !innermost(telling)->is_in_line)
		put(telling, "\n");
}

static void open_thing(struct telling *telling, struct opened thing)
{
	begin_fact(telling, thing.name, !thing.is_in_line);
	if (!telling->is_page)
		put(telling, thing.is_list ? "[" : "{");
	else if (!thing.is_in_line && !innermost(telling)->is_list)
		put(telling, "\n");
	telling->open[telling->depth++] = thing;
}

static void close_thing(struct telling *telling)
{
	const struct opened thing = *innermost(telling);

	telling->depth--;
	if (telling->is_page) {
		if (thing.count == 0) {
			if (!thing.is_in_line) {
				telling->depth++;
				indent(telling);
				telling->depth--;
			}
			put(telling, "none\n");
		} else if (thing.is_in_line) {
			put(telling, "\n");
		}
		return;
	}
	if (thing.count > 0 && !thing.is_in_line) {
		put(telling, "\n");
		indent(telling);
	}
	put(telling, thing.is_list ? "]" : "}");
}

void begin_telling(struct telling *telling, int fd, bool is_page)
{
	telling->fd = fd;
	telling->is_page = is_page;
	telling->used = 0;
	telling->untold_used = 0;
	telling->open[0] = (struct opened){ .name = NULL };
	telling->depth = 1;
	if (!is_page)
		put(telling, "{");
}

void end_telling(struct telling *telling)
{
	if (!telling->is_page) {
		telling->untold[telling->untold_used] = '\0';
		put(telling, ",\n\t\"untold\": {");
		put(telling, telling->untold);
		put(telling, telling->untold_used > 0 ? "\n\t}\n}\n" : "}\n}\n");
	}
	flush(telling);
}

void open_record(struct telling *telling, const char *name)
{
	open_thing(telling, (struct opened){ .name = name });
}

void close_record(struct telling *telling)
{
	close_thing(telling);
}

void open_list(struct telling *telling, const char *name)
{
	open_thing(telling, (struct opened){ .name = name, .is_list = true });
}

void open_list_of_texts(struct telling *telling, const char *name)
{
	open_thing(telling, (struct opened){ .name = name, .is_list = true, .is_in_line = true });
}

void close_list(struct telling *telling)
{
	close_thing(telling);
}

void tell_text(struct telling *telling, const char *name, const char *text)
{
	const char *quote = telling->is_page ? "" : "\"";

	begin_fact(telling, name, false);
	put(telling, quote);
	put_shown(telling, text);
	put(telling, quote);
	end_fact(telling);
}

static void tell_bare(struct telling *telling, const char *name, const char *text)
{
	begin_fact(telling, name, false);
	put(telling, text);
	end_fact(telling);
}

void tell_number(struct telling *telling, const char *name, uint64_t number)
{
	char digits[DIGITS_SIZE];

	write_number(digits, number);
	tell_bare(telling, name, digits);
}

void tell_bytes(struct telling *telling, const char *name, uint64_t bytes)
{
	char text[DIGITS_SIZE];

	if (telling->is_page)
		write_size(text, bytes);
	else
		write_number(text, bytes);
	tell_bare(telling, name, text);
}

void tell_flag(struct telling *telling, const char *name, bool flag)
{
	const char *text = flag ? "true" : "false";

	if (telling->is_page)
		text = flag ? "yes" : "no";
	tell_bare(telling, name, text);
}

/* Into what comes at the end. */
static void keep(struct telling *telling, const char *text)
{
	const size_t length = text_length(text);

	if (telling->untold_used + length >= sizeof(telling->untold))
		return;
	text_append(telling->untold + telling->untold_used, text);
	telling->untold_used += length;
}

void note_untold(struct telling *telling, const char *name, const char *why)
{
	enum { ROOM_OF_ONE = 512 };
	char digits[DIGITS_SIZE];

	if (telling->is_page || telling->untold_used + ROOM_OF_ONE > sizeof(telling->untold))
		return;
	keep(telling, telling->untold_used == 0 ? "\n\t\t\"" : ",\n\t\t\"");
	for (unsigned i = 1; i < telling->depth; i++) {
		keep(telling, "/");
		if (telling->open[i].name != NULL) {
			keep(telling, telling->open[i].name);
			continue;
		}
		write_number(digits, telling->open[i - 1].count - 1);
		keep(telling, digits);
	}
	keep(telling, "/");
	keep(telling, name);
	keep(telling, "\": \"");
	keep(telling, why);
	keep(telling, "\"");
}

void tell_nothing(struct telling *telling, const char *name, const char *why)
{
	note_untold(telling, name, why);
	begin_fact(telling, name, false);
	put(telling, telling->is_page ? "- (" : "null");
	if (telling->is_page) {
		put(telling, why);
		put(telling, ")");
	}
	end_fact(telling);
}

void tell_text_or(struct telling *telling, const char *name, const char *text, const char *why)
{
	if (text == NULL)
		tell_nothing(telling, name, why);
	else
		tell_text(telling, name, text);
}
