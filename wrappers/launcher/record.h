/*
 * The launch record: what dynpk decided when the bundle was made, as this launcher reads it.
 *
 * It lies in the launcher's own last segment, so reading it costs no system call. All numbers are
 * little-endian, all offsets count from its beginning, all paths are relative to the top of the
 * bundle. lib/launcher/native-record.ts writes it; docs/launch-record.md describes it.
 *
 * Nothing in it is believed before check_record() has seen the whole of it.
 */
#ifndef DYNPK_RECORD_H
#define DYNPK_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table/rules.h"

#define RECORD_MAGIC "DYNPKLR3"

enum {
	RECORD_LIMIT = 1 << 20, /* bytes */
	LIST_LIMIT = 4096,	/* entries */
};

enum launch_kind { LAUNCH_LOADER = 1, LAUNCH_SCRIPT = 2, LAUNCH_STATIC = 3 };
enum launch_strategy { STRATEGY_MAP = 1, STRATEGY_EXEC = 2, STRATEGY_SELF = 3 };

enum record_flag {
	FLAG_MUSL = 1 << 0,
	FLAG_HAS_ARGV0 = 1 << 1,
	FLAG_HAS_INHIBIT_CACHE = 1 << 2,
	FLAG_HAS_INHIBIT_RPATH = 1 << 3,
	FLAG_HAS_PRELOAD = 1 << 4,
	FLAG_HAS_AUDIT = 1 << 5,
	FLAG_INHIBIT_OWN_RPATH = 1 << 6,
	FLAG_AUDIT_BY_DEFAULT = 1 << 7,
	FLAG_AT_OWN_PATH = 1 << 8,
	FLAG_AUDIT_BY_PRELOAD = 1 << 9,
};

/* Added to the action: only where no engine shows the program the bundle's paths. */
enum { RULE_UNPROJECTED = 0x100 };
/* 0: there is nothing to choose, which is as good as direct. */
enum engine { ENGINE_NONE = 0, ENGINE_DIRECT = 1, ENGINE_SHIM = 2, ENGINE_USERNS = 3 };

/* A list of offsets of strings, or of the structures named beside it. */
struct record_list {
	uint32_t offset;
	uint32_t count;
};

struct record_rule {
	uint32_t variable;
	uint32_t action;
	struct record_list parts; /* struct record_part */
};

struct record_part {
	uint32_t kind;
	uint32_t text;
};

/* A page of the packed program's own bytes, put back over the entry stub (strategy `self`). */
struct record_page {
	uint32_t address; /* from the lowest address of the program's image */
	uint32_t offset;  /* in this launcher's file */
	uint32_t size;
	uint32_t prot; /* PF_* */
};

/* Who may have started several tasks: variables, and what is told where it offers no ranks. */
struct record_starter {
	uint32_t tasks;
	uint32_t rank;
	uint32_t warning;
};

struct record {
	char magic[8];
	uint32_t size;
	uint32_t kind;
	uint32_t strategy;
	uint32_t flags;
	uint32_t machine;
	uint32_t bits; /* 32 or 64 */
	uint32_t isa;  /* GNU_PROPERTY_X86_ISA_1_NEEDED */
	uint32_t kernel[3];
	uint32_t launcher;
	uint32_t program;
	uint32_t target;	 /* loader, or the launcher of a script's interpreter */
	uint32_t origin;	 /* from the program's directory to the top, such as `../../..` */
	uint32_t audit;		 /* the stub, or what is preloaded for it; 0: none */
	uint32_t audit_tunables; /* what GLIBC_TUNABLES must be for the stub; 0: nothing */
	uint32_t headers;	 /* of the program, from its lowest address (strategy `self`) */
	uint32_t engine;	 /* what DYNPK_ENGINE=auto means */
	uint32_t engine_reason;
	uint32_t shim;	/* 0: none can be loaded */
	uint32_t table; /* what the bundle has at which path; 0 with ENGINE_NONE alone */
	struct record_list library_path;
	struct record_list inhibit_rpath;
	struct record_list arguments;
	struct record_list settings;
	struct record_list environment;	  /* struct record_rule */
	struct record_list pages;	  /* struct record_page */
	struct record_list leaders;	  /* sonames that insist on standing first */
	struct record_list rank_offers;	  /* variables by which ranks are told */
	struct record_list rank_starters; /* struct record_starter */
	uint32_t check;			  /* record_sum() */
};

/* Of all words of a record but its last field. Every change of one word changes it. */
uint32_t record_sum(const void *bytes, size_t size);

/* Whether the `size` bytes at `bytes` are a record that can be followed without looking back. */
bool check_record(const void *bytes, size_t size);

static inline const char *record_text(const struct record *record, uint32_t offset)
{
	return (const char *)record + offset;
}

static inline const char *record_item(const struct record *record, struct record_list list,
				      uint32_t index)
{
	const uint32_t *offsets = (const void *)((const char *)record + list.offset);

	return record_text(record, offsets[index]);
}

#endif
