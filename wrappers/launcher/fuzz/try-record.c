#include <string.h>

#include "fuzz.h"
#include "launcher/record.h"

static size_t follow_list(const struct record *record, struct record_list list)
{
	size_t length = 0;

	for (uint32_t i = 0; i < list.count; i++)
		length += strlen(record_item(record, list, i));
	return length;
}

static size_t follow_rules(const struct record *record)
{
	const char *base = (const char *)record;
	const struct record_rule *rules = (const void *)(base + record->environment.offset);
	size_t length = 0;

	for (uint32_t i = 0; i < record->environment.count; i++) {
		const struct record_part *parts = (const void *)(base + rules[i].parts.offset);

		length += strlen(record_text(record, rules[i].variable));
		for (uint32_t j = 0; j < rules[i].parts.count; j++)
			length += strlen(record_text(record, parts[j].text));
	}
	return length;
}

static size_t follow_ranks(const struct record *record)
{
	const struct record_starter *starters =
		(const void *)((const char *)record + record->rank_starters.offset);
	size_t length = follow_list(record, record->rank_offers);

	for (uint32_t i = 0; i < record->rank_starters.count; i++)
		length += strlen(record_text(record, starters[i].tasks)) +
			  strlen(record_text(record, starters[i].rank)) +
			  strlen(record_text(record, starters[i].warning));
	return length;
}

void settle_record(unsigned char *bytes, size_t size)
{
	if (size >= sizeof(struct record))
		((struct record *)(void *)bytes)->check = record_sum(bytes, size);
}

bool try_record(const unsigned char *bytes, size_t size)
{
	const struct record *record = (const void *)bytes;
	const struct record_page *pages;
	size_t length;

	if (!check_record(bytes, size))
		return false;
	length = strlen(record_text(record, record->launcher)) +
		 strlen(record_text(record, record->program)) +
		 strlen(record_text(record, record->origin));
	if (record->kind != LAUNCH_STATIC)
		length += strlen(record_text(record, record->target));
	if (record->audit != 0)
		length += strlen(record_text(record, record->audit));
	if (record->audit_tunables != 0)
		length += strlen(record_text(record, record->audit_tunables));
	length += follow_list(record, record->library_path) +
		  follow_list(record, record->inhibit_rpath) +
		  follow_list(record, record->leaders) + follow_list(record, record->arguments) +
		  follow_list(record, record->settings) + follow_rules(record) +
		  follow_ranks(record);
	if (record->engine != ENGINE_NONE)
		length += strlen(record_text(record, record->engine_reason)) +
			  strlen(record_text(record, record->table));
	if (record->shim != 0)
		length += strlen(record_text(record, record->shim));
	pages = (const void *)(bytes + record->pages.offset);
	for (uint32_t i = 0; i < record->pages.count; i++)
		length += pages[i].size;
	return length + 1 != 0;
}
