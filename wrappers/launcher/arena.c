#include "arena.h"
#include "base/fail.h"
#include "base/text.h"

enum { ALIGNMENT = 16 };

static void require_room(const struct arena *arena, size_t size)
{
	if ((size_t)(arena->end - arena->next) < size)
		FAIL(EXIT_LAUNCHER, "the launch record asks for more memory than was counted");
}

void *take(struct arena *arena, size_t size)
{
	char *start = arena->next;

	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	require_room(arena, size);
	arena->next += size;
	return start;
}

char *text_begin(struct arena *arena)
{
	require_room(arena, ALIGNMENT);
	*arena->next = '\0';
	return arena->next;
}

void text_put(struct arena *arena, const char *piece)
{
	require_room(arena, text_length(piece) + ALIGNMENT);
	arena->next = text_append(arena->next, piece);
}

void text_end(struct arena *arena)
{
	/* The loader reads lists four characters at a time, to behind their ends. */
	do
		*arena->next++ = '\0';
	while ((size_t)arena->next % ALIGNMENT != 0);
}

char *join(struct arena *arena, const char *const *parts)
{
	char *text = text_begin(arena);

	for (; *parts != NULL; parts++)
		text_put(arena, *parts);
	text_end(arena);
	return text;
}
