/*
 * struct stat as far as it is looked at, and asking for it on every C library: before 2.33 glibc
 * has no function of that name, and musl none of the names before that.
 */
#ifndef DYNPK_SHIM_STATUS_H
#define DYNPK_SHIM_STATUS_H

#include <stdint.h>

union status {
	struct {
		uint64_t device;
		uint64_t inode;
#ifdef __x86_64__
		uint64_t links;
		uint32_t mode;
#else
		uint32_t mode;
		uint32_t links;
#endif
	} of;
	struct {
		char before[48];
		uint64_t bytes;
	} size;
	char room[256];
};

/* As fstatat(), of what the program sees. */
int status_at(int directory, const char *path, void *status, int flags);
int status_of(const char *path, void *status);
int status_of_link(const char *path, void *status);

#endif
