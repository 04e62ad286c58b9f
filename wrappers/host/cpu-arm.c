/*
 * What the kernel tells programs of 64-bit ARM: AT_HWCAP and AT_HWCAP2 by their bits, and the
 * numbers of the first processor in /proc/cpuinfo.
 */
#include "cpu.h"

#if defined(__aarch64__)

#include "base/text.h"
#include "look.h"

/* HWCAP_ bits from the lowest, as /proc/cpuinfo has them (arch/arm64/kernel/cpuinfo.c). */
static const char *const first[] = {
	"fp",	   "asimd", "evtstrm", "aes",	"pmull",    "sha1",   "sha2", "crc32",
	"atomics", "fphp",  "asimdhp", "cpuid", "asimdrdm", "jscvt",  "fcma", "lrcpc",
	"dcpop",   "sha3",  "sm3",     "sm4",	"asimddp",  "sha512", "sve",  "asimdfhm",
	"dit",	   "uscat", "ilrcpc",  "flagm", "ssbs",	    "sb",     "paca", "pacg",
};

static const char *const second[] = {
	"dcpodp", "sve2",    "sveaes",	 "svepmull", "svebitperm", "svesha3", "svesm4", "flagm2",
	"frint",  "svei8mm", "svef32mm", "svef64mm", "svebf16",	   "i8mm",    "bf16",	"dgh",
	"rng",	  "bti",     "mte",	 "ecv",	     "afp",	   "rpres",   "mte3",	"sme",
};

static void tell_bits(struct telling *telling, uintptr_t bits, const char *const *names,
		      unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if ((bits >> i & 1) != 0)
			tell_text(telling, NULL, names[i]);
	}
}

void tell_features(struct telling *telling, const struct start *start)
{
	tell_bits(telling, auxv_value(start, AT_HWCAP), first, sizeof(first) / sizeof(*first));
	tell_bits(telling, auxv_value(start, AT_HWCAP2), second, sizeof(second) / sizeof(*second));
}

/* Of the first line `KEY<blank>: VALUE`. */
static void copy_value(const char *text, const char *key, char value[CPU_TEXT_SIZE])
{
	for (; *text != '\0'; text++) {
		const char *at = text_behind(text, key);
		size_t length = 0;

		if (at != NULL) {
			while (*at == ' ' || *at == '\t' || *at == ':')
				at++;
			while (at[length] > ' ' && length < CPU_TEXT_SIZE - 1) {
				value[length] = at[length];
				length++;
			}
			value[length] = '\0';
			return;
		}
		while (*text != '\0' && *text != '\n')
			text++;
		if (*text == '\0')
			return;
	}
}

void ask_cpu(struct cpu *cpu)
{
	char text[2048];

	read_text("/proc/cpuinfo", text, sizeof(text));
	copy_value(text, "CPU implementer", cpu->vendor);
	copy_value(text, "CPU part", cpu->model);
}

#endif
