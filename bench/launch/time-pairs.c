/*
 * Time starts of two commands in turn, with their output thrown away: time-pairs ROUNDS COMMAND
 * COMMAND; each COMMAND is one argument, split at blanks. Prints both times of a round, in
 * nanoseconds. Which one goes first changes from round to round.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { WORDS = 32 };

static posix_spawn_file_actions_t quiet;

static long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

static long time_start(char **argv)
{
	static char *const environment[] = { NULL };
	const long begin = now();
	int status;
	pid_t child;

	if (posix_spawn(&child, argv[0], &quiet, NULL, argv, environment) != 0)
		exit(2);
	waitpid(child, &status, 0);
	if (status != 0)
		exit(3);
	return now() - begin;
}

int main(int argc, char **argv)
{
	char *words[2][WORDS + 1] = { { NULL } };

	if (argc != 4)
		return 2;
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	for (int at = 0; at < 2; at++) {
		char *word = strtok(argv[at + 2], " ");

		for (int count = 0; word != NULL && count < WORDS; count++) {
			words[at][count] = word;
			word = strtok(NULL, " ");
		}
	}
	for (long round = 0; round < atol(argv[1]); round++) {
		const int first = (int)(round % 2);
		long times[2];

		times[first] = time_start(words[first]);
		times[1 - first] = time_start(words[1 - first]);
		printf("%ld %ld\n", times[0], times[1]);
	}
	return 0;
}
