#include "random.h"
#include "base/clock.h"
#include "base/process.h"

/* Without getrandom (before Linux 3.17): the kernel gives each program 16 bytes to begin with. */
static uint64_t gather(const struct start *start)
{
	static uint64_t count;
	const uint64_t *given = (const void *)auxv_value(start, AT_RANDOM);
	struct kernel_time now = { 0, 0 };
	uint64_t sum = 0x9e3779b97f4a7c15u * ++count;

	sys_clock_gettime(SINCE_1970, &now);
	if (given != NULL)
		sum ^= given[0] ^ given[1];
	sum = (sum ^ (uint64_t)sys_getpid()) * 0xff51afd7ed558ccdu;
	sum = (sum ^ sum >> 33 ^ (uint64_t)now.seconds) * 0xc4ceb9fe1a85ec53u;
	sum = (sum ^ sum >> 33 ^ (uint64_t)now.nanoseconds) * 0xff51afd7ed558ccdu;
	return sum ^ sum >> 33;
}

/* The kernel that is still gathering at boot is not waited for: nothing here is a secret. */
static uint64_t random_number(const struct start *start)
{
	enum { NO_WAITING = 1 };
	uint64_t number;

	if (sys_getrandom(&number, sizeof(number), NO_WAITING) == sizeof(number))
		return number;
	return gather(start);
}

void random_name(const struct start *start, char name[RANDOM_SIZE])
{
	uint64_t number = random_number(start);

	for (int i = 0; i < RANDOM_SIZE - 1; i++, number >>= 4)
		name[i] = "0123456789abcdef"[number & 15];
	name[RANDOM_SIZE - 1] = '\0';
}

uint32_t choose_seed(const struct start *start)
{
	return (uint32_t)random_number(start);
}
