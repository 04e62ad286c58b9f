/*
 * What a program that reads its own file (strategy `self`) has at its entry point.
 *
 * The kernel started the program's own bytes, so /proc/self/exe is right; but the loader it asks
 * for is the bundle's. This stub maps the launcher that lies beside the program, as `.NAME.dynpk`,
 * and enters it with the stack as it was. The launcher puts the bytes under the stub back. See
 * docs/decisions/0010.
 *
 * The linker makes one flat piece of code out of this file, which begins at stub_start and needs no
 * relocation. It is laid over the first instructions of a program: it stays short.
 */
#include "stub.h"

#if defined(__x86_64__)
__asm__(".pushsection .text.start, \"ax\"\n"
	"	movq %rsp, %rbx\n"
	"	movq %rsp, %rdi\n"
	"	andq $-16, %rsp\n"
	"	call find_launcher\n"
	"	movq %rbx, %rsp\n"
	"	xorl %edx, %edx\n"
	"	jmp *%rax\n"
	".popsection\n");
#elif defined(__aarch64__)
__asm__(".pushsection .text.start, \"ax\"\n"
	"	mov x19, sp\n"
	"	mov x0, sp\n"
	"	bl find_launcher\n"
	"	mov sp, x19\n"
	"	mov x16, x0\n"
	"	mov x0, #0\n"
	"	br x16\n"
	".popsection\n");
#elif defined(__i386__)
__asm__(".pushsection .text.start, \"ax\"\n"
	"	movl %esp, %ebx\n"
	"	andl $-16, %esp\n"
	"	subl $12, %esp\n"
	"	pushl %ebx\n"
	"	call find_launcher\n"
	"	movl %ebx, %esp\n"
	"	xorl %edx, %edx\n"
	"	jmp *%eax\n"
	".popsection\n");
#endif

uintptr_t find_launcher(uintptr_t *stack);

enum { LINK_LIMIT = 8 };

/* Follow `path` to where it leads in the end, as long as that is a link. */
static void follow(char *path, char *link)
{
	for (int i = 0; i < LINK_LIMIT; i++) {
		const long length = sys_readlink(path, link, PATH_MAX);
		long start = 0;

		if (failed(length))
			return;
		for (long at = 0; link[0] != '/' && path[at] != '\0'; at++)
			start = path[at] == '/' ? at + 1 : start;
		for (long at = 0; at < length && start < PATH_MAX; at++)
			path[start++] = link[at];
		path[start] = '\0';
	}
}

/* Make `dir/NAME` into `dir/.NAME.dynpk`. */
static void name_launcher(char *path)
{
	static const char suffix[8] __attribute__((nonstring)) = ".dynpk";
	long end = 0;
	long name = 0;

	for (; path[end] != '\0'; end++)
		name = path[end] == '/' ? end + 1 : name;
	for (long at = end; at > name; at--)
		path[at] = path[at - 1];
	path[name] = '.';
	for (long at = 0; at < (long)sizeof(suffix); at++)
		path[end + 1 + at] = suffix[at];
}

uintptr_t find_launcher(uintptr_t *stack)
{
	struct start start = read_start(stack);
	char path[2 * PATH_MAX];
	char link[PATH_MAX];
	const char *name = (const char *)auxv_value(&start, AT_EXECFN);
	long end = sys_readlink("/proc/self/exe", path, PATH_MAX);
	uintptr_t entry = 0;

	if (failed(end)) {
		for (end = 0; end < PATH_MAX && name[end] != '\0'; end++)
			path[end] = name[end];
		path[end] = '\0';
		follow(path, link);
	} else {
		path[end] = '\0';
	}
	name_launcher(path);
	/*
	 * By which link the file was started is the caller's choice, and so is what lies beside it:
	 * that must not run with rights that the caller lacks.
	 */
	if (auxv_value(&start, AT_SECURE) == 0)
		entry = map_launcher(path, auxv_value(&start, AT_PAGESZ));
	if (entry != 0)
		return entry;
	SAY("dynpk: this program starts from its place in its bundle only, without more rights\n");
	sys_exit_group(EXIT_LAUNCHER);
}
