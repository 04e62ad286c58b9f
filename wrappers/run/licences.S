/* The licence of the decoder, which is to go wherever the decoder goes. */
	.section .note.GNU-stack, "", %progbits
	.section .rodata.zstd_licence, "a", %progbits
	.globl zstd_licence, zstd_licence_end
	.hidden zstd_licence, zstd_licence_end
zstd_licence:
	.incbin "zstd-licence"
zstd_licence_end:
