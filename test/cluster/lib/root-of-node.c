/*
 * A plug-in of Slurm's (SPANK) as sites have it whose nodes run tasks in another userland than
 * their own: each task gets the tree at /srv/NODE/root as its root, before it is its user's.
 */
#include <slurm/spank.h>
#include <stdio.h>
#include <unistd.h>

SPANK_PLUGIN(root_of_node, 1)

int slurm_spank_task_init_privileged(spank_t spank, int count, char **words)
{
	char name[256] = "", root[300];

	(void)spank;
	(void)count;
	(void)words;
	gethostname(name, sizeof(name) - 1);
	snprintf(root, sizeof(root), "/srv/%s/root", name);
	if (chroot(root) < 0 || chdir("/srv") < 0) {
		slurm_error("%s: %m", root);
		return -1;
	}
	return ESPANK_SUCCESS;
}
