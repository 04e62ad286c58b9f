#include "give-back.h"
#include "system.h"
#include "text.h"

/*
 * Those that change which code a loader runs or where it writes. LD_DEBUG, LD_BIND_NOW and
 * MALLOC_* stay: a user who sets them for a packed program means it.
 */
bool acts_on_loader(const char *entry)
{
	static const char names[][24] = {
		"LD_PRELOAD",	    "LD_AUDIT",	       "LD_LIBRARY_PATH",
		"LD_ORIGIN_PATH",   "LD_HWCAP_MASK",   "LD_PROFILE",
		"LD_ASSUME_KERNEL", "LD_DYNAMIC_WEAK", "GLIBC_TUNABLES",
	};

	if (entry[0] != 'L' && entry[0] != 'G')
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (value_of(entry, names[i]) != NULL)
			return true;
	}
	return false;
}

static void uncover(char **environment)
{
	for (char **entry = environment; *entry != NULL; entry++) {
		char *text = *entry;

		if (text[0] != HIDDEN_LETTER)
			continue;
		text[0] = text[1] == 'L' ? 'G' : 'L';
		if (!acts_on_loader(text))
			text[0] = HIDDEN_LETTER;
	}
}

/*
 * Drop our strings from the end of the environment. What follows the final NULL is the auxiliary
 * vector, and programs find it from there (Go, musl): the slots that fall free become entries of it
 * that mean nothing.
 */
static void drop_extras(char **environment, size_t count)
{
	char **end = environment;
	auxv_entry *filler;

	while (*end != NULL)
		end++;
	end[-(ptrdiff_t)count] = NULL;
	filler = (auxv_entry *)(end - count + 1);
	for (size_t i = 0; i < count / 2; i++) {
		filler[i].a_type = AT_IGNORE;
		filler[i].a_un.a_val = 0;
	}
}

static struct give_back *give_back(struct start start)
{
	auxv_entry *ours = find_auxv(start.auxv, AT_GIVE_BACK);
	struct give_back *back;

	if (ours == NULL)
		return NULL;
	back = (void *)ours->a_un.a_val;
	ours->a_type = AT_IGNORE;
	ours->a_un.a_val = 0;
	if (back->extra_count > 0)
		drop_extras(start.environment, back->extra_count);
	uncover(start.environment);
	if (back->interpreter != NULL) {
		back->interpreter->p_vaddr = back->interpreter_address;
		sys_protect(back->page, back->page_size, MAP_PROT_READ);
	}
	if (back->entry != 0)
		find_auxv(start.auxv, AT_ENTRY)->a_un.a_val = back->entry;
	/* The loader's own words may still stand ahead of the program's. */
	if (back->argv0 != NULL && start.argc >= back->argc)
		start.argv[start.argc - back->argc] = back->argv0;
	if (back->path != NULL && find_auxv(start.auxv, AT_EXECFN) != NULL)
		find_auxv(start.auxv, AT_EXECFN)->a_un.a_val = (uintptr_t)back->path;
	return back;
}

void give_back_before_constructors(int argc, char **argv, char **environment)
{
	const struct give_back *back = give_back(read_start((uintptr_t *)argv - 1));

	for (size_t i = 0; back != NULL && i < back->own_preinit_count; i++) {
		void (*function)(int, char **, char **) =
			(void (*)(int, char **, char **))(back->own_preinit[i]);

		function(argc, argv, environment);
	}
}

uintptr_t give_back_at_entry(uintptr_t *stack)
{
	const struct give_back *back = give_back(read_start(stack));

	return back == NULL ? 0 : back->entry;
}

/*
 * Where the loader runs as a program (docs/decisions/0009), this very file is preloaded into it,
 * and its one IRELATIVE relocation calls the function below: relocation is over before the first
 * constructor, in every glibc.
 */
extern uintptr_t *__libc_stack_end __attribute__((weak, visibility("default")));

static void nothing(void)
{
}

static void (*give_back_in_relocation(void))(void)
{
	if (&__libc_stack_end != NULL && __libc_stack_end != NULL)
		give_back(read_start(__libc_stack_end));
	return nothing;
}

void relocated(void) __attribute__((ifunc("give_back_in_relocation"), visibility("hidden")));

extern void (*const relocated_slot)(void);
__attribute__((used)) void (*const relocated_slot)(void) = relocated;
