/**
 * A program that tells what it sees of itself: what a launcher could get wrong.
 */
export const reportProgram = `
#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

extern char **environ;
extern const ElfW(Phdr) __ehdr_start;
static char early[4096];
int main(int argc, char **argv);

__attribute__((constructor)) static void look_early(void)
{
	for (char **envp = environ; *envp; envp++)
		if (!strncmp(*envp, "LD_", 3))
			strcat(strcat(early, *envp), " ");
}

static int show_object(struct dl_phdr_info *info, size_t size, void *data)
{
	printf("object %s\\n", info->dlpi_name);
	return 0;
}

int main(int argc, char **argv)
{
	char text[4096] = "";
	if (argc > 1 && !strcmp(argv[1], "again") && argc > 2 && atoi(argv[2]) > 0) {
		sprintf(text, "%d", atoi(argv[2]) - 1);
		execl("/proc/self/exe", argv[0], "again", text, NULL);
		return 99;
	}
	if (argc > 1 && !strcmp(argv[1], "host-child")) {
		execle("/usr/bin/env", "env", NULL, environ);
		return 99;
	}
	for (int i = 0; i < argc; i++)
		printf("argv %s\\n", argv[i]);
	printf("invocation %s %s\\n", program_invocation_name, program_invocation_short_name);
	printf("exe %s\\n", readlink("/proc/self/exe", text, sizeof(text) - 1) > 0 ? text : "-");
	prctl(PR_GET_NAME, text);
	printf("comm %s\\n", text);
	printf("execfn %s\\n", (char *)getauxval(AT_EXECFN));
	const ElfW(Phdr) *headers = (void *)getauxval(AT_PHDR);
	printf("headers %d\\n", (char *)headers == (char *)&__ehdr_start + sizeof(ElfW(Ehdr)));
	const char *entry = (void *)getauxval(AT_ENTRY);
	printf("entry %d\\n", entry > (char *)&__ehdr_start && labs(entry - (char *)main) < 1 << 16);
	printf("base %d\\n", getauxval(AT_BASE) != 0);
	for (char **e = environ; *e; e++)
		printf("env %s\\n", *e);
	printf("early %s\\n", early);
	dl_iterate_phdr(show_object, NULL);
	return 7;
}
`;

/** The lines of the report that begin with `word`. */
export function told(report: string, word: string): readonly string[] {
	return report
		.split('\n')
		.filter(line => line.startsWith(`${word} `))
		.map(line => line.slice(word.length + 1));
}
