/* A library that opens another object when it is loaded: the requester is not the program. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

__attribute__((constructor)) static void open_plugin(void)
{
	if (dlopen(PLUGIN, RTLD_NOW) == NULL)
		printf("plugin: %s\n", dlerror());
	else
		puts("plugin: loaded");
}
