/*
 * Objects loaded by path. The loader looks at who called dlopen(): so the call is passed on by a
 * jump, and the path it is passed lies where nobody has to give it back.
 */
#include "audit.h"
#include "base/file-status.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "route.h"
#include "symbols.h"
#include "view.h"

enum { NAME_SLOTS = 32 };

static char names[NAME_SLOTS][PATH_MAX];
static unsigned name_count;

INTERPOSE(void *, dlopen, const char *path, int mode);
INTERPOSE(void *, dlmopen, long space, const char *path, int mode);

__attribute__((used)) any_function *real_dlopen_function(void);
__attribute__((used)) any_function *real_dlmopen_function(void);
__attribute__((used)) const char *route_object(const char *path, const void *caller);

any_function *real_dlopen_function(void)
{
	return function_of(&real_dlopen);
}

any_function *real_dlmopen_function(void)
{
	return function_of(&real_dlmopen);
}

/* The loader has copied the name before it runs anything that could load as many objects again. */
static char *next_name(void)
{
	return names[__atomic_fetch_add(&name_count, 1, __ATOMIC_RELAXED) % NAME_SLOTS];
}

/* Whether it keeps the place it came from: what lies elsewhere the loader knows by that place
 * alone. */
static bool is_payload(const struct view *view, const char *place)
{
	return text_starts_with(place, view->top) &&
	       text_starts_with(place + view->top_length, "/root/");
}

/*
 * The directory of the name is what $ORIGIN stands for, not that of the file a link leads to: so a
 * link is opened as one, wherever that gives the same file.
 */
__attribute__((noinline)) static const char *name_link(const char *path, const char *followed)
{
	const struct view *now = view();
	ROUTE(route);
	struct file_status link, file;
	char *name;

	if (now == NULL || !is_payload(now, followed) ||
	    find_route(&route, AT_FDCWD, path, LOAD) != 0 || !route.is_bundled ||
	    !is_payload(now, route.path) || text_equal(route.path, followed))
		return NULL;
	link = file_status_at(AT_FDCWD, route.path, 0);
	file = file_status_at(AT_FDCWD, followed, 0);
	if (!is_same_file(&link, &file))
		return NULL;
	name = next_name();
	memcpy(name, route.path, text_length(route.path) + 1);
	return name;
}

static const char *place_object(const char *path)
{
	ROUTE(route);
	const char *link;
	bool has_slash = false;
	char *name;

	for (const char *c = path; c != NULL && *c != '\0'; c++)
		has_slash |= *c == '/';
	/* Of a launcher the program: to load that is for the loader to refuse. */
	if (!has_slash || find_route(&route, AT_FDCWD, path, FOLLOW | LOAD | READ) != 0 ||
	    !route.is_bundled)
		return path;
	link = name_link(path, route.path);
	if (link != NULL)
		return link;
	name = next_name();
	memcpy(name, route.path, text_length(route.path) + 1);
	return name;
}

const char *route_object(const char *path, const void *caller)
{
	const char *place = place_object(path);

	return __builtin_expect(is_audited, 0) ? audit_object(place, caller, next_name) : place;
}

#if defined(__x86_64__)
__asm__(".text\n"
	".globl dlopen\n"
	".type dlopen, @function\n"
	"dlopen:\n"
	"	endbr64\n"
	"	pushq %rsi\n"
	"	movq 8(%rsp), %rsi\n"
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
	"	movq 24(%rsp), %rsi\n"
	"	call route_object\n"
	"	movq %rax, (%rsp)\n"
	"	call real_dlmopen_function\n"
	"	movq %rax, %r11\n"
	"	popq %rsi\n"
	"	popq %rdx\n"
	"	popq %rdi\n"
	"	jmp *%r11\n"
	".size dlmopen, . - dlmopen\n");
#elif defined(__i386__)
/* The words of a call lie where the caller put them, and are the called function's to change. */
__asm__(".text\n"
	".globl dlopen\n"
	".type dlopen, @function\n"
	"dlopen:\n"
	"	subl $4, %esp\n"
	"	pushl 4(%esp)\n"
	"	pushl 12(%esp)\n"
	"	call route_object\n"
	"	movl %eax, 16(%esp)\n"
	"	call real_dlopen_function\n"
	"	addl $12, %esp\n"
	"	jmp *%eax\n"
	".size dlopen, . - dlopen\n"
	".globl dlmopen\n"
	".type dlmopen, @function\n"
	"dlmopen:\n"
	"	subl $4, %esp\n"
	"	pushl 4(%esp)\n"
	"	pushl 16(%esp)\n"
	"	call route_object\n"
	"	movl %eax, 20(%esp)\n"
	"	call real_dlmopen_function\n"
	"	addl $12, %esp\n"
	"	jmp *%eax\n"
	".size dlmopen, . - dlmopen\n");
#elif defined(__aarch64__)
__asm__(".text\n"
	".globl dlopen\n"
	".type dlopen, %function\n"
	"dlopen:\n"
	"	stp x29, x30, [sp, #-32]!\n"
	"	str x1, [sp, #16]\n"
	"	mov x1, x30\n"
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
	"	mov x1, x30\n"
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
