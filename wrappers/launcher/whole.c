/*
 * The first thing a launcher does: look whether its file is there as a whole. One that was cut off,
 * by a full disk or a copy that broke, would end by a signal where a page or a piece of it is
 * missing.
 *
 * This code lies at the beginning of the file, and right behind it the program headers that the
 * kernel reads (launcher.lds): where this is missing, the kernel refuses to start the rest. The end
 * of the last segment says that nothing else is.
 */
#include "whole.h"
#include "base/fail.h"
#include "base/process.h"
#include "base/signals.h"
#include "image.h"

/* Named by the linker script. */
extern const unsigned char launcher_image[] __attribute__((visibility("hidden")));

/* The kernel reads the set of signals before it looks at what it is to do with it. */
static inline bool is_there(const void *address)
{
	enum { NOTHING_KNOWN = -1 };

	return system_call(__NR_rt_sigprocmask, NOTHING_KNOWN, address, NULL, WHOLE_MARK_SIZE) !=
	       -EFAULT;
}

static const char sentence[] __attribute__((section(".rodata.whole"))) =
	"dynpk: this launcher is not complete: copy or unpack its bundle again\n";
static const char mark[] __attribute__((section(".rodata.whole"))) = WHOLE_MARK;

__attribute__((section(".text.whole"))) _Noreturn void begin(uintptr_t *stack,
							     const struct image_note *note)
{
	const elf_phdr *headers = (const void *)(launcher_image + sizeof(elf_ehdr));
	const elf_phdr *code = headers + 1;
	const unsigned char *end = launcher_image + code->p_vaddr + code->p_filesz;
	const unsigned char *at = end - WHOLE_MARK_SIZE;
	bool is_whole = is_there(at);

	for (int i = 0; is_whole && i < WHOLE_MARK_SIZE; i++)
		is_whole = at[i] == (unsigned char)mark[i];
	if (is_whole)
		launch(stack, note);
	system_call(__NR_write, 2, sentence, sizeof(sentence) - 1);
	sys_exit_group(EXIT_LAUNCHER);
}
