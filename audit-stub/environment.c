#include "environment.h"
#include "base/text.h"
#include "base/variables.h"
#include "bounded-text.h"
#include "hot.h"

#include <link.h>

static HOT char **environment;

/* ld.so hands argc, argv and the environment to every constructor, an auditor's too. */
__attribute__((constructor)) static void keep_environment(int argc, char **argv, char **envp)
{
	(void)argc;
	(void)argv;
	environment = envp;
}

/* Where in the environment `name` is set, or NULL. */
static char **entry_of(const char *name)
{
	for (char **entry = environment; entry != NULL && *entry != NULL; entry++) {
		if (value_of(*entry, name) != NULL)
			return entry;
	}
	return NULL;
}

const char *variable(const char *name)
{
	char **entry = entry_of(name);
	return entry != NULL ? value_of(*entry, name) : NULL;
}

void take_back_tunable(const char *size)
{
	char setting[64] = "glibc.rtld.optional_static_tls=";
	struct text text = { .bytes = setting, .used = text_length(setting), .room = 63 };
	char **entry = entry_of("GLIBC_TUNABLES");
	size_t end, begin;

	text_add(&text, size);
	setting[text.used] = '\0';
	if (entry == NULL || text.cut)
		return;
	end = text_length(*entry);
	begin = text_length("GLIBC_TUNABLES=");
	if (end < begin + text.used || !text_equal(*entry + end - text.used, setting))
		return;
	if (end > begin + text.used) {
		/* Something of the user's stands before it, and a colon between them. */
		(*entry)[end - text.used - 1] = '\0';
		return;
	}
	for (; *entry != NULL; entry++)
		entry[0] = entry[1];
}

/* The auxiliary vector lies behind the NULL that ends the environment. */
unsigned long auxiliary(unsigned long type)
{
	char **end = environment;
	if (end == NULL)
		return 0;
	while (*end != NULL)
		end++;
	for (const ElfW(auxv_t) *entry = (const void *)(end + 1); entry->a_type != AT_NULL;
	     entry++) {
		if (entry->a_type == type)
			return entry->a_un.a_val;
	}
	return 0;
}
