/* Descriptors closed or made another file's: what was noted of them is void. */
#include "base/call.h"
#include "descriptors.h"
#include "symbols.h"
#include "working-directory.h"

INTERPOSE(int, close, int fd);
INTERPOSE(int, posix_close, int fd, int flags);
INTERPOSE(int, close_range, unsigned first, unsigned last, int flags);
INTERPOSE(void, closefrom, int first);
INTERPOSE(int, dup2, int fd, int to);
INTERPOSE(int, dup3, int fd, int to, int flags);
INTERPOSE(int, fcloseall, void);
INTERPOSE(int, unshare, int flags);
BORROW(int, fileno, void *stream);

int close(int fd)
{
	forget_descriptor(fd);
	return REAL(close)(fd);
}

EXPORT int __close(int fd) __attribute__((alias("close")));

int posix_close(int fd, int flags)
{
	forget_descriptor(fd);
	return REAL(posix_close)(fd, flags);
}

int close_range(unsigned first, unsigned last, int flags)
{
	forget_descriptors(first, last);
	return REAL(close_range)(first, last, flags);
}

void closefrom(int first)
{
	forget_descriptors(first < 0 ? 0 : (unsigned)first, ~0u);
	REAL(closefrom)(first);
}

int dup2(int fd, int to)
{
	if (fd != to)
		forget_descriptor(to);
	return REAL(dup2)(fd, to);
}

EXPORT int __dup2(int fd, int to) __attribute__((alias("dup2")));

int dup3(int fd, int to, int flags)
{
	forget_descriptor(to);
	return REAL(dup3)(fd, to, flags);
}

/* Streams without a descriptor say so in errno. */
void forget_stream(void *stream)
{
	const int error = last_error();

	if (stream != NULL)
		forget_descriptor(BORROWED(fileno)(stream));
	set_error(error);
}

int fcloseall(void)
{
	forget_descriptors(0, ~0u);
	return REAL(fcloseall)();
}

/* Threads of one process may part with the others' descriptors and directories. */
void note_unshare(unsigned long flags)
{
	enum { CLONE_FS = 0x200, CLONE_FILES = 0x400 };
	/* These imply the first. */
	enum { CLONE_NEWNS = 0x20000, CLONE_NEWUSER = 0x10000000 };

	if ((flags & CLONE_FILES) != 0)
		distrust_descriptors();
	if ((flags & (CLONE_FS | CLONE_NEWNS | CLONE_NEWUSER)) != 0)
		distrust_working_directory();
}

int unshare(int flags)
{
	note_unshare((unsigned long)flags);
	return REAL(unshare)(flags);
}

/*
 * What makes a task in the same memory must not return twice into this library: it is passed on by
 * a jump, with all words as they came.
 */
#if defined(__x86_64__)
#define PASS_ON(name)                                                                              \
	__asm__(".text\n"                                                                          \
		".globl " #name "\n"                                                               \
		".type " #name ", @function\n" #name ":\n"                                         \
		"	endbr64\n"                                                                       \
		"	pushq %rdi\n"                                                                    \
		"	pushq %rsi\n"                                                                    \
		"	pushq %rdx\n"                                                                    \
		"	pushq %rcx\n"                                                                    \
		"	pushq %r8\n"                                                                     \
		"	pushq %r9\n"                                                                     \
		"	subq $8, %rsp\n"                                                                 \
		"	call before_" #name "\n"                                                   \
		"	addq $8, %rsp\n"                                                                 \
		"	popq %r9\n"                                                                      \
		"	popq %r8\n"                                                                      \
		"	popq %rcx\n"                                                                     \
		"	popq %rdx\n"                                                                     \
		"	popq %rsi\n"                                                                     \
		"	popq %rdi\n"                                                                     \
		"	jmp *%rax\n"                                                                     \
		".size " #name ", . - " #name "\n")
#elif defined(__i386__)
#define PASS_ON(name)                                                                              \
	__asm__(".text\n"                                                                          \
		".globl " #name "\n"                                                               \
		".type " #name ", @function\n" #name ":\n"                                         \
		"	subl $12, %esp\n"                                                                \
		"	call before_" #name "\n"                                                   \
		"	addl $12, %esp\n"                                                                \
		"	jmp *%eax\n"                                                                     \
		".size " #name ", . - " #name "\n")
#elif defined(__aarch64__)
#define PASS_ON(name)                                                                              \
	__asm__(".text\n"                                                                          \
		".globl " #name "\n"                                                               \
		".type " #name ", %function\n" #name ":\n"                                         \
		"	stp x29, x30, [sp, #-80]!\n"                                                     \
		"	stp x0, x1, [sp, #16]\n"                                                         \
		"	stp x2, x3, [sp, #32]\n"                                                         \
		"	stp x4, x5, [sp, #48]\n"                                                         \
		"	stp x6, x7, [sp, #64]\n"                                                         \
		"	bl before_" #name "\n"                                                     \
		"	mov x16, x0\n"                                                                   \
		"	ldp x0, x1, [sp, #16]\n"                                                         \
		"	ldp x2, x3, [sp, #32]\n"                                                         \
		"	ldp x4, x5, [sp, #48]\n"                                                         \
		"	ldp x6, x7, [sp, #64]\n"                                                         \
		"	ldp x29, x30, [sp], #80\n"                                                       \
		"	br x16\n"                                                                        \
		".size " #name ", . - " #name "\n")
#endif

#define PASS_ON_DISTRUSTING(name)                                                                  \
	static struct real real_##name = { #name, NULL };                                          \
	__attribute__((used)) any_function *before_##name(void);                                   \
	any_function *before_##name(void)                                                          \
	{                                                                                          \
		distrust_descriptors();                                                            \
		return function_of(&real_##name);                                                  \
	}                                                                                          \
	PASS_ON(name)

PASS_ON_DISTRUSTING(vfork);
PASS_ON_DISTRUSTING(__vfork);
PASS_ON_DISTRUSTING(clone);
PASS_ON_DISTRUSTING(__clone);
