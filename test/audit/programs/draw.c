/* Reads the host's configuration and has a helper of the host's draw: it tells the helper's status. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	FILE *own = fopen(DATA, "r");
	FILE *configuration = fopen("/etc/drawing.conf", "r");
	FILE *hosts = fopen("/etc/hosts", "r");
	int status = 0;
	pid_t helper;

	if (own == NULL || configuration == NULL)
		puts("lacks a file");
	if (hosts != NULL)
		fclose(hosts);
	helper = fork();
	if (helper == 0) {
		execlp("rsvg-convert", "rsvg-convert", "picture.svg", (char *)NULL);
		_exit(126);
	}
	waitpid(helper, &status, 0);
	printf("%d\n", WEXITSTATUS(status));
	return 0;
}
