/*
 * Objects loaded by path. The loader looks at who called dlopen(): so the call is passed on by a
 * jump, and the path it is passed lies where nobody has to give it back.
 */
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "route.h"
#include "symbols.h"
#include "view.h"

enum { NAME_SLOTS = 32 };

static char names[NAME_SLOTS][PATH_MAX];
static unsigned next_name;

INTERPOSE(void *, dlopen, const char *path, int mode);
INTERPOSE(void *, dlmopen, long space, const char *path, int mode);

__attribute__((used)) any_function *real_dlopen_function(void);
__attribute__((used)) any_function *real_dlmopen_function(void);
__attribute__((used)) const char *route_object(const char *path);

any_function *real_dlopen_function(void)
{
	return function_of(&real_dlopen);
}

any_function *real_dlmopen_function(void)
{
	return function_of(&real_dlmopen);
}

/* The loader has copied the name before it runs anything that could load as many objects again. */
const char *route_object(const char *path)
{
	ROUTE(route);
	bool has_slash = false;
	char *name;

	for (const char *c = path; c != NULL && *c != '\0'; c++)
		has_slash |= *c == '/';
	if (!has_slash || find_route(&route, AT_FDCWD, path, FOLLOW) != 0 || !route.is_bundled)
		return path;
	name = names[__atomic_fetch_add(&next_name, 1, __ATOMIC_RELAXED) % NAME_SLOTS];
	memcpy(name, route.path, text_length(route.path) + 1);
	return name;
}

#if defined(__x86_64__)
__asm__(".text\n"
	".globl dlopen\n"
	".type dlopen, @function\n"
	"dlopen:\n"
	"	endbr64\n"
	"	pushq %rsi\n"
	"	call route_object\n"
	"	pushq %rax\n"
	"	subq $8, %rsp\n"
	"	call real_dlopen_function\n"
	"	addq $8, %rsp\n"
	"	movq %rax, %r11\n"
	"	popq %rdi\n"
	"	popq %rsi\n"
	"	jmp *%r11\n"
	".size dlopen, . - dlopen\n"
	".globl dlmopen\n"
	".type dlmopen, @function\n"
	"dlmopen:\n"
	"	endbr64\n"
	"	pushq %rdi\n"
	"	pushq %rdx\n"
	"	subq $8, %rsp\n"
	"	movq %rsi, %rdi\n"
	"	call route_object\n"
	"	movq %rax, (%rsp)\n"
	"	call real_dlmopen_function\n"
	"	movq %rax, %r11\n"
	"	popq %rsi\n"
	"	popq %rdx\n"
	"	popq %rdi\n"
	"	jmp *%r11\n"
	".size dlmopen, . - dlmopen\n");
#elif defined(__aarch64__)
__asm__(".text\n"
	".globl dlopen\n"
	".type dlopen, %function\n"
	"dlopen:\n"
	"	stp x29, x30, [sp, #-32]!\n"
	"	str x1, [sp, #16]\n"
	"	bl route_object\n"
	"	str x0, [sp, #24]\n"
	"	bl real_dlopen_function\n"
	"	mov x16, x0\n"
	"	ldr x1, [sp, #16]\n"
	"	ldr x0, [sp, #24]\n"
	"	ldp x29, x30, [sp], #32\n"
	"	br x16\n"
	".size dlopen, . - dlopen\n"
	".globl dlmopen\n"
	".type dlmopen, %function\n"
	"dlmopen:\n"
	"	stp x29, x30, [sp, #-48]!\n"
	"	stp x0, x2, [sp, #16]\n"
	"	mov x0, x1\n"
	"	bl route_object\n"
	"	str x0, [sp, #32]\n"
	"	bl real_dlmopen_function\n"
	"	mov x16, x0\n"
	"	ldp x0, x2, [sp, #16]\n"
	"	ldr x1, [sp, #32]\n"
	"	ldp x29, x30, [sp], #48\n"
	"	br x16\n"
	".size dlmopen, . - dlmopen\n");
#endif
