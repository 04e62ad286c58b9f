#include "host.h"
#include "base/fail.h"
#include "base/process.h"
#include "base/text.h"
#include "image.h"

/* What `uname -r` begins with, such as 3.10.0-1160.el7; missing parts count as 0. */
static void read_release(const char *text, uint32_t release[3])
{
	for (int i = 0; i < 3; i++) {
		release[i] = 0;
		while (*text >= '0' && *text <= '9' && release[i] < 100000)
			release[i] = release[i] * 10 + (uint32_t)(*text++ - '0');
		if (*text == '.')
			text++;
	}
}

static void check_kernel(const struct record *record)
{
	struct new_utsname name;
	uint32_t release[3];
	char wanted[3 * 12];
	char *end = wanted;

	if (record->kernel[0] == 0 || failed(sys_uname(&name)))
		return;
	read_release(name.release, release);
	for (int i = 0; i < 3; i++) {
		if (release[i] > record->kernel[i])
			return;
		if (release[i] < record->kernel[i])
			break;
		if (i == 2)
			return;
	}
	for (int i = 0; i < 3; i++) {
		end = text_append_number(end, record->kernel[i] % 100000);
		end = text_append(end, i < 2 ? "." : "");
	}
	FAIL(EXIT_LAUNCHER, record_text(record, record->launcher), " needs Linux ", wanted,
	     " or newer, and this host runs ", name.release);
}

#if defined(__x86_64__)

struct registers {
	uint32_t a, b, c, d;
};

static struct registers cpuid(uint32_t leaf)
{
	struct registers r;

	__asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(0));
	return r;
}

/* What the operating system saves on a task switch: XCR0. */
static uint32_t saved_state(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

#define HAS(value, mask) (((value) & (uint32_t)(mask)) == (uint32_t)(mask))

/* The levels of the x86-64 psABI: 1 to 4. */
static uint32_t cpu_level(void)
{
	const struct registers basic = cpuid(1);
	const struct registers more = cpuid(0).a >= 7 ? cpuid(7) : (struct registers){ 0 };
	const bool has_extended = cpuid(0x80000000u).a >= 0x80000001u;
	const uint32_t extended = has_extended ? cpuid(0x80000001u).c : 0;
	const bool saves = HAS(basic.c, 1u << 27);
	const uint32_t state = saves ? saved_state() : 0;

	/* SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, POPCNT; LAHF */
	if (!HAS(basic.c, 1u << 0 | 1u << 9 | 1u << 13 | 1u << 19 | 1u << 20 | 1u << 23) ||
	    !HAS(extended, 1u << 0))
		return 1;
	/* FMA, MOVBE, AVX, F16C; BMI1, AVX2, BMI2; LZCNT */
	if (!HAS(basic.c, 1u << 12 | 1u << 22 | 1u << 28 | 1u << 29) ||
	    !HAS(more.b, 1u << 3 | 1u << 5 | 1u << 8) || !HAS(extended, 1u << 5) ||
	    !HAS(state, 0x6))
		return 2;
	/* AVX512F, AVX512DQ, AVX512CD, AVX512BW, AVX512VL */
	if (!HAS(more.b, 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31) || !HAS(state, 0xe6))
		return 3;
	return 4;
}

/* GNU_PROPERTY_X86_ISA_1_NEEDED has one bit a level. */
static void check_cpu(const struct record *record)
{
	uint32_t needed = 1;
	uint32_t level;
	char needed_text[2] = "1";
	char level_text[2] = "1";

	if (record->machine != NATIVE_MACHINE || record->isa <= 1)
		return;
	while (needed < 9 && record->isa >> needed != 0)
		needed++;
	level = cpu_level();
	if (level >= needed)
		return;
	needed_text[0] = (char)('0' + needed);
	level_text[0] = (char)('0' + level);
	FAIL(EXIT_LAUNCHER, record_text(record, record->launcher), " needs a CPU of level x86-64-v",
	     needed_text, ", and this host's is x86-64-v", level_text);
}

#else

static void check_cpu(const struct record *record)
{
	(void)record;
}

#endif

void check_host(const struct record *record)
{
	check_kernel(record);
	check_cpu(record);
}
