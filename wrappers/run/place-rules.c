#include "place-rules.h"

/* A job's own directories on the node come first: they are fast, are emptied with the job, and have
 * its room. lib/cache/cache-places.ts has the same for `dynpk cache`. */
const struct place_rule place_rules[] = {
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

const size_t place_rule_count = sizeof(place_rules) / sizeof(*place_rules);

const char *const job_variables[] = { "SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID" };

const size_t job_variable_count = sizeof(job_variables) / sizeof(*job_variables);
