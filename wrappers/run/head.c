/*
 * The head as built: in data, so that the packer finds it in the file and a start finds it in
 * memory. By itself, or the compiler would reckon with what it holds here.
 */
#include "head.h"

struct run_head run_head __attribute__((aligned(16), visibility("hidden"))) = {
	.magic = "DYNPKRN1",
};
