/*
 * What a cluster has besides: the user's session, accelerators, a fabric, an MPI of its own.
 */
#include "base/text.h"
#include "programs.h"
#include "scheduler.h"

enum { LINE_SIZE = 512 };

static void tell_shell(struct telling *telling, char *const *environment)
{
	char path[PATH_MAX];

	open_record(telling, "shell");
	tell_text_or(telling, "login", find_set(environment, "SHELL"), "SHELL is not set");
	resolve("/bin/sh", path);
	tell_text_or(telling, "sh", failed(sys_access("/bin/sh", X_OK)) ? NULL : path,
		     "there is no /bin/sh");
	close_record(telling);
}

static void add_parts(struct names *names, const char *list)
{
	while (list != NULL && *list != '\0') {
		size_t length = 0;

		while (list[length] != '\0' && list[length] != ':')
			length++;
		if (length > 0)
			add_name(names, list, length);
		list += length + (list[length] == ':');
	}
}

static void tell_modules(struct telling *telling, char *const *environment)
{
	static struct names loaded;
	const char *lmod = find_set(environment, "LMOD_VERSION");
	const char *modules = find_set(environment, "MODULES_VERSION");
	const char *home = find_set(environment, "MODULESHOME");
	const char *kind = lmod != NULL			     ? "lmod"
			   : modules != NULL || home != NULL ? "modules"
							     : NULL;

	open_record(telling, "modules");
	tell_text_or(telling, "kind", kind, "neither LMOD_VERSION nor MODULESHOME is set");
	tell_text_or(telling, "version", lmod != NULL ? lmod : modules,
		     "neither LMOD_VERSION nor MODULES_VERSION is set");
	tell_text_or(telling, "home", home, "MODULESHOME is not set");
	add_parts(&loaded, find_set(environment, "LOADEDMODULES"));
	tell_names(telling, "loaded", &loaded);
	close_record(telling);
}

/* "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat …": the first word of digits and
 * points. */
static const char *find_version(char *line)
{
	for (char *at = line; *at != '\0';) {
		size_t length = 0, points = 0;

		while (at[length] == '.' || (at[length] >= '0' && at[length] <= '9'))
			points += at[length++] == '.';
		if (points > 0 && (at[length] == '\0' || at[length] == ' ') &&
		    (at == line || at[-1] == ' ')) {
			at[length] = '\0';
			return at;
		}
		at += length == 0 ? 1 : length;
	}
	return NULL;
}

static void tell_driver(struct telling *telling, const char *name, const char *const *paths,
			const char *why)
{
	char line[LINE_SIZE];
	const char *version = NULL;

	for (; version == NULL && *paths != NULL; paths++) {
		if (read_line(*paths, line, sizeof(line)) > 0)
			version = find_version(line);
	}
	tell_text_or(telling, name, version, why);
}

static void tell_accelerators(struct telling *telling)
{
	static const char *const nvidia[] = { "/proc/driver/nvidia/version",
					      "/sys/module/nvidia/version", NULL };
	static const char *const amd[] = { "/sys/module/amdgpu/version", NULL };
	static struct names devices;

	open_record(telling, "gpu");
	tell_driver(telling, "nvidia", nvidia,
		    "no driver of NVIDIA's is loaded, or it has no version");
	tell_driver(telling, "amdgpu", amd,
		    "no driver of AMD's is loaded, or it is the kernel's own");
	add_entries(&devices, "/dev", "nvidia", "");
	add_entries(&devices, "/dev", "kfd", "");
	add_entries(&devices, "/dev/dri", "renderD", "");
	tell_names(telling, "devices", &devices);
	close_record(telling);
}

static void tell_fabric(struct telling *telling)
{
	static struct names adapters, ports, memory;

	open_record(telling, "fabric");
	add_entries(&adapters, "/sys/class/infiniband", "", "");
	tell_names(telling, "infiniband", &adapters);
	add_entries(&ports, "/dev", "cxi", "");
	tell_names(telling, "slingshot", &ports);
	add_entries(&memory, "/dev", "xpmem", "");
	add_entries(&memory, "/dev", "gdrdrv", "");
	tell_names(telling, "devices", &memory);
	close_record(telling);
}

static void tell_preloads(struct telling *telling, char *const *environment)
{
	static struct names names;
	char text[4096];
	const long length = read_text("/etc/ld.so.preload", text, sizeof(text));

	open_record(telling, "preloads");
	/* The separators of the loader (elf/rtld.c). */
	for (long i = 0; i < length; i++)
		text[i] = text[i] == ' ' || text[i] == '\t' || text[i] == '\n' ? ':' : text[i];
	add_parts(&names, text);
	tell_names(telling, "file", &names);
	tell_text_or(telling, "variable", find_set(environment, "LD_PRELOAD"),
		     "LD_PRELOAD is not set");
	close_record(telling);
}

void tell_cluster(struct telling *telling, const struct start *start)
{
	static const char *const mpi[] = { "mpirun", "mpiexec", "orterun", "prterun", NULL };

	tell_shell(telling, start->environment);
	tell_scheduler(telling, start);
	tell_modules(telling, start->environment);
	tell_accelerators(telling);
	tell_programs(telling, "mpi", start->environment, mpi);
	tell_fabric(telling);
	tell_preloads(telling, start->environment);
}
