/*
 * In two rounds. In the first, nothing is made: an entry that is somewhere already is used, without
 * asking for room, though a place before it would take a new one. A home on a network is no part of
 * that: to start from it is slow, and that it once was the last resort is no reason to do it again.
 */
#include "cache.h"
#include "base/fail.h"
#include "base/text.h"
#include "elect.h"
#include "explain.h"
#include "lock.h"
#include "place.h"
#include "room.h"

enum { PLACES_LIMIT = 13, TEXT_SIZE = 1024 };

struct search {
	struct source *source;
	struct cache cache;
	struct way way;
	struct place place;
	/* The places that were refused, with reasons: parts of a sentence. */
	char texts[PLACES_LIMIT][TEXT_SIZE];
	unsigned count;
};

static struct search search;

static void copy_text(char *to, const char *end, const char *from)
{
	to += text_length(to);
	while (*from != '\0' && to < end - 1)
		*to++ = *from++;
	*to = '\0';
}

static bool refuse(const char *path, const char *objection, const char *reason)
{
	char *text = search.texts[search.count];
	char *end = text + TEXT_SIZE;

	EXPLAIN(path, objection, reason);
	if (search.count == PLACES_LIMIT)
		return false;
	text[0] = '\0';
	copy_text(text, end, search.count == 0 ? "" : "; ");
	copy_text(text, end, path);
	copy_text(text, end, objection);
	copy_text(text, end, reason);
	search.count++;
	return false;
}

/* As far as it is there. */
static const char *object_to_kind(const struct place *place)
{
	const char *path = path_text(&search.way.path);
	const bool is_network = is_on_network(path);

	if (place->is_for_local && is_network)
		return " lies on a network";
	if (place->is_for_network && !is_network)
		return "";
	return is_noexec(path) ? " is mounted noexec" : NULL;
}

static enum obtained find_here(void)
{
	struct obtaining obtaining = { .cache = &search.cache, .source = search.source };
	const enum obtained obtained = find_entry(&obtaining);

	if (obtained == NOWHERE)
		FAIL(EXIT_LAUNCHER, source_name(search.source->start), " ", obtaining.wrong);
	return obtained;
}

/* The cache is where the way ends. */
static void arrive(void)
{
	search.cache.runs = search.way.fd;
	search.cache.path = path_text(&search.way.path);
}

/* Whether the entry is in this place. */
static bool look(void)
{
	const struct place *place = &search.place;

	if (place->objection != NULL || place->is_for_network ||
	    go(&search.way, &place->destination, false) != WAY_REACHED)
		return false;
	arrive();
	if (object_to_kind(place) == NULL && find_here() == OBTAINED)
		return true;
	sys_close(search.way.fd);
	return false;
}

/*
 * What is wrong with the place as far as it is there. An entry needs no room that is there already,
 * and who waits for one that is being made needs none besides.
 */
static const char *object_to_place(enum way_end end)
{
	const char *objection = object_to_kind(&search.place);

	arrive();
	if (objection != NULL ||
	    (end == WAY_REACHED && (is_locked(&search.cache) || find_here() == OBTAINED)))
		return objection;
	return object_to_room(search.cache.path, search.place.is_asked_for);
}

/* Whether the place will do; then the directory of entries is open. */
static bool prepare(void)
{
	const struct place *place = &search.place;
	const char *objection;
	enum way_end end;

	if (place->objection != NULL)
		return refuse(place->name, place->objection, "");
	end = go(&search.way, &place->destination, false);
	/* Of a place that is tried twice, this has been told. */
	if (end == WAY_OBJECTED && place->is_for_network)
		return false;
	if (end == WAY_OBJECTED)
		return refuse(path_text(&search.way.objected), search.way.objection,
			      search.way.reason);
	objection = object_to_place(end);
	sys_close(search.way.fd);
	if (objection != NULL)
		return objection[0] == '\0' ? false : refuse(place->name, objection, "");
	if (go(&search.way, &place->destination, true) != WAY_REACHED)
		return refuse(path_text(&search.way.objected), search.way.objection,
			      search.way.reason);
	arrive();
	return true;
}

/* Whether the entry is there now. */
static bool make(void)
{
	struct obtaining obtaining = { .cache = &search.cache, .source = search.source };
	const char *objection;

	if (find_here() == OBTAINED)
		return true;
	objection = object_to_programs(search.source->start, &search.cache);
	if (objection == NULL) {
		switch (obtain_entry(&obtaining)) {
		case OBTAINED:
			return true;
		case NOWHERE:
			FAIL(EXIT_LAUNCHER, source_name(search.source->start), " ",
			     obtaining.wrong);
		case NOT_HERE:
		default:
			refuse(search.cache.path, " cannot be unpacked into",
			       reason_of(obtaining.result));
		}
	} else {
		refuse(search.cache.path, objection, "");
	}
	sys_close(search.cache.runs);
	return false;
}

static bool search_places(const char *asked, bool (*try)(void))
{
	const struct start *start = search.source->start;

	if (asked != NULL) {
		asked_place(&search.place, asked);
		return try();
	}
	for (unsigned i = 0; nth_place(&search.place, i, start); i++) {
		if (search.place.name[0] != '\0' && try())
			return true;
	}
	return false;
}

static bool prepare_and_make(void)
{
	return prepare() && make();
}

_Noreturn static void fail_everywhere(const char *asked)
{
	const char *parts[PLACES_LIMIT + 3] = { source_name(search.source->start),
						asked == NULL ? " can be unpacked nowhere: "
							      : " cannot be unpacked: " };
	for (unsigned i = 0; i < search.count; i++)
		parts[i + 2] = search.texts[i];
	fail(EXIT_LAUNCHER, parts);
}

int have_bundle(struct source *source, const char *asked, char top[2 * PATH_MAX])
{
	long fd;

	search.source = source;
	write_id(search.cache.id);
	for (int looks = 1;; looks++) {
		search.count = 0;
		if (!search_places(asked, look) && !search_places(asked, prepare_and_make))
			fail_everywhere(asked);
		text_append(text_append(text_append(top, search.cache.path), "/"), search.cache.id);
		EXPLAIN("using ", top);
		fd = sys_openat(search.cache.runs, search.cache.id,
				O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		sys_close(search.cache.runs);
		if (!failed(fd))
			return (int)fd;
		/* `dynpk cache` has removed it since. */
		if (fd != -ENOENT || looks == LOOKS)
			FAIL(EXIT_LAUNCHER, "cannot open ", top, reason_of(fd));
	}
}
