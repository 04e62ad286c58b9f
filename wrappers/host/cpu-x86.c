/*
 * CPUID, and XCR0 for what the kernel saves on a task switch: what it does not save, no program can
 * use.
 */
#include "cpu.h"

#if defined(__x86_64__) || defined(__i386__)

struct registers {
	uint32_t word[4];
};

enum { EAX, EBX, ECX, EDX };

/* Leaves that features are bits of. */
enum leaf { BASIC, MORE, MORE_1, EXTENDED, LEAVES };

/* Parts of XCR0 that a feature needs. */
enum { NO_STATE = 0, AVX_STATE = 0x6, AVX512_STATE = 0xe6, AMX_STATE = 0x60000 };

struct feature {
	const char *name;
	enum leaf leaf;
	uint8_t word;
	uint8_t bit;
	/* The lowest level of the x86-64 psABI that has it; 0: none. */
	uint8_t level;
	uint32_t state;
};

static const struct feature features[] = {
	{ "fpu", BASIC, EDX, 0, 1, NO_STATE },
	{ "cx8", BASIC, EDX, 8, 1, NO_STATE },
	{ "cmov", BASIC, EDX, 15, 1, NO_STATE },
	{ "mmx", BASIC, EDX, 23, 1, NO_STATE },
	{ "fxsr", BASIC, EDX, 24, 1, NO_STATE },
	{ "sse", BASIC, EDX, 25, 1, NO_STATE },
	{ "sse2", BASIC, EDX, 26, 1, NO_STATE },
	{ "lm", EXTENDED, EDX, 29, 1, NO_STATE },
	{ "pni", BASIC, ECX, 0, 2, NO_STATE },
	{ "ssse3", BASIC, ECX, 9, 2, NO_STATE },
	{ "cx16", BASIC, ECX, 13, 2, NO_STATE },
	{ "sse4_1", BASIC, ECX, 19, 2, NO_STATE },
	{ "sse4_2", BASIC, ECX, 20, 2, NO_STATE },
	{ "popcnt", BASIC, ECX, 23, 2, NO_STATE },
	{ "lahf_lm", EXTENDED, ECX, 0, 2, NO_STATE },
	{ "fma", BASIC, ECX, 12, 3, AVX_STATE },
	{ "movbe", BASIC, ECX, 22, 3, NO_STATE },
	{ "avx", BASIC, ECX, 28, 3, AVX_STATE },
	{ "f16c", BASIC, ECX, 29, 3, AVX_STATE },
	{ "bmi1", MORE, EBX, 3, 3, NO_STATE },
	{ "avx2", MORE, EBX, 5, 3, AVX_STATE },
	{ "bmi2", MORE, EBX, 8, 3, NO_STATE },
	{ "abm", EXTENDED, ECX, 5, 3, NO_STATE },
	{ "avx512f", MORE, EBX, 16, 4, AVX512_STATE },
	{ "avx512dq", MORE, EBX, 17, 4, AVX512_STATE },
	{ "avx512cd", MORE, EBX, 28, 4, AVX512_STATE },
	{ "avx512bw", MORE, EBX, 30, 4, AVX512_STATE },
	{ "avx512vl", MORE, EBX, 31, 4, AVX512_STATE },
	{ "pclmulqdq", BASIC, ECX, 1, 0, NO_STATE },
	{ "aes", BASIC, ECX, 25, 0, NO_STATE },
	{ "rdrand", BASIC, ECX, 30, 0, NO_STATE },
	{ "rdseed", MORE, EBX, 18, 0, NO_STATE },
	{ "adx", MORE, EBX, 19, 0, NO_STATE },
	{ "sha_ni", MORE, EBX, 29, 0, NO_STATE },
	{ "avx512ifma", MORE, EBX, 21, 0, AVX512_STATE },
	{ "avx512vbmi", MORE, ECX, 1, 0, AVX512_STATE },
	{ "avx512_vbmi2", MORE, ECX, 6, 0, AVX512_STATE },
	{ "gfni", MORE, ECX, 8, 0, NO_STATE },
	{ "vaes", MORE, ECX, 9, 0, AVX_STATE },
	{ "vpclmulqdq", MORE, ECX, 10, 0, AVX_STATE },
	{ "avx512_vnni", MORE, ECX, 11, 0, AVX512_STATE },
	{ "avx512_bitalg", MORE, ECX, 12, 0, AVX512_STATE },
	{ "avx512_vpopcntdq", MORE, ECX, 14, 0, AVX512_STATE },
	{ "avx512_fp16", MORE, EDX, 23, 0, AVX512_STATE },
	{ "amx_bf16", MORE, EDX, 22, 0, AMX_STATE },
	{ "amx_tile", MORE, EDX, 24, 0, AMX_STATE },
	{ "amx_int8", MORE, EDX, 25, 0, AMX_STATE },
	{ "avx_vnni", MORE_1, EAX, 4, 0, AVX_STATE },
	{ "avx512_bf16", MORE_1, EAX, 5, 0, AVX512_STATE },
	{ "sse4a", EXTENDED, ECX, 6, 0, NO_STATE },
	{ "fma4", EXTENDED, ECX, 16, 0, AVX_STATE },
	{ "tbm", EXTENDED, ECX, 21, 0, NO_STATE },
};

enum { FEATURES = sizeof(features) / sizeof(*features), HIGHEST_LEVEL = 4 };

static struct registers cpuid(uint32_t leaf, uint32_t part)
{
	struct registers r;

	/* The compiler may hold on to %ebx. */
	__asm__ volatile(
#ifdef __i386__
		"xchgl %%ebx, %k1\n\tcpuid\n\txchgl %%ebx, %k1"
#else
		"cpuid"
#endif
		: "=a"(r.word[EAX]),
#ifdef __i386__
		  "=&r"(r.word[EBX]),
#else
		  "=b"(r.word[EBX]),
#endif
		  "=c"(r.word[ECX]), "=d"(r.word[EDX])
		: "0"(leaf), "2"(part));
	return r;
}

static uint32_t saved_state(const struct registers *basic)
{
	enum { OSXSAVE = 27 };
	uint32_t low, high;

	if ((basic->word[ECX] >> OSXSAVE & 1) == 0)
		return 0;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

struct answers {
	struct registers leaf[LEAVES];
	uint32_t state;
};

static struct answers ask(void)
{
	const uint32_t extended = 0x80000000u;
	const uint32_t highest = cpuid(0, 0).word[EAX];
	struct answers answers = { .leaf[BASIC] = cpuid(1, 0) };

	if (highest >= 7) {
		answers.leaf[MORE] = cpuid(7, 0);
		if (answers.leaf[MORE].word[EAX] >= 1)
			answers.leaf[MORE_1] = cpuid(7, 1);
	}
	if (cpuid(extended, 0).word[EAX] > extended)
		answers.leaf[EXTENDED] = cpuid(extended + 1, 0);
	answers.state = saved_state(&answers.leaf[BASIC]);
	return answers;
}

static bool has(const struct answers *answers, const struct feature *feature)
{
	const uint32_t word = answers->leaf[feature->leaf].word[feature->word];

	return (word >> feature->bit & 1) != 0 &&
	       (answers->state & feature->state) == feature->state;
}

static unsigned level_of(const struct answers *answers)
{
	unsigned level = HIGHEST_LEVEL;

	for (unsigned i = 0; i < FEATURES; i++) {
		if (features[i].level > 0 && features[i].level <= level &&
		    !has(answers, &features[i]))
			level = features[i].level - 1u;
	}
	return level;
}

static void copy_words(char *to, const uint32_t *words, unsigned count)
{
	for (unsigned i = 0; i < count * 4; i++)
		*to++ = (char)(words[i / 4] >> i % 4 * 8 & 0xff);
	*to = '\0';
}

/* Blanks before it and at its end are no part of it. */
static void trim(char *text)
{
	const char *from = text;
	char *end = text;

	while (*from == ' ')
		from++;
	for (char *to = text; *from != '\0'; from++) {
		*to++ = *from;
		if (*from != ' ')
			end = to;
	}
	*end = '\0';
}

void ask_cpu(struct cpu *cpu)
{
	const uint32_t brand = 0x80000002u;
	const struct registers first = cpuid(0, 0);
	const uint32_t vendor[] = { first.word[EBX], first.word[EDX], first.word[ECX] };
	const struct answers answers = ask();

	copy_words(cpu->vendor, vendor, 3);
	trim(cpu->vendor);
	if (cpuid(0x80000000u, 0).word[EAX] >= brand + 2) {
		for (uint32_t i = 0; i < 3; i++) {
			const struct registers part = cpuid(brand + i, 0);

			copy_words(cpu->model + 16 * i, part.word, 4);
		}
		trim(cpu->model);
	}
	cpu->level = level_of(&answers);
}

void tell_features(struct telling *telling, const struct start *start)
{
	const struct answers answers = ask();

	(void)start;
	for (unsigned i = 0; i < FEATURES; i++) {
		if (has(&answers, &features[i]))
			tell_text(telling, NULL, features[i].name);
	}
}

#endif
