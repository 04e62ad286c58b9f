#include "record.h"

/* The part of the record that holds lists and strings: everything behind the fixed fields. */
struct extent {
	const unsigned char *bytes;
	uint32_t size;
};

static bool in_extent(struct extent extent, uint32_t offset, uint64_t size)
{
	return offset >= sizeof(struct record) && offset <= extent.size &&
	       size <= extent.size - offset;
}

/* The last byte of a record is NUL, so a string that begins inside also ends inside. */
static bool is_text(struct extent extent, uint32_t offset)
{
	return in_extent(extent, offset, 1);
}

static bool is_path(struct extent extent, uint32_t offset)
{
	return is_text(extent, offset) && extent.bytes[offset] != '\0' &&
	       extent.bytes[offset] != '/';
}

static bool is_list(struct extent extent, struct record_list list, size_t item_size)
{
	if (list.count == 0)
		return true;
	return list.count <= LIST_LIMIT && list.offset % 4 == 0 &&
	       in_extent(extent, list.offset, (uint64_t)list.count * item_size);
}

static bool is_text_list(struct extent extent, struct record_list list,
			 bool (*is_item)(struct extent, uint32_t))
{
	if (!is_list(extent, list, sizeof(uint32_t)))
		return false;
	for (uint32_t i = 0; i < list.count; i++) {
		const uint32_t *items = (const void *)(extent.bytes + list.offset);

		if (!is_item(extent, items[i]))
			return false;
	}
	return true;
}

static bool is_rule(struct extent extent, const struct record_rule *rule)
{
	const struct record_part *parts = (const void *)(extent.bytes + rule->parts.offset);

	const uint32_t action = rule->action & ~(uint32_t)RULE_UNPROJECTED;

	if (action < RULE_DEFAULT || action > RULE_SIFT)
		return false;
	if (!is_path(extent, rule->variable) || !is_list(extent, rule->parts, sizeof(*parts)))
		return false;
	for (uint32_t i = 0; i < rule->parts.count; i++) {
		if (parts[i].kind != PART_BUNDLE && parts[i].kind != PART_LITERAL)
			return false;
		if (!is_text(extent, parts[i].text))
			return false;
	}
	return true;
}

static bool is_environment(struct extent extent, struct record_list list)
{
	const struct record_rule *rules = (const void *)(extent.bytes + list.offset);

	if (!is_list(extent, list, sizeof(*rules)))
		return false;
	for (uint32_t i = 0; i < list.count; i++) {
		if (!is_rule(extent, &rules[i]))
			return false;
	}
	return true;
}

static bool has_ranks(struct extent extent, const struct record *record)
{
	const struct record_list list = record->rank_starters;
	const struct record_starter *starters = (const void *)(extent.bytes + list.offset);

	if (!is_text_list(extent, record->rank_offers, is_path) ||
	    !is_list(extent, list, sizeof(*starters)))
		return false;
	for (uint32_t i = 0; i < list.count; i++) {
		if (!is_path(extent, starters[i].tasks) || !is_path(extent, starters[i].rank) ||
		    !is_text(extent, starters[i].warning))
			return false;
	}
	return true;
}

static bool has_known_kind(const struct record *record)
{
	if (record->bits != 32 && record->bits != 64)
		return false;
	if (record->kind != LAUNCH_LOADER && record->kind != LAUNCH_SCRIPT &&
	    record->kind != LAUNCH_STATIC)
		return false;
	return record->kind != LAUNCH_LOADER ||
	       (record->strategy >= STRATEGY_MAP && record->strategy <= STRATEGY_SELF);
}

/* No musl has such options, tunables or search: a loader started by both ways crashes. */
static bool has_flags_of_one_libc(const struct record *record)
{
	const uint32_t glibc = FLAG_HAS_INHIBIT_CACHE | FLAG_HAS_INHIBIT_RPATH | FLAG_HAS_AUDIT |
			       FLAG_INHIBIT_OWN_RPATH;

	return (record->flags & FLAG_MUSL) == 0 ||
	       ((record->flags & glibc) == 0 && record->audit_tunables == 0);
}

static bool has_view(struct extent extent, const struct record *record)
{
	if (record->engine == ENGINE_NONE)
		return record->shim == 0 && record->table == 0;
	return record->engine <= ENGINE_USERNS && is_text(extent, record->engine_reason) &&
	       (record->shim == 0 || is_path(extent, record->shim)) &&
	       is_path(extent, record->table);
}

static bool has_paths(struct extent extent, const struct record *record)
{
	const bool needs_target = record->kind != LAUNCH_STATIC;

	return is_path(extent, record->launcher) && is_path(extent, record->program) &&
	       (!needs_target || is_path(extent, record->target)) &&
	       is_text(extent, record->origin) &&
	       (record->audit == 0 || is_path(extent, record->audit)) &&
	       (record->audit_tunables == 0 || is_text(extent, record->audit_tunables));
}

/* FNV-1a, by words. */
uint32_t record_sum(const void *bytes, size_t size)
{
	const uint32_t *words = bytes;
	uint32_t sum = 2166136261u;

	for (size_t i = 0; i < size / sizeof(*words); i++) {
		if (i != offsetof(struct record, check) / sizeof(*words))
			sum = (sum ^ words[i]) * 16777619u;
	}
	return sum;
}

bool check_record(const void *bytes, size_t size)
{
	static const char magic[8] = RECORD_MAGIC;
	const struct record *record = bytes;
	struct extent extent = { .bytes = bytes };

	if (size < sizeof(*record) + 1 || size > RECORD_LIMIT || size % 4 != 0)
		return false;
	for (size_t i = 0; i < sizeof(magic); i++) {
		if (record->magic[i] != magic[i])
			return false;
	}
	if (record->size != size || extent.bytes[size - 1] != '\0' ||
	    record->check != record_sum(bytes, size))
		return false;
	extent.size = record->size;
	return has_known_kind(record) && has_flags_of_one_libc(record) &&
	       has_paths(extent, record) && has_view(extent, record) &&
	       is_text_list(extent, record->library_path, is_path) &&
	       is_text_list(extent, record->inhibit_rpath, is_path) &&
	       is_text_list(extent, record->arguments, is_text) &&
	       is_text_list(extent, record->settings, is_text) &&
	       is_environment(extent, record->environment) &&
	       is_list(extent, record->pages, sizeof(struct record_page)) &&
	       is_text_list(extent, record->leaders, is_text) && has_ranks(extent, record);
}
