/* Programs started beside this process. */
#include "base/file.h"
#include "launch.h"
#include "route.h"
#include "symbols.h"
#include "view.h"
#include <spawn.h>

INTERPOSE(int, posix_spawn, pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
	  const posix_spawnattr_t *attributes, char *const *argv, char *const *environment);
INTERPOSE(int, posix_spawnp, pid_t *pid, const char *file,
	  const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
	  char *const *argv, char *const *environment);
INTERPOSE(int, posix_spawn_file_actions_addopen, posix_spawn_file_actions_t *actions, int fd,
	  const char *path, int flags, mode_t mode);

typedef int spawner(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		    const posix_spawnattr_t *attributes, char *const *argv,
		    char *const *environment);

/* With a descriptor in the place of the number of the process. */
INTERPOSE(int, pidfd_spawn, pid_t *fd, const char *path, const posix_spawn_file_actions_t *actions,
	  const posix_spawnattr_t *attributes, char *const *argv, char *const *environment);
INTERPOSE(int, pidfd_spawnp, pid_t *fd, const char *file, const posix_spawn_file_actions_t *actions,
	  const posix_spawnattr_t *attributes, char *const *argv, char *const *environment);

struct spawn {
	spawner *run;
	pid_t *pid;
	const posix_spawn_file_actions_t *actions;
	const posix_spawnattr_t *attributes;
	bool searches;
};

/* posix_spawn returns its error; what runs below with_start() leaves it in errno. */
static int spawn_start(const struct start *start, void *context)
{
	const struct spawn *spawn = context;
	const int error = spawn->run(spawn->pid, start->path, spawn->actions, spawn->attributes,
				     start->argv, start->environment);

	if (error == 0)
		return 0;
	/* There is no second attempt by a shell. */
	return fail_with(spawn->searches && error == ENOEXEC ? -ENOEXEC : error);
}

static int finish_spawn(int result, int before)
{
	const int error = last_error();

	set_error(before);
	return result == 0 ? 0 : error < 0 ? -error : error;
}

#define WRAP_SPAWN(name, runner, start_by, searches)                                               \
	int name(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,          \
		 const posix_spawnattr_t *attributes, char *const *argv, char *const *environment) \
	{                                                                                          \
		struct spawn spawn = { REAL(runner), pid, actions, attributes, searches };         \
		const struct start start = { path, argv, environment };                            \
		const int before = last_error();                                                   \
		return finish_spawn(start_by(&start, spawn_start, &spawn), before);                \
	}

WRAP_SPAWN(posix_spawn, posix_spawn, with_start, false)
WRAP_SPAWN(posix_spawnp, posix_spawn, with_search, true)
WRAP_SPAWN(pidfd_spawn, pidfd_spawn, with_start, false)
WRAP_SPAWN(pidfd_spawnp, pidfd_spawn, with_search, true)

/* Both copy the path. */
int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *actions, int fd, const char *path,
				     int flags, mode_t mode)
{
	ROUTE(route);

	if (find_route(&route, AT_FDCWD, path, FOLLOW) != 0 || !route.is_bundled)
		return REAL(posix_spawn_file_actions_addopen)(actions, fd, path, flags, mode);
	if ((flags & (O_ACCMODE | O_CREAT | O_TRUNC)) != 0)
		return EROFS;
	return REAL(posix_spawn_file_actions_addopen)(actions, fd, route.path, flags, mode);
}

#define WRAP_SPAWN_DIRECTORY(name)                                                                 \
	INTERPOSE(int, name, posix_spawn_file_actions_t *actions, const char *path);               \
	int name(posix_spawn_file_actions_t *actions, const char *path)                            \
	{                                                                                          \
		ROUTE(route);                                                                      \
		if (find_route(&route, AT_FDCWD, path, FOLLOW) != 0 || !route.is_bundled)          \
			return REAL(name)(actions, path);                                          \
		return REAL(name)(actions, route.path);                                            \
	}

/* The second is POSIX's name for it, of 2024. */
WRAP_SPAWN_DIRECTORY(posix_spawn_file_actions_addchdir_np)
WRAP_SPAWN_DIRECTORY(posix_spawn_file_actions_addchdir)
