/*
 * Where the kernel enters a program that needs nothing else: begin() gets the initial stack.
 */
	.section .note.GNU-stack, "", %progbits
	.text
	.globl _start
	.type _start, %function
_start:
#if defined(__x86_64__)
	xorl %ebp, %ebp
	movq %rsp, %rdi
	andq $-16, %rsp
	call begin
	hlt
#elif defined(__aarch64__)
	mov x29, #0
	mov x30, #0
	mov x0, sp
	bl begin
	brk #0
#elif defined(__i386__)
	xorl %ebp, %ebp
	movl %esp, %eax
	andl $-16, %esp
	subl $12, %esp
	pushl %eax
	call begin
	hlt
#endif
	.size _start, . - _start
