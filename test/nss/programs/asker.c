/*
 * Looks names up as a program may, and tells what else it noticed meanwhile.
 *
 *	asker raw SERVICE FUNCTION KEY ROOM	one function of a module, with a buffer of ROOM
 *bytes; as often as there are KEY and ROOM
 *	asker children KEY			lookups of a user among children and their signals
 *	asker threads COUNT			users user0, user1, … at once, while others fork
 *	asker descriptors KEY			which descriptors there are, before and after
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void require(int condition, const char *what)
{
	if (!condition) {
		printf("not so: %s\n", what);
		exit(1);
	}
}

typedef enum nss_status user_function(const char *, struct passwd *, char *, size_t, int *);
typedef enum nss_status user_id_function(uid_t, struct passwd *, char *, size_t, int *);
typedef enum nss_status group_function(const char *, struct group *, char *, size_t, int *);
typedef enum nss_status groups_function(const char *, gid_t, long *, long *, gid_t **, long, int *);

static void print_user(const struct passwd *user)
{
	printf("%s:%s:%u:%u:%s:%s:%s\n", user->pw_name, user->pw_passwd, user->pw_uid, user->pw_gid,
	       user->pw_gecos, user->pw_dir, user->pw_shell);
}

static void print_group(const struct group *group)
{
	printf("%s:%s:%u:", group->gr_name, group->gr_passwd, group->gr_gid);
	for (char **member = group->gr_mem; *member != NULL; member++)
		printf("%s%s", member == group->gr_mem ? "" : ",", *member);
	printf("\n");
}

/* The buffer ends where memory ends, and begins behind bytes that must stay. */
static int raw(const char *service, const char *name, const char *key, size_t room)
{
	char file[64], symbol[96], *guarded = malloc(room + 32), *buffer = guarded + 16;
	struct passwd user;
	struct group group;
	int error = 4711;
	enum nss_status status;
	void *module, *function;

	snprintf(file, sizeof(file), "libnss_%s.so.2", service);
	snprintf(symbol, sizeof(symbol), "_nss_%s_%s", service, name);
	module = dlopen(file, RTLD_NOW);
	function = module == NULL ? NULL : dlsym(module, symbol);
	if (function == NULL) {
		printf("%s\n", dlerror());
		return 1;
	}
	memset(guarded, 0x5a, room + 32);
	errno = 4712;
	if (strcmp(name, "initgroups_dyn") == 0) {
		long start = 1, size = 1;
		gid_t *groups = malloc(sizeof(*groups));

		groups[0] = 7;
		status = ((groups_function *)function)(key, 1000, &start, &size, &groups,
						       (long)room, &error);
		printf("%d %d:", status, error);
		for (long i = 0; i < start; i++)
			printf(" %u", groups[i]);
		printf("\n");
		return 0;
	}
	if (strcmp(name, "getpwnam_r") == 0)
		status = ((user_function *)function)(key, &user, buffer, room, &error);
	else if (strcmp(name, "getpwuid_r") == 0)
		status = ((user_id_function *)function)((uid_t)atoi(key), &user, buffer, room,
							&error);
	else
		status = ((group_function *)function)(key, &group, buffer, room, &error);
	for (size_t i = 0; i < 16; i++)
		require(guarded[i] == 0x5a && buffer[room + i] == 0x5a,
			"bytes beside the buffer stay");
	require(errno == 4712, "errno stays");
	printf("%d %d\n", status, error);
	if (status == NSS_STATUS_SUCCESS && strncmp(name, "getpw", 5) == 0)
		print_user(&user);
	else if (status == NSS_STATUS_SUCCESS)
		print_group(&group);
	return 0;
}

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
	(void)number;
	signals++;
}

static void look_up(const char *key)
{
	const struct passwd *user = getpwnam(key);

	require(user != NULL && strcmp(user->pw_name, key) == 0, "the user is known");
}

static int children(const char *key)
{
	struct sigaction action = { .sa_handler = count_signal };
	sigset_t held, usual;
	int status, hold[2];
	char numbered[64];
	pid_t child;

	/* No child at all; then one that lives on; then one that waits to be waited for. */
	sigaction(SIGCHLD, &action, NULL);
	look_up(key);
	require(wait(&status) == -1 && errno == ECHILD, "wait knows of no child");
	require(pipe(hold) == 0, "there are pipes");
	child = fork();
	if (child == 0) {
		close(hold[1]);
		_exit(read(hold[0], numbered, 1) == 0 ? 23 : 1);
	}
	snprintf(numbered, sizeof(numbered), "%s1", key);
	look_up(numbered);
	require(waitpid(-1, &status, WNOHANG) == 0, "the child lives on");
	require(signals == 0, "no signal came");
	/* Held until it is waited for, or it could come just before that. */
	sigemptyset(&held);
	sigaddset(&held, SIGCHLD);
	sigprocmask(SIG_BLOCK, &held, &usual);
	close(hold[1]);
	while (signals == 0)
		sigsuspend(&usual);
	sigprocmask(SIG_SETMASK, &usual, NULL);
	snprintf(numbered, sizeof(numbered), "%s2", key);
	look_up(numbered);
	require(waitpid(-1, &status, 0) == child && WEXITSTATUS(status) == 23, "it is waited for");
	require(signals == 1, "one signal came");
	signal(SIGCHLD, SIG_IGN);
	snprintf(numbered, sizeof(numbered), "%s3", key);
	look_up(numbered);
	sigaction(SIGCHLD, NULL, &action);
	require(action.sa_handler == SIG_IGN, "the signal is ignored as before");
	printf("undisturbed\n");
	return 0;
}

static void ask_on_and_on(long number)
{
	char name[32], buffer[1024];
	struct passwd user, *found = NULL;

	for (int round = 0; round < 20; round++) {
		snprintf(name, sizeof(name), "user%ld", (number + round) % 16);
		require(getpwnam_r(name, &user, buffer, sizeof(buffer), &found) == 0 &&
				found != NULL,
			"the user is known");
		require(strcmp(user.pw_name, name) == 0, "it is the one that was asked for");
	}
}

static pthread_barrier_t loaded;

/* All of them at once, from the first lookup on: that is the one that loads the module. */
static void *ask_as_thread(void *argument)
{
	char name[32], buffer[1024];
	struct passwd user, *found = NULL;

	snprintf(name, sizeof(name), "user%ld", (long)argument % 16);
	require(getpwnam_r(name, &user, buffer, sizeof(buffer), &found) == 0 && found != NULL,
		"the first user is known");
	pthread_barrier_wait(&loaded);
	ask_on_and_on((long)argument);
	return NULL;
}

static int threads(long count)
{
	pthread_t started[64];

	/* Not while one loads an object: a child left in that state by glibc cannot load any. */
	pthread_barrier_init(&loaded, NULL, (unsigned int)count + 1);
	for (long i = 0; i < count; i++)
		pthread_create(&started[i], NULL, ask_as_thread, (void *)i);
	pthread_barrier_wait(&loaded);
	for (int i = 0; i < 20; i++) {
		int status;
		const pid_t child = fork();

		if (child == 0) {
			ask_on_and_on(i);
			_exit(0);
		}
		require(waitpid(child, &status, 0) == child && status == 0,
			"children know names too");
	}
	for (long i = 0; i < count; i++)
		pthread_join(started[i], NULL);
	printf("all known\n");
	return 0;
}

static int count_descriptors(void)
{
	DIR *list = opendir("/proc/self/fd");
	int count = 0;

	while (readdir(list) != NULL)
		count++;
	closedir(list);
	return count;
}

static int descriptors(const char *key)
{
	int before;

	/* Not to be inherited, though nobody says so; and standard input is not there. */
	require(dup2(1, 100) == 100, "there is a descriptor");
	close(0);
	before = count_descriptors();
	look_up(key);
	require(count_descriptors() == before, "descriptors stay");
	printf("as many\n");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 6 && strcmp(argv[1], "raw") == 0) {
		int status = 0;

		for (int i = 4; i + 1 < argc && status == 0; i += 2)
			status = raw(argv[2], argv[3], argv[i], strtoul(argv[i + 1], NULL, 10));
		return status;
	}
	if (argc == 3 && strcmp(argv[1], "children") == 0)
		return children(argv[2]);
	if (argc == 3 && strcmp(argv[1], "threads") == 0)
		return threads(atol(argv[2]));
	if (argc == 3 && strcmp(argv[1], "descriptors") == 0)
		return descriptors(argv[2]);
	return 2;
}
