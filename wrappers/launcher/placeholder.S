/* Replaced by the launch record of one program when a bundle is made. */
	.section .note.GNU-stack, "", %progbits
	/* Replaced by a copy of the program headers: one of four as 64-bit machines have it. */
	.section .headers_copy, "a", %progbits
	.balign 16
	.ascii "DYNPKHDR"
	.zero 4 * 56 - 8
	.section .launch_record, "a", %progbits
	.balign 16
	.ascii "DYNPKLR3"
	.balign 16
