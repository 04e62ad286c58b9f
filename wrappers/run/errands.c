#include "errands.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "head.h"
#include "unpack.h"

enum { EXIT_UNSOUND = 1 };

/* licences.S */
extern const char zstd_licence[], zstd_licence_end[];

static const char help[] =
	"Options, before the first ordinary word:\n"
	"  --dynpk-program NAME  start this program instead\n"
	"  --dynpk-list          list the programs\n"
	"  --dynpk-cache DIR     unpack into this cache (also $DYNPK_CACHE)\n"
	"  --dynpk-extract DIR   unpack to DIR, which must not exist, and start nothing\n"
	"  --dynpk-verify        check that the file is whole, and start nothing\n"
	"  --dynpk-host          tell what kind of host this is, for inspect --runs-on; --json or\n"
	"                        --page behind it\n"
	"  --dynpk-licences      print the licence of zstd, which is in this file\n"
	"  --dynpk-help          this text\n"
	"A link or copy named like one of the programs starts that one. DYNPK_EXPLAIN=1 tells "
	"where\n"
	"it unpacks to, and why.\n";

_Noreturn void show_help(const struct start *start)
{
	if (run_head.entry[0] == '\0')
		PRINT_LINE(source_name(start), ": the bundle ", run_head.name);
	else
		PRINT_LINE(source_name(start), ": the bundle ", run_head.name, ", which starts ",
			   run_head.entry);
	sys_write(1, help, sizeof(help) - 1);
	sys_exit_group(0);
}

_Noreturn void show_licences(void)
{
	static const char title[] = "This file contains zstd.\n\n";

	sys_write(1, title, sizeof(title) - 1);
	sys_write(1, zstd_licence, (size_t)(zstd_licence_end - zstd_licence));
	sys_exit_group(0);
}

static void open_or_fail(struct source *source, int status)
{
	const char *wrong = open_source(source);

	if (wrong != NULL)
		FAIL(status, source_name(source->start), " ", wrong);
}

_Noreturn void list_programs(struct source *source)
{
	const struct index *index = &source->index;
	long bin;

	open_or_fail(source, EXIT_LAUNCHER);
	bin = find_child(index, 0, "bin", 3);
	for (uint32_t i = 1; bin != NO_ROW && i < index->row_count; i++) {
		if (index->rows[i].parent == (uint32_t)bin && index->rows[i].kind != ROW_DIRECTORY)
			PRINT_LINE(row_name(index, i));
	}
	sys_exit_group(0);
}

static const char *count_files(const struct index *index, char text[24])
{
	unsigned long count = 0;

	for (uint32_t i = 0; i < index->row_count; i++)
		count += index->rows[i].kind == ROW_FILE;
	text_append_number(text, count);
	return text;
}

_Noreturn void verify(struct source *source)
{
	struct unpacking unpacking = { .source = source, .index = &source->index, .top = -1 };
	struct held held;
	struct children children = { .held = &held };
	const char *name = source_name(source->start);
	char number[24];

	open_or_fail(source, EXIT_UNSOUND);
	if (!prepare_unpacking(&unpacking))
		FAIL(EXIT_LAUNCHER, "not enough memory to verify ", name);
	held = hold_signals();
	if (unpack_tree(&unpacking, &children)) {
		PRINT_LINE(name, " is whole: ", count_files(&source->index, number), " files");
		sys_exit_group(0);
	}
	if (is_interrupted(&children))
		die_by(&held, children.interrupted);
	if (unpacking.shared->trouble.kind != TROUBLE_OF_FRAME)
		FAIL(EXIT_LAUNCHER, "not enough memory to verify ", name);
	text_append_number(number, unpacking.shared->trouble.number);
	FAIL(EXIT_UNSOUND, name, " is damaged in its frame ", number, ": copy it again");
}
