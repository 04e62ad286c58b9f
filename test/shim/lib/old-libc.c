/*
 * A program for C libraries from before 2.33: it has no start-up code, whose symbols are newer, and
 * asks for nothing by struct stat. Says what a directory holds, found in three ways.
 */
#define _GNU_SOURCE
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int walked;

static int count(const char *path, const struct stat *status, int type, struct FTW *position)
{
	(void)path, (void)status, (void)type, (void)position;
	walked++;
	return 0;
}

void _start(void);
void _start(void)
{
	char *roots[] = { (char *)"/usr/share/dynpk-view", NULL };
	glob_t found = { 0 };
	FTS *walk = fts_open(roots, FTS_PHYSICAL, NULL);
	int read = 0;

	glob("/usr/share/dynpk-view/*", GLOB_MARK, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		printf("%s\n", found.gl_pathv[i]);
	printf("nftw %d", nftw(roots[0], count, 8, 0));
	while (walk != NULL && fts_read(walk) != NULL)
		read++;
	printf(" %d, fts %d\n", walked, read);
	fflush(stdout);
	_Exit(0);
}
