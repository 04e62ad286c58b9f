/*
 * zstd frames for the packer: `encoder LEVEL`, fed by standard input until that ends.
 *
 * A job is the size of some bytes, in four bytes, least significant first, and the bytes; the
 * answer the size of one whole frame, and the frame. The bytes of a frame depend on those of its
 * job, the level and the release of zstd alone: no program that happens to be installed has a say.
 */
#define ZSTD_STATIC_LINKING_ONLY
#include "base/fail.h"
#include "base/file.h"
#include "base/mapping.h"
#include "base/memory.h"
#include "base/process.h"
#include "zstd.h"

enum {
	LARGEST_JOB = 8 << 20, /* what readers of `.run` files make room for */
	LARGEST_WINDOW = 23,   /* as a power of two: all of a job */
	ROOM_FOR_LONG_MATCHES = 16 << 20,
	WRONG_USE = 2,
	FAILED = 1,
};

static void write_all(const unsigned char *bytes, size_t size)
{
	while (size > 0) {
		const long written = sys_write(1, bytes, size);

		if (failed(written))
			FAIL(FAILED, "the encoder cannot write", reason_of(written));
		bytes += written;
		size -= (size_t)written;
	}
}

/* Returns how much came before the end of the input. */
static size_t read_all(unsigned char *bytes, size_t size)
{
	size_t have = 0;

	while (have < size) {
		const long got = sys_read(0, bytes + have, size - have);

		if (failed(got))
			FAIL(FAILED, "the encoder cannot read", reason_of(got));
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return have;
}

static void *room(size_t size)
{
	void *const memory = map_memory(size, MAP_PRIVATE);

	if (memory == NULL)
		FAIL(FAILED, "the encoder has not enough memory");
	return memory;
}

static int level_of(const char *text)
{
	int level = 0;

	for (; text != NULL && *text >= '0' && *text <= '9' && level < 100; text++)
		level = level * 10 + (*text - '0');
	if (text == NULL || *text != '\0' || level < 1 || level > ZSTD_maxCLevel())
		FAIL(WRONG_USE, "usage: encoder LEVEL");
	return level;
}

static bool set(ZSTD_CCtx *context, ZSTD_cParameter parameter, int value)
{
	return !ZSTD_isError(ZSTD_CCtx_setParameter(context, parameter, value));
}

/*
 * All that a level takes for the largest job; what a job does not touch, costs nothing. Long
 * matches make bundles smaller by a seventh, for a third more of processor time: programs of one
 * package have much in common, and lie side by side.
 */
static ZSTD_CCtx *context_of(int level)
{
	const ZSTD_compressionParameters parameters = ZSTD_getCParams(level, LARGEST_JOB, 0);
	const size_t size = ZSTD_estimateCCtxSize_usingCParams(parameters) + ROOM_FOR_LONG_MATCHES;
	ZSTD_CCtx *const context = ZSTD_initStaticCCtx(room(size), size);

	/* In memory of ours, all parameters begin as zero. */
	if (context == NULL ||
	    ZSTD_isError(ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters)) ||
	    !set(context, ZSTD_c_compressionLevel, level) ||
	    !set(context, ZSTD_c_checksumFlag, 1) ||
	    !set(context, ZSTD_c_enableLongDistanceMatching, ZSTD_ps_enable) ||
	    !set(context, ZSTD_c_windowLog, LARGEST_WINDOW))
		FAIL(FAILED, "zstd cannot be prepared");
	return context;
}

static void put_size(unsigned char *at, size_t size)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(size >> (8 * i));
}

static void encode_jobs(ZSTD_CCtx *context)
{
	const size_t bound = ZSTD_COMPRESSBOUND(LARGEST_JOB);
	unsigned char *const job = room(LARGEST_JOB);
	unsigned char *const answer = room(4 + bound);
	unsigned char head[4];

	for (;;) {
		const size_t have = read_all(head, sizeof(head));
		size_t size = 0, frame;

		if (have == 0)
			return;
		for (int i = 0; i < 4; i++)
			size |= (size_t)head[i] << (8 * i);
		if (have != sizeof(head) || size > LARGEST_JOB || read_all(job, size) != size)
			FAIL(FAILED, "the encoder was given half a job");
		frame = ZSTD_compress2(context, answer + 4, bound, job, size);
		if (ZSTD_isError(frame))
			FAIL(FAILED, "zstd failed: ", ZSTD_getErrorName(frame));
		put_size(answer, frame);
		write_all(answer, 4 + frame);
	}
}

_Noreturn void begin(uintptr_t *stack);

_Noreturn void begin(uintptr_t *stack)
{
	char **const argv = (char **)(stack + 1);

	encode_jobs(context_of(level_of(stack[0] == 2 ? argv[1] : NULL)));
	sys_exit_group(0);
}
