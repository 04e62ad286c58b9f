/* Replaced by the launch record of one program when a bundle is made. */
	.section .note.GNU-stack, "", %progbits
	.section .launch_record, "a", %progbits
	.balign 16
	.ascii "DYNPKLR1"
	.balign 16
