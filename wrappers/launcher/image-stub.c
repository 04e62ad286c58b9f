/*
 * What an image has at its entry point: a file that a packed program has made out of its own.
 *
 * The kernel needs no interpreter to start it. This stub maps the launcher that the note behind it
 * names, and enters that with the stack as it was. See docs/decisions/0023.
 *
 * The linker makes one flat piece of code out of this file, which begins at its first byte and
 * needs no relocation; the path shim puts it into images.
 */
#include "image-note.h"
#include "stub.h"

#if defined(__x86_64__)
__asm__(".pushsection .text.start, \"ax\"\n"
	"	movq %rsp, %rbx\n"
	"	movq %rsp, %rdi\n"
	"	andq $-16, %rsp\n"
	"	call find_launcher\n"
	"	movq %rbx, %rsp\n"
	"	leaq image_note(%rip), %rdx\n"
	"	jmp *%rax\n"
	".popsection\n");
#elif defined(__aarch64__)
__asm__(".pushsection .text.start, \"ax\"\n"
	"	mov x19, sp\n"
	"	mov x0, sp\n"
	"	bl find_launcher\n"
	"	mov sp, x19\n"
	"	mov x16, x0\n"
	"	adr x0, image_note\n"
	"	br x16\n"
	".popsection\n");
#endif

/* Placed behind the code by image-stub.lds. */
extern const struct image_note image_note;

uintptr_t find_launcher(uintptr_t *stack);

/* No control character is printed raw, those of two bytes in UTF-8 among them. */
static void say_path(void)
{
	const char *path = image_note.path;
	char text[PATH_MAX];
	size_t length = 0;

	for (; length < sizeof(text) && *path != '\0'; path++) {
		const unsigned char byte = (unsigned char)*path;
		const bool is_high = byte == 0xc2 && (unsigned char)path[1] < 0xa0;

		text[length++] = is_high || byte < ' ' || byte == 0x7f ? '?' : *path;
		path += is_high && path[1] != '\0';
	}
	sys_write(2, text, length);
}

uintptr_t find_launcher(uintptr_t *stack)
{
	const struct start start = read_start(stack);
	uintptr_t entry = 0;

	/* Whoever can write where the bundle lies must not get rights that only the caller gave. */
	if (auxv_value(&start, AT_SECURE) == 0)
		entry = map_launcher(image_note.path, auxv_value(&start, AT_PAGESZ));
	if (entry != 0)
		return entry;
	SAY("dynpk: this program was made by ");
	say_path();
	SAY(", and starts only while that is there, without more rights than its caller has\n");
	sys_exit_group(EXIT_LAUNCHER);
}
