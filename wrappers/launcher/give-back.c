#include "give-back.h"
#include "base/fail.h"
#include "base/mapping.h"
#include "table/loader-variables.h"

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
	uncover_loader_variables(start.environment);
	if (back->interpreter != NULL) {
		/* Behind text relocations the loader has protected the page again. */
		sys_mprotect((void *)back->page, back->page_size, PROT_READ | PROT_WRITE);
		back->interpreter->p_vaddr = back->interpreter_address;
		sys_mprotect((void *)back->page, back->page_size, PROT_READ);
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

	/* Only musl comes here before constructors, which may take variables away (the shim's do). */
	if (back == NULL)
		FAIL(EXIT_LAUNCHER, "the bundled loader is no musl's, as its launch record says");
	return back->entry;
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
