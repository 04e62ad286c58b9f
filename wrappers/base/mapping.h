/*
 * Memory from the kernel. PROT_ and MAP_ are the kernel's own.
 */
#ifndef DYNPK_BASE_MAPPING_H
#define DYNPK_BASE_MAPPING_H

#include "base/call.h"
#include <linux/mman.h>

/* Offsets are multiples of a page. */
static inline long sys_mmap(uintptr_t address, size_t size, int prot, int flags, int fd,
			    uint32_t offset)
{
#ifdef __NR_mmap2
	return system_call(__NR_mmap2, address, size, prot, flags, fd, offset >> 12);
#else
	return system_call(__NR_mmap, address, size, prot, flags, fd, offset);
#endif
}

static inline long sys_munmap(const void *address, size_t size)
{
	return system_call(__NR_munmap, address, size);
}

static inline long sys_mprotect(const void *address, size_t size, int prot)
{
	return system_call(__NR_mprotect, address, size, prot);
}

/* Fresh memory, or NULL. `flags` are MAP_PRIVATE or MAP_SHARED, and others. */
static inline void *map_memory(size_t size, int flags)
{
	const long address =
		sys_mmap(0, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	return failed(address) ? NULL : (void *)address;
}

#endif
