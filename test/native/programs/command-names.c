/* The programs that the shell's command in argv[1] names, a line each. */
#include "wrappers/shim/command-words.h"
#include <stdio.h>

int main(int argc, char **argv)
{
	const char *at = argc == 2 ? argv[1] : "";
	char name[64];

	while (next_command(&at, name, sizeof(name)))
		puts(name);
	return 0;
}
