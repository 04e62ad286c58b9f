#include "place.h"
#include "base/directory.h"
#include "base/process.h"
#include "base/text.h"
#include "base/variables.h"

/* What lies behind a place's own directory. All bundles of a cache lie in the last. */
enum below {
	/* In a directory that others use too: the user's number makes the name, mode 0700 keeps it.
	 */
	BELOW_SHARED,
	/* In a directory of caches, by its specification in XDG_CACHE_HOME; made where it is not
	   there. */
	BELOW_CACHES,
	/* The same where nothing names it. */
	BELOW_HOME,
};

struct rule {
	/* The variable that holds the directory, or NULL. */
	const char *variable;
	/* The directory itself, and a variable whose value is a name in it, or NULL. */
	const char *directory;
	const char *name;
	enum below below;
	bool is_in_job;
	bool is_for_local;
	bool is_for_network;
};

/* A job's own directories on the node come first: they are fast, are emptied with the job, and have
 * its room. lib/cache/cache-places.ts has the same for `dynpk cache`. */
static const struct rule rules[] = {
	/* Digital Research Alliance of Canada, and who took it from there. */
	{ .variable = "SLURM_TMPDIR" },
	/* LSF, with LSB_SET_TMPDIR. */
	{ .variable = "LSB_JOB_TMPDIR" },
	/* NCI. */
	{ .variable = "PBS_JOBFS" },
	/* PBS, Grid Engine, LSF. Set by users as well, and then to anything: in a job, and local.
	 */
	{ .variable = "TMPDIR", .is_in_job = true, .is_for_local = true },
	/* NIH. */
	{ .directory = "/lscratch", .name = "SLURM_JOB_ID" },
	/* Clusters of Meta. */
	{ .directory = "/scratch/slurm_tmpdir", .name = "SLURM_JOB_ID" },
	/* CSC. */
	{ .variable = "LOCAL_SCRATCH" },
	/* Stanford's Sherlock. */
	{ .variable = "L_SCRATCH" },
	/* What stays after a restart, where many starts at once do no harm. */
	{ .variable = "XDG_CACHE_HOME", .below = BELOW_CACHES, .is_for_local = true },
	{ .variable = "HOME", .below = BELOW_HOME, .is_for_local = true },
	/* Everybody's, by node. /var/tmp is seldom in memory; /dev/shm always is. */
	{ .directory = "/tmp" },
	{ .directory = "/var/tmp" },
	{ .directory = "/dev/shm" },
	/* Slow for thousands of starts, but there. */
	{ .variable = "XDG_CACHE_HOME", .below = BELOW_CACHES, .is_for_network = true },
	{ .variable = "HOME", .below = BELOW_HOME, .is_for_network = true },
};

static const char *const job_variables[] = { "SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID" };

static const char *find_set(const struct start *start, const char *name)
{
	const char *value = find_value(start->environment, name);

	return value == NULL || value[0] == '\0' ? NULL : value;
}

static bool is_in_job(const struct start *start)
{
	for (size_t i = 0; i < sizeof(job_variables) / sizeof(*job_variables); i++) {
		if (find_set(start, job_variables[i]) != NULL)
			return true;
	}
	return false;
}

/* Put a name behind; a place whose name becomes too long is none. */
static bool add(struct place *place, const char *name)
{
	const size_t length = text_length(place->name);

	if (length + text_length(name) + 2 > sizeof(place->name)) {
		place->objection = " has too long a name";
		return false;
	}
	if (length > 0)
		text_append(place->name + length, "/");
	text_append(place->name + length + (length > 0), name);
	return true;
}

static void add_below(struct place *place, enum below below)
{
	char name[32];

	switch (below) {
	case BELOW_CACHES:
	case BELOW_HOME:
		if (below == BELOW_HOME && !add(place, ".cache"))
			return;
		add(place, "dynpk");
		break;
	case BELOW_SHARED:
	default:
		text_append_number(text_append(name, "dynpk-"), own_user());
		add(place, name);
		break;
	}
	if (place->objection == NULL)
		add(place, "runs");
}

/* Below a directory of caches all may be made; else the directory must be there. */
static unsigned made_below(enum below below)
{
	switch (below) {
	case BELOW_CACHES:
		return PATH_MAX;
	case BELOW_HOME:
		return 3;
	case BELOW_SHARED:
	default:
		return 2;
	}
}

static const char *base_of(const struct rule *rule, const struct start *start)
{
	const char *base =
		rule->variable == NULL ? rule->directory : find_set(start, rule->variable);

	if (base == NULL || (rule->is_in_job && !is_in_job(start)))
		return NULL;
	/* Where caches have a directory of their own, the one below the home is not it. */
	if (rule->below == BELOW_HOME) {
		const char *caches = find_set(start, "XDG_CACHE_HOME");

		if (caches != NULL && caches[0] == '/')
			return NULL;
	}
	return base[0] == '/' ? base : NULL;
}

bool nth_place(struct place *place, unsigned number, const struct start *start)
{
	const struct rule *rule = &rules[number];
	const char *base, *name;

	if (number >= sizeof(rules) / sizeof(*rules))
		return false;
	place->name[0] = '\0';
	place->objection = NULL;
	place->is_asked_for = false;
	place->is_for_local = rule->is_for_local;
	place->is_for_network = rule->is_for_network;
	place->destination = (struct destination){ .name = place->name,
						   .own = 2,
						   .made = made_below(rule->below) };
	base = base_of(rule, start);
	name = rule->name == NULL ? NULL : find_set(start, rule->name);
	if (base == NULL || (rule->name != NULL && (name == NULL || text_contains_any(name, "/"))))
		return true;
	if (add(place, base) && (name == NULL || add(place, name)))
		add_below(place, rule->below);
	return true;
}

void asked_place(struct place *place, const char *name)
{
	long length = 0;

	*place = (struct place){ .is_asked_for = true };
	place->destination =
		(struct destination){ .name = place->name, .own = 2, .made = PATH_MAX };
	if (name[0] != '/') {
		length = sys_getcwd(place->name, sizeof(place->name));
		if (failed(length) || place->name[0] != '/') {
			place->name[0] = '\0';
			place->objection = " is relative to a directory that has no name here";
		}
	}
	if (place->objection == NULL && add(place, name))
		add(place, "runs");
	else if (place->name[0] == '\0' && text_length(name) < sizeof(place->name))
		text_append(place->name, name);
}
