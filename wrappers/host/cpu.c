#include "cpu.h"
#include "look.h"

#if defined(__x86_64__)
static const char architecture[] = "x86_64";
#elif defined(__aarch64__)
static const char architecture[] = "aarch64";
#elif defined(__i386__)
static const char architecture[] = "i686";
#endif

static const char *text_of(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}

void tell_cpu(struct telling *telling, const struct start *start)
{
	struct cpu cpu = { .level = 0 };

	ask_cpu(&cpu);
	open_record(telling, "cpu");
	/* Of the programs that this one stands for: of a 32-bit bundle, i686. */
	tell_text(telling, "architecture", architecture);
	if (cpu.level == 0)
		tell_nothing(telling, "level", "this processor has no levels of x86-64");
	else
		tell_number(telling, "level", cpu.level);
	tell_text_or(telling, "vendor", text_of(cpu.vendor), "the processor does not say");
	tell_text_or(telling, "model", text_of(cpu.model), "the processor does not say");
	open_list_of_texts(telling, "features");
	tell_features(telling, start);
	close_list(telling);
	close_record(telling);
}
