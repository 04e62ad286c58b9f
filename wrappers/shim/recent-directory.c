#include "recent-directory.h"
#include "base/memory.h"
#include "known-names.h"

enum { TEXT_SIZE = 224 };

/* Odd while somebody writes: then, and where it has changed, a reader knows nothing. */
static uint32_t version;
static uint64_t met_last;

static struct {
	uint64_t upheavals;
	uint64_t hash;
	uint32_t node;
	uint32_t length;
	char text[TEXT_SIZE];
} recent;

const char *leave_recent_directory(const char *path, uint32_t *node, uint64_t *hash)
{
	const uint32_t before = __atomic_load_n(&version, __ATOMIC_ACQUIRE);
	const uint32_t length = recent.length;
	const uint32_t found_node = recent.node;
	const uint64_t found_hash = recent.hash;
	uint32_t at = 0;

	if (before % 2 != 0 || length == 0 || recent.upheavals != count_upheavals())
		return path;
	while (at < length && path[at] == recent.text[at])
		at++;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (at < length || path[at] != '/' || __atomic_load_n(&version, __ATOMIC_RELAXED) != before)
		return path;
	*node = found_node;
	*hash = found_hash;
	return path + length + 1;
}

void note_directory(const char *path, size_t length, uint32_t node, uint64_t hash)
{
	const uint64_t last = __atomic_exchange_n(&met_last, hash, __ATOMIC_RELAXED);
	uint32_t before = __atomic_load_n(&version, __ATOMIC_RELAXED);

	if (last != hash || length > TEXT_SIZE || before % 2 != 0 ||
	    !__atomic_compare_exchange_n(&version, &before, before + 1, false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		return;
	recent.upheavals = count_upheavals();
	recent.hash = hash;
	recent.node = node;
	recent.length = (uint32_t)length;
	memcpy(recent.text, path, length);
	__atomic_store_n(&version, before + 2, __ATOMIC_RELEASE);
}
