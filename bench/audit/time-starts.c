/*
 * Time starts of several commands in turn, so that what disturbs the machine disturbs all of them:
 * time-starts ROUNDS COMMAND... ; each COMMAND is one argument, split at blanks. Its first word may
 * be the environment, NAME=VALUE. Prints a line of nanoseconds a round, a column a command.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS 8
#define WORDS 32

static long now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

static long time_start(char **argv)
{
	const bool has_setting = strchr(argv[0], '=') != NULL;
	char *const environment[] = { has_setting ? *argv++ : NULL, NULL };
	posix_spawn_file_actions_t actions;
	int status;
	pid_t child;
	long begin;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	begin = now();
	if (posix_spawn(&child, argv[0], &actions, NULL, argv, environment) != 0)
		exit(2);
	waitpid(child, &status, 0);
	if (status != 0)
		exit(3);
	begin = now() - begin;
	posix_spawn_file_actions_destroy(&actions);
	return begin;
}

int main(int argc, char **argv)
{
	char *words[COMMANDS][WORDS + 1] = { { NULL } };
	int commands = argc - 2;

	if (commands < 1 || commands > COMMANDS)
		return 2;
	for (int at = 0; at < commands; at++) {
		size_t count = 0;
		for (char *word = strtok(argv[at + 2], " "); word != NULL && count < WORDS;
		     word = strtok(NULL, " "))
			words[at][count++] = word;
	}
	for (long round = 0; round < atol(argv[1]); round++) {
		for (int at = 0; at < commands; at++)
			printf("%ld%c", time_start(words[at]), at + 1 < commands ? ' ' : '\n');
	}
	return 0;
}
