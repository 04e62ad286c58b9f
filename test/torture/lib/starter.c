/*
 * Start one program after the other, and tell how each ended and what it said: for thousands of
 * starts, which would take a large process too long to fork.
 *
 * A request is a line on stdin, words split by tabs: seconds to wait, the number of settings of
 * the environment, these, and the program's words. The answer is a line of numbers (exit status or
 * -1, signal or 0, whether it was too late, the lengths of its output and its errors) and then
 * both. What the kernel does not take for a program is handed to no shell.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORD_LIMIT = 64, TEXT_LIMIT = 65536, LINE_LIMIT = 65536 };

struct stream {
	int fd;
	size_t length;
	char bytes[TEXT_LIMIT];
};

static struct stream streams[2];

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static pid_t begin(char **settings, char **words, int *ends)
{
	int pipes[2][2];
	pid_t child;

	if (pipe2(pipes[0], O_CLOEXEC) != 0 || pipe2(pipes[1], O_CLOEXEC) != 0)
		exit(2);
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(pipes[0][1], 1);
		dup2(pipes[1][1], 2);
		execve(words[0], words, settings);
		dprintf(2, "kernel: %s\n", strerror(errno));
		_exit(126);
	}
	close(pipes[0][1]);
	close(pipes[1][1]);
	ends[0] = pipes[0][0];
	ends[1] = pipes[1][0];
	return child;
}

/* Until both ends are closed; false where that takes too long. */
static int collect(const int *ends, long until)
{
	int open_count = 2;

	for (int i = 0; i < 2; i++)
		streams[i].fd = ends[i], streams[i].length = 0;
	while (open_count > 0) {
		struct pollfd polled[2] = { { streams[0].fd, POLLIN, 0 },
					    { streams[1].fd, POLLIN, 0 } };
		const long left = until - milliseconds();

		if (left <= 0 || poll(polled, 2, (int)left) == 0)
			return 0;
		for (int i = 0; i < 2; i++) {
			static char rest[4096];
			struct stream *stream = &streams[i];
			const size_t room = TEXT_LIMIT - stream->length;
			ssize_t got;

			if (stream->fd < 0 || polled[i].revents == 0)
				continue;
			got = room > 0 ? read(stream->fd, stream->bytes + stream->length, room)
				       : read(stream->fd, rest, sizeof(rest));
			if (got > 0 && room > 0)
				stream->length += (size_t)got;
			if (got <= 0) {
				stream->fd = -1;
				open_count--;
			}
		}
	}
	return 1;
}

static void answer(char **settings, char **words, long seconds)
{
	int ends[2];
	int status = 0;
	const pid_t child = begin(settings, words, ends);
	const int in_time = collect(ends, milliseconds() + 1000 * seconds);

	kill(-child, SIGKILL);
	waitpid(child, &status, 0);
	close(ends[0]);
	close(ends[1]);
	printf("%d %d %d %zu %zu\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1,
	       WIFSIGNALED(status) ? WTERMSIG(status) : 0, !in_time, streams[0].length,
	       streams[1].length);
	for (int i = 0; i < 2; i++)
		fwrite(streams[i].bytes, 1, streams[i].length, stdout);
	fflush(stdout);
}

int main(void)
{
	static char line[LINE_LIMIT];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *words[WORD_LIMIT + 1];
		char *settings[WORD_LIMIT + 1];
		int count = 0, setting_count, i;

		line[strcspn(line, "\n")] = '\0';
		for (char *word = strtok(line, "\t"); word != NULL && count < WORD_LIMIT;
		     word = strtok(NULL, "\t"))
			words[count++] = word;
		words[count] = NULL;
		if (count < 3)
			return 2;
		setting_count = atoi(words[1]);
		for (i = 0; i < setting_count; i++)
			settings[i] = words[2 + i];
		settings[setting_count] = NULL;
		answer(settings, words + 2 + setting_count, atol(words[0]));
	}
	return 0;
}
