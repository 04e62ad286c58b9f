/* Answers in the words that two of them are compared by. */
#include "probe.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

void answer(bool ok)
{
	if (ok)
		printf("ok");
	else
		printf("%s", strerrorname_np(errno));
}

void say_status(int result, const struct stat *status)
{
	if (result != 0)
		printf("%s", strerrorname_np(errno));
	else if (S_ISDIR(status->st_mode))
		printf("directory");
	else
		printf("%o %ld", status->st_mode, (long)status->st_size);
}

void say_content(int fd)
{
	char text[64];
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (size < 0) {
		printf("%s", strerrorname_np(errno));
		return;
	}
	text[size] = '\0';
	text[strcspn(text, "\n")] = '\0';
	printf("'%s'", text);
}

void say_names(char **names, int count)
{
	for (int i = 0; i < count; i++) {
		int least = i;
		char *name;

		for (int j = i + 1; j < count; j++) {
			if (strcmp(names[j], names[least]) < 0)
				least = j;
		}
		name = names[least];
		names[least] = names[i];
		printf("%s%s", i == 0 ? "" : " ", name);
	}
}
