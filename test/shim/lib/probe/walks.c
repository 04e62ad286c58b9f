/* Trees that the C library walks. */
#include "probe.h"
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

static char *walked[512];
static int walked_count;

static void say_walked(void)
{
	say_names(walked, walked_count);
	/* A call may be made again. */
	walked_count = 0;
}

static int note_walked(const char *name, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	if (walked_count < 512 &&
	    asprintf(&walked[walked_count++], "%s:%d:%d", name, type, ftw->level) < 0)
		exit(125);
	return 0;
}

static void call_nftw(void)
{
	if (nftw(path, note_walked, 16, FTW_PHYS) != 0)
		answer(false);
	say_walked();
}

/* Where the walk is when it tells of a name, and whether the name alone leads to it from there. */
static int note_walked_here(const char *name, const struct stat *status, int type, struct FTW *ftw)
{
	char here[4096];
	const bool leads = access(name + ftw->base, F_OK) == 0 || type == FTW_SLN;

	(void)status;
	if (walked_count < 512 && asprintf(&walked[walked_count++], "%s:%d:%s:%d", name, type,
					   getcwd(here, sizeof(here)), leads) < 0)
		exit(125);
	return 0;
}

static void walk_by_entering(int flags)
{
	char here[4096];

	if (nftw(path, note_walked_here, 16, FTW_CHDIR | flags) != 0)
		answer(false);
	say_walked();
	printf(" %s", getcwd(here, sizeof(here)));
}

static void call_nftw_chdir(void)
{
	walk_by_entering(FTW_PHYS);
}

static void call_nftw_depth(void)
{
	walk_by_entering(FTW_DEPTH | FTW_PHYS);
}

static int note_real(const char *name, const struct stat *status, int type, struct FTW *ftw)
{
	char *real = realpath(name, NULL);

	(void)status, (void)ftw;
	if (walked_count < 512 &&
	    asprintf(&walked[walked_count++], "%s:%d", real == NULL ? "" : real, type) < 0)
		exit(125);
	return 0;
}

/* Through links, each directory once: which way first, is for the order of the names to say. */
static void call_nftw_logical(void)
{
	if (nftw(path, note_real, 16, 0) != 0)
		answer(false);
	say_walked();
}

/* The access path leads to the file, whether the walk has changed the directory or not. */
static void walk_hierarchy(int options, bool lists)
{
	char *const roots[] = { (char *)path, NULL };
	FTS *walk = fts_open(roots, options, NULL);
	FTSENT *entry;

	if (walk == NULL)
		answer(false);
	while (walk != NULL && (entry = fts_read(walk)) != NULL) {
		const bool leads =
			faccessat(AT_FDCWD, entry->fts_accpath, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
		int children = 0;

		for (FTSENT *child = lists && entry->fts_info == FTS_D ? fts_children(walk, 0)
								       : NULL;
		     child != NULL; child = child->fts_link)
			children++;
		if (walked_count < 512 &&
		    asprintf(&walked[walked_count++], "%s:%s:%d:%d:%d:%d", entry->fts_path,
			     entry->fts_name, entry->fts_info, entry->fts_level, leads,
			     children) < 0)
			exit(125);
	}
	if (walk != NULL)
		fts_close(walk);
	say_walked();
}

static void call_fts(void)
{
	walk_hierarchy(FTS_PHYSICAL | FTS_NOCHDIR, false);
}

static void call_fts_chdir(void)
{
	walk_hierarchy(FTS_PHYSICAL | FTS_COMFOLLOW, false);
}

static void call_fts_logical(void)
{
	walk_hierarchy(FTS_LOGICAL | FTS_SEEDOT, false);
}

static void call_fts_children(void)
{
	walk_hierarchy(FTS_PHYSICAL | FTS_XDEV, true);
}

const struct call walks_calls[] = {
	{ "nftw", call_nftw },
	{ "nftw-chdir", call_nftw_chdir },
	{ "nftw-depth", call_nftw_depth },
	{ "nftw-logical", call_nftw_logical },
	{ "fts", call_fts },
	{ "fts-chdir", call_fts_chdir },
	{ "fts-logical", call_fts_logical },
	{ "fts-children", call_fts_children },
	{ NULL, NULL },
};
