/*
 * Where the kernel enters the launcher, and where a loader enters it once more (AT_ENTRY) on the
 * way to the program. On the first occasion one register holds the note of an image's stub, and is
 * 0 where the kernel comes from; on the second it holds the function the program must register
 * with atexit.
 */
	.section .note.GNU-stack, "", %progbits
	.section .text.start, "ax", %progbits
	.globl _start, entry_hook
	.hidden _start, entry_hook
	.type _start, %function
	.type entry_hook, %function

#if defined(__x86_64__)

_start:
	xorl %ebp, %ebp
	movq %rsp, %rdi
	movq %rdx, %rsi
	andq $-16, %rsp
	call begin
	hlt
entry_hook:
	movq %rsp, %rdi
	pushq %rdx
	subq $8, %rsp
	call give_back_at_entry
	addq $8, %rsp
	popq %rdx
	jmp *%rax

#elif defined(__aarch64__)

_start:
	mov x29, #0
	mov x30, #0
	mov x1, x0
	mov x0, sp
	bl begin
	brk #0
entry_hook:
	str x0, [sp, #-16]!
	add x0, sp, #16
	bl give_back_at_entry
	mov x16, x0
	ldr x0, [sp], #16
	br x16

#elif defined(__i386__)

_start:
	xorl %ebp, %ebp
	movl %esp, %eax
	andl $-16, %esp
	subl $8, %esp
	pushl %edx
	pushl %eax
	call begin
	hlt
entry_hook:
	movl %esp, %eax
	pushl %edx
	subl $4, %esp
	pushl %eax
	call give_back_at_entry
	addl $8, %esp
	popl %edx
	jmp *%eax

#endif
	.size _start, entry_hook - _start
	.size entry_hook, . - entry_hook
