#include "host.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"

enum { EXIT_USAGE = 2 };

static const char help[] =
	"Tell what kind of host this is: its kernel, processor, libraries and file systems, and "
	"what\n"
	"a cluster has besides. Files are read and the kernel is asked; no program is started.\n"
	"Options:\n"
	"  --json  JSON [unless it is a terminal that reads this]\n"
	"  --page  a page to read\n"
	"  --help  this text\n"
	"`dynpk inspect PROGRAM --runs-on FILE` reads the JSON.\n";

static bool is_terminal(int fd)
{
	enum { ATTRIBUTES = 0x5401 };
	char attributes[256];

	return !failed(system_call(__NR_ioctl, fd, ATTRIBUTES, attributes));
}

static void tell_kernel(struct telling *telling, const struct start *start)
{
	struct new_utsname name;

	sys_uname(&name);
	tell_text(telling, "name", name.nodename);
	open_record(telling, "kernel");
	tell_text(telling, "release", name.release);
	tell_text(telling, "machine", name.machine);
	tell_number(telling, "pageSize", auxv_value(start, AT_PAGESZ));
	close_record(telling);
}

static void tell_host(struct telling *telling, const struct start *start)
{
	if (!telling->is_page)
		tell_text(telling, "schema", "dynpk-host/1");
	tell_kernel(telling, start);
	tell_cpu(telling, start);
	tell_libraries(telling);
	tell_distribution(telling);
	tell_trials(telling, start);
	tell_places(telling, start);
	tell_cluster(telling, start);
}

_Noreturn void answer_host(const struct start *start, size_t argc, char *const *argv)
{
	static struct telling telling;
	bool is_page = is_terminal(1);

	for (size_t i = 1; i < argc; i++) {
		if (text_equal(argv[i], "--json")) {
			is_page = false;
		} else if (text_equal(argv[i], "--page")) {
			is_page = true;
		} else if (text_equal(argv[i], "--help")) {
			sys_write(1, help, sizeof(help) - 1);
			sys_exit_group(0);
		} else {
			FAIL(EXIT_USAGE, argv[i], " is no option of host: --help lists them");
		}
	}
	begin_telling(&telling, 1, is_page);
	tell_host(&telling, start);
	end_telling(&telling);
	sys_exit_group(0);
}
