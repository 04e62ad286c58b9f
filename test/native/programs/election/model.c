/*
 * All schedules of three runners that share a cache, and of what may befall them.
 *
 *	model KILLS SIGNALS SILENCES DAMAGES
 *
 * Each runner is a coroutine of the runner's own code, and each of its calls that others can see a
 * step. From every state, each runner takes its next step; it may be killed or told to end there,
 * may find that a lock was silent for too long, though it was not, and a file of the published tree
 * may vanish, as often as the words say. A state is the files and the runners' stacks; one that was
 * met before is not followed again, so the search ends and leaves out nothing.
 *
 * What must hold: see check_state() and check_end(). Where it does not, the schedule is told.
 */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

enum {
	STACK_SIZE = 32 << 10,
	/* Below the frame that yields: what it has saved, and the address that it returns to. */
	BELOW_FRAME = 512,
	DEPTH = 2000,
	/* A fair schedule ends long before. */
	PATIENCE = 20000,
	/* One of so many states is followed to its end by a fair schedule. */
	SAMPLE = 256,
};

enum befall { STEP, STEP_WITH_CHANCE, KILL, DAMAGE };

struct action {
	int runner;
	enum befall befall;
	struct call call;
	char name[FILE_NAME_SIZE];
};

static _Alignas(64) char stacks[RUNNERS][STACK_SIZE];
static ucontext_t contexts[RUNNERS], scheduler;
/* How much of each stack is in use, from its end. */
static size_t depths[RUNNERS];

struct digest {
	uint64_t words[2];
};

/* Of each stack. */
static struct digest digests[RUNNERS];

struct snapshot {
	struct world world;
	ucontext_t contexts[RUNNERS];
	size_t depths[RUNNERS];
	struct digest digests[RUNNERS];
	char *stacks;
};

static struct snapshot snapshots[DEPTH];
static struct action actions[DEPTH];
static struct chances allowed;
static unsigned long states, ends, steps, most_unpackings;
static bool is_completing;

/* --- Coroutines. */

/* Everything the runner knows is on its stack then. */
static __attribute__((noinline)) void yield(void)
{
	const int runner = current;
	const char *frame = __builtin_frame_address(0);

	__builtin_unwind_init();
	depths[runner] = (size_t)(stacks[runner] + STACK_SIZE - frame) + BELOW_FRAME;
	if (depths[runner] > STACK_SIZE)
		abort();
	swapcontext(&contexts[runner], &scheduler);
}

/*
 * Others see nothing of them, nor can they change what these tell: that nobody comes between two of
 * them leaves nothing out. What is in a tree stays in it while nobody does damage, but for one that
 * has lost its name.
 */
static bool is_private(const struct call *call)
{
	switch (call->number) {
	case __NR_close:
	case __NR_fstat:
	case __NR_lseek:
	case __NR_syncfs:
	case __NR_utimensat:
	case __NR_nanosleep:
		return true;
	case __NR_openat:
		return strcmp((const char *)call->words[1], ".") == 0;
	default:
		return false;
	}
}

static long result;

long model_call(struct call call)
{
	if (is_private(&call))
		return do_call(&call);
	if (call.number == __NR_clock_gettime) {
		long *time = (long *)call.words[1];

		world.runners[current].clock += model_chance(CHANCE_OF_SILENCE) ? 1 : 0;
		/* It does not begin with 0, which stands for no time. */
		time[0] = 60 + 60L * world.runners[current].clock;
		time[1] = 0;
		return 0;
	}
	world.runners[current].pending = call;
	yield();
	return result;
}

bool model_chance(enum chance chance)
{
	world.runners[current].pending = (struct call){ .number = chance };
	yield();
	return result != 0;
}

_Noreturn void end_runner(enum runner_state state)
{
	world.runners[current].state = state;
	yield();
	abort();
}

static void run(void)
{
	end_runner(obtain());
}

/* Of whole words. */
static void mix(struct digest *digest, const void *bytes, size_t size)
{
	const uint64_t *words = bytes;

	for (size_t i = 0; i < size / sizeof(*words); i++) {
		digest->words[0] = (digest->words[0] ^ words[i]) * 0x9e3779b97f4a7c15u;
		digest->words[0] ^= digest->words[0] >> 29;
		digest->words[1] = (digest->words[1] + words[i]) * 0xc2b2ae3d27d4eb4fu;
		digest->words[1] ^= digest->words[1] >> 31;
	}
}

static void digest_stack(int runner)
{
	const size_t size = depths[runner] & ~(size_t)7;

	digests[runner] = (struct digest){ { 1, 1 } };
	mix(&digests[runner], stacks[runner] + STACK_SIZE - size, size);
}

/* What lies below the frames in use has no meaning: it would make equal states differ. */
static void resume(int runner)
{
	current = runner;
	swapcontext(&scheduler, &contexts[runner]);
	if (world.runners[runner].state != RUNNING) {
		depths[runner] = 0;
		memset(world.runners[runner].descriptors, 0,
		       sizeof(world.runners[runner].descriptors));
		memset(&world.runners[runner].pending, 0, sizeof(world.runners[runner].pending));
		memset(world.runners[runner].shared, 0, sizeof(world.runners[runner].shared));
	}
	memset(stacks[runner], 0, STACK_SIZE - depths[runner]);
	digest_stack(runner);
}

static void begin(int runner)
{
	world.runners[runner].state = RUNNING;
	memset(stacks[runner], 0, STACK_SIZE);
	getcontext(&contexts[runner]);
	contexts[runner].uc_stack.ss_sp = stacks[runner];
	contexts[runner].uc_stack.ss_size = STACK_SIZE;
	contexts[runner].uc_link = NULL;
	makecontext(&contexts[runner], run, 0);
	resume(runner);
}

static void kill_runner(int runner)
{
	depths[runner] = 0;
	memset(stacks[runner], 0, STACK_SIZE);
	digest_stack(runner);
	memset(&world.runners[runner], 0, sizeof(world.runners[runner]));
	world.runners[runner].state = KILLED;
	/* What it has made keeps its place in the table. */
	world.runners[runner].made = FILES_EACH;
}

/* --- States. */

static void save(struct snapshot *to)
{
	size_t used = 0;
	char *at;

	for (int i = 0; i < RUNNERS; i++)
		used += depths[i];
	to->world = world;
	memcpy(to->contexts, contexts, sizeof(contexts));
	memcpy(to->depths, depths, sizeof(depths));
	memcpy(to->digests, digests, sizeof(digests));
	at = to->stacks = malloc(used + 1);
	if (at == NULL)
		abort();
	for (int i = 0; i < RUNNERS; i++) {
		memcpy(at, stacks[i] + STACK_SIZE - depths[i], depths[i]);
		at += depths[i];
	}
}

static void restore(const struct snapshot *from, int changed)
{
	const char *at = from->stacks;

	world = from->world;
	for (int i = 0; i < RUNNERS; i++) {
		if (changed < 0 || changed == i) {
			memset(stacks[i], 0, STACK_SIZE - from->depths[i]);
			memcpy(stacks[i] + STACK_SIZE - from->depths[i], at, from->depths[i]);
			contexts[i] = from->contexts[i];
			depths[i] = from->depths[i];
			digests[i] = from->digests[i];
		}
		at += from->depths[i];
	}
}

static struct digest digest_state(void)
{
	struct digest digest = { { 1, 1 } };
	struct {
		uint64_t place;
		struct model_file file;
	} told;

	for (int i = 1; i < FILES; i++) {
		if (world.files[i].kind == NO_FILE)
			continue;
		memset(&told, 0, sizeof(told));
		told.place = (uint64_t)i;
		told.file = world.files[i];
		mix(&digest, &told, sizeof(told));
	}
	mix(&digest, world.runners, sizeof(world.runners));
	mix(&digest, &world.left, sizeof(world.left));
	mix(&digest, digests, sizeof(digests));
	return digest;
}

static struct digest *seen;
static size_t seen_size, seen_count;

static bool insert(struct digest digest, struct digest *table, size_t size)
{
	size_t at = digest.words[0] & (size - 1);

	while (table[at].words[0] != 0 || table[at].words[1] != 0) {
		if (memcmp(&table[at], &digest, sizeof(digest)) == 0)
			return false;
		at = (at + 1) & (size - 1);
	}
	table[at] = digest;
	return true;
}

static bool is_new(void)
{
	if (2 * seen_count >= seen_size) {
		const size_t size = seen_size == 0 ? 1 << 16 : 2 * seen_size;
		struct digest *table = calloc(size, sizeof(*table));

		if (table == NULL)
			abort();
		for (size_t i = 0; i < seen_size; i++) {
			if (seen[i].words[0] != 0 || seen[i].words[1] != 0)
				insert(seen[i], table, size);
		}
		free(seen);
		seen = table;
		seen_size = size;
	}
	if (!insert(digest_state(), seen, seen_size))
		return false;
	seen_count++;
	return true;
}

/* --- What must hold. */

static void print_call(const struct action *action)
{
	static const struct {
		long number;
		const char *name;
	} names[] = { { __NR_openat, "open" },	       { __NR_mkdirat, "mkdir" },
		      { __NR_renameat, "rename" },     { __NR_unlinkat, "unlink" },
		      { __NR_newfstatat, "stat" },     { __NR_getdents64, "list" },
		      { __NR_write, "write" },	       { __NR_fchmodat, "chmod" },
		      { CHANCE_OF_SIGNAL, "signal?" }, { CHANCE_OF_SILENCE, "silence?" } };
	static const char *const befalls[] = { "", " yes", " killed before it", " damage" };

	fprintf(stderr, "  %c", 'A' + action->runner);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i].number == action->call.number)
			fprintf(stderr, " %s", names[i].name);
	}
	fprintf(stderr, " %s%s\n", action->name, befalls[action->befall]);
}

_Noreturn static void fault(const char *what, unsigned depth)
{
	fprintf(stderr, "%s, after:\n", what);
	for (unsigned i = 0; i < depth; i++)
		print_call(&actions[i]);
	for (int i = 1; i < FILES; i++) {
		if (world.files[i].kind != NO_FILE && world.files[i].parent >= 0)
			fprintf(stderr, "  %d in %d: %s\n", i, world.files[i].parent,
				world.files[i].name);
	}
	exit(1);
}

/* At every moment: a tree that has the entry's name is whole. */
static void check_state(unsigned depth)
{
	const int entry = find_file(RUNS, entry_id);

	if (entry >= 0 && !world.files[entry].is_damaged && !is_entry_whole())
		fault("a tree that is not whole is published", depth);
	for (int i = 0; i < RUNNERS; i++) {
		if (world.runners[i].state == FOUND_NO_WAY)
			fault("a runner gives up", depth);
	}
}

static bool is_over(void)
{
	for (int i = 0; i < RUNNERS; i++) {
		if (world.runners[i].state == RUNNING)
			return false;
	}
	return true;
}

static bool is_in_order(void)
{
	const int entry = find_file(RUNS, entry_id);

	for (int i = 1; i < FILES; i++) {
		const struct model_file *file = &world.files[i];
		const bool is_of_entry = i == entry || file->parent == entry;
		const size_t length = strlen(file->name);

		if (file->kind == NO_FILE || file->parent < 0 || is_of_entry)
			continue;
		if (length < 6 || strcmp(file->name + length - 6, ".state") != 0)
			return false;
	}
	return true;
}

/* Whoever has not been ended has the entry, by as few unpackings as there were reasons for. */
static void check_end(unsigned depth)
{
	const struct chances used = { .kills = allowed.kills - world.left.kills,
				      .signals = allowed.signals - world.left.signals,
				      .silences = allowed.silences - world.left.silences,
				      .damages = allowed.damages - world.left.damages };
	const bool is_calm = used.kills + used.silences == 0;
	const int reasons = 1 + used.kills + used.signals + used.silences + used.damages;
	bool has_winner = false;

	for (int i = 0; i < RUNNERS; i++)
		has_winner = has_winner || world.runners[i].state == OBTAINED_ENTRY;
	if (has_winner && used.damages == 0 && find_file(RUNS, entry_id) < 0)
		fault("the entry is gone", depth);
	if ((unsigned long)world.unpackings > most_unpackings)
		most_unpackings = (unsigned long)world.unpackings;
	if (world.unpackings > reasons)
		fault("more unpack than there is reason for", depth);
	if (is_calm && !is_in_order())
		fault("something is left", depth);
	ends++;
}

/* --- The search. */

static void take(int runner, enum befall befall)
{
	struct runner *taken = &world.runners[runner];

	steps++;
	current = runner;
	switch (befall) {
	case STEP:
	case STEP_WITH_CHANCE:
		if (taken->pending.number >= CHANCE_OF_SIGNAL)
			result = befall == STEP_WITH_CHANCE;
		else
			result = do_call(&taken->pending);
		if (befall == STEP_WITH_CHANCE && taken->pending.number == CHANCE_OF_SIGNAL)
			world.left.signals--;
		else if (befall == STEP_WITH_CHANCE && !is_completing)
			world.left.silences--;
		resume(runner);
		break;
	case KILL:
		world.left.kills--;
		kill_runner(runner);
		break;
	case DAMAGE:
	default:
		world.left.damages--;
		damage_entry();
		break;
	}
}

static bool may_befall(int runner, enum befall befall)
{
	const long number = world.runners[runner].pending.number;

	switch (befall) {
	case STEP:
		return true;
	case STEP_WITH_CHANCE:
		return (number == CHANCE_OF_SIGNAL && world.left.signals > 0) ||
		       (number == CHANCE_OF_SILENCE && world.left.silences > 0);
	case KILL:
		return world.left.kills > 0;
	case DAMAGE:
	default:
		/* By nobody in particular. */
		return world.left.damages > 0 && find_file(RUNS, entry_id) >= 0;
	}
}

static void note(struct action *action, int runner, enum befall befall)
{
	const struct call *call = &world.runners[runner].pending;
	const bool has_name = call->number < CHANCE_OF_SIGNAL && call->number != __NR_write &&
			      call->number != __NR_getdents64;

	*action = (struct action){ .runner = runner, .befall = befall, .call = *call };
	if (has_name && call->words[1] != 0)
		strncpy(action->name, (const char *)call->words[1], FILE_NAME_SIZE - 1);
}

/* All go on in turn, and each lock that has not changed is silent: all come to an end. */
static void complete(unsigned depth)
{
	struct snapshot here;
	unsigned patience = PATIENCE;

	save(&here);
	is_completing = true;
	while (!is_over()) {
		for (int i = 0; i < RUNNERS; i++) {
			const bool waits = world.runners[i].pending.number == CHANCE_OF_SILENCE;

			if (world.runners[i].state == RUNNING)
				take(i, waits && patience % 64 < RUNNERS ? STEP_WITH_CHANCE : STEP);
		}
		if (--patience == 0)
			fault("they go on for ever", depth);
	}
	is_completing = false;
	check_state(depth);
	restore(&here, -1);
	free(here.stacks);
}

static void search(unsigned depth)
{
	struct snapshot *here = &snapshots[depth];

	states++;
	check_state(depth);
	if (is_over()) {
		check_end(depth);
		return;
	}
	if (states % SAMPLE == 0)
		complete(depth);
	if (depth == DEPTH - 1)
		fault("too many steps", depth);
	save(here);
	for (int i = 0; i < RUNNERS; i++) {
		for (enum befall befall = STEP; befall <= DAMAGE; befall++) {
			if (world.runners[i].state != RUNNING || !may_befall(i, befall))
				continue;
			note(&actions[depth], i, befall);
			take(i, befall);
			if (is_new())
				search(depth + 1);
			restore(here, i);
		}
	}
	free(here->stacks);
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: model KILLS SIGNALS SILENCES DAMAGES\n");
		return 2;
	}
	allowed = (struct chances){ .kills = atoi(argv[1]),
				    .signals = atoi(argv[2]),
				    .silences = atoi(argv[3]),
				    .damages = atoi(argv[4]) };
	world.left = allowed;
	for (int i = 0; i < RUNNERS; i++)
		begin(i);
	search(0);
	printf("states %lu, steps %lu, ends %lu, at most %lu unpackings\n", states, steps, ends,
	       most_unpackings);
	return 0;
}
