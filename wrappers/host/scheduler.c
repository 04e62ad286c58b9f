#include "scheduler.h"
#include "base/text.h"
#include "programs.h"

static const struct scheduler {
	const char *name;
	/* Set in its jobs. */
	const char *job;
	/* Only it has both. */
	const char *program;
	const char *other;
} schedulers[] = {
	{ "slurm", "SLURM_JOB_ID", "sbatch", NULL }, { "lsf", "LSB_JOBID", "bsub", NULL },
	{ "flux", "FLUX_JOB_ID", "flux", NULL },     { "pbs", "PBS_JOBID", "qsub", "pbsnodes" },
	{ "gridengine", "JOB_ID", "qsub", "qconf" },
};

enum { SCHEDULERS = sizeof(schedulers) / sizeof(*schedulers) };

/* Of variables that a job or a start by MPI has. */
static const char *const prefixes[] = { "SLURM_", "PBS_", "LSB_",  "LS_JOB", "SGE_",
					"FLUX_",  "PMI_", "PMIX_", "PALS_" };

static const char *const programs[] = { "sbatch",   "srun", "sbcast", "bsub",  "qsub", "qconf",
					"pbsnodes", "flux", "aprun",  "jsrun", NULL };

/* Where Slurm's plug-ins lie: of distributions, of a build of one's own, and of OpenHPC. */
static const char *const plugins[] = {
	"/usr/lib64/slurm",
	"/usr/lib/x86_64-linux-gnu/slurm-wlm",
	"/usr/lib/aarch64-linux-gnu/slurm-wlm",
	"/usr/lib/slurm-wlm",
	"/usr/lib/slurm",
	"/usr/local/lib/slurm",
	"/usr/local/lib64/slurm",
	"/opt/slurm/lib/slurm",
	"/opt/slurm/lib64/slurm",
	"/opt/slurm/default/lib/slurm",
};

static const struct scheduler *find_scheduler(char *const *environment)
{
	char path[PATH_MAX];

	for (unsigned i = 0; i < SCHEDULERS; i++) {
		if (find_set(environment, schedulers[i].job) != NULL)
			return &schedulers[i];
	}
	for (unsigned i = 0; i < SCHEDULERS; i++) {
		if (find_program(environment, schedulers[i].program, path) &&
		    (schedulers[i].other == NULL ||
		     find_program(environment, schedulers[i].other, path)))
			return &schedulers[i];
	}
	return NULL;
}

/* Names of variables; a value may be a secret. */
static void tell_variables(struct telling *telling, char *const *environment)
{
	static struct names names;

	for (; *environment != NULL; environment++) {
		size_t length = 0;

		while ((*environment)[length] != '\0' && (*environment)[length] != '=')
			length++;
		for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
			if (text_starts_with(*environment, prefixes[i]))
				add_name(&names, *environment, length);
		}
	}
	tell_names(telling, "variables", &names);
}

/* Beside srun: `…/bin/srun`, `…/lib/slurm`. */
static void add_beside(struct names *names, char *const *environment)
{
	static const char *const libraries[] = { "lib/slurm", "lib64/slurm" };
	char path[PATH_MAX], directory[PATH_MAX];
	size_t length;

	if (!find_program(environment, "srun", path))
		return;
	resolve(path, directory);
	length = text_length(directory);
	for (int slashes = 0; slashes < 2 && length > 0; length--)
		slashes += directory[length - 1] == '/';
	if (length + sizeof("/lib64/slurm") > sizeof(directory))
		return;
	for (size_t i = 0; i < sizeof(libraries) / sizeof(*libraries); i++) {
		text_append(text_append(directory + length, "/"), libraries[i]);
		add_entries(names, directory, "mpi_", ".so");
	}
}

static void tell_plugins(struct telling *telling, char *const *environment)
{
	static struct names names;
	bool is_found = false;

	for (size_t i = 0; i < sizeof(plugins) / sizeof(*plugins); i++)
		is_found |= !failed(add_entries(&names, plugins[i], "mpi_", ".so"));
	add_beside(&names, environment);
	if (is_found || names.count > 0)
		tell_names(telling, "mpiPlugins", &names);
	else
		tell_nothing(telling, "mpiPlugins", "there is no directory of Slurm's plug-ins");
}

void tell_scheduler(struct telling *telling, const struct start *start)
{
	char *const *environment = start->environment;
	const struct scheduler *found = find_scheduler(environment);

	open_record(telling, "scheduler");
	tell_text_or(telling, "kind", found == NULL ? NULL : found->name,
		     "neither a job's variables nor a program on PATH name one");
	tell_flag(telling, "isInJob", found != NULL && find_set(environment, found->job) != NULL);
	tell_variables(telling, environment);
	tell_programs(telling, "programs", environment, programs);
	tell_plugins(telling, environment);
	/* `srun --mpi=list` is a program. */
	tell_text(telling, "mpiTypes", "notAsked");
	close_record(telling);
}
