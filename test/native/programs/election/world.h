/*
 * All that changes while three runners share a cache: files, and the runners.
 */
#ifndef DYNPK_ELECTION_WORLD_H
#define DYNPK_ELECTION_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/call.h"

#ifndef RUNNERS
#define RUNNERS 3
#endif

enum {
	/* Files that one runner can make. */
	FILES_EACH = 24,
	/* The directory of entries comes first. */
	RUNS = 0,
	FILES = 1 + RUNNERS * FILES_EACH,
	FILE_NAME_SIZE = 40,
	DESCRIPTORS = 8,
	FIRST_DESCRIPTOR = 3,
	/* Whoever opens it has the directory of entries. */
	RUNS_DESCRIPTOR = 100,
};

/* A file's place in the table is its inode: it says who made it, and as which of his. */
struct model_file {
	enum { NO_FILE, DIRECTORY, REGULAR } kind;
	/* The directory that it lies in; -1: it has no name any more. */
	int parent;
	unsigned size;
	/* Somebody from outside has taken a file out of it. */
	bool is_damaged;
	char name[FILE_NAME_SIZE];
};

struct model_descriptor {
	int file;
	bool is_open;
	bool is_listed;
};

enum runner_state { RUNNING, OBTAINED_ENTRY, FOUND_NO_WAY, ENDED_BY_SIGNAL, KILLED };

struct runner {
	enum runner_state state;
	struct call pending;
	struct model_descriptor descriptors[DESCRIPTORS];
	int made;
	int names;
	/* In silences. */
	int clock;
	/* What the processes of an unpacking share (run/unpack.h). */
	long shared[8];
};

/* What may still happen. */
struct chances {
	int kills;
	int signals;
	int silences;
	int damages;
};

struct world {
	struct model_file files[FILES];
	struct runner runners[RUNNERS];
	struct chances left;
	int unpackings;
};

extern struct world world;
/* Who takes the step. */
extern int current;

/* The pending call of the current runner on the files. */
long do_call(const struct call *call);
/* The file of that name in a directory, or -1. */
int find_file(int directory, const char *name);
/* Takes a file out of the published tree; false where there is none. */
bool damage_entry(void);

/* In stand-ins.c: what one runner does, from its first look to its end. */
enum runner_state obtain(void);
/* Whether the published tree, if there is one, has all of its files. */
bool is_entry_whole(void);

extern const char entry_id[];

#endif
