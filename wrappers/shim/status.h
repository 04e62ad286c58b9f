/*
 * struct stat as far as it is looked at, and asking for it on every C library: before 2.33 glibc
 * has no function of that name, and musl none of the names before that.
 */
#ifndef DYNPK_SHIM_STATUS_H
#define DYNPK_SHIM_STATUS_H

#include "forms.h"
#include <stdint.h>

#ifdef __x86_64__
typedef uint64_t link_count;
#else
typedef uint32_t link_count;
#endif

union status {
	struct {
		uint64_t device;
#if defined(__i386__)
		uint32_t padding;
		uint32_t inode;
		uint32_t mode;
		link_count links;
#elif defined(__x86_64__)
		uint64_t inode;
		link_count links;
		uint32_t mode;
#else
		uint64_t inode;
		uint32_t mode;
		link_count links;
#endif
	} of;
#if defined(__i386__)
	struct {
		char before[44];
		uint32_t bytes;
	} usual;
	struct {
		char before[44];
		uint64_t bytes;
		char between[36];
		uint64_t inode;
	} large;
	struct {
		uint64_t device;
		uint64_t inode;
		char between[24];
		uint64_t bytes;
	} time64;
#else
	struct {
		char before[48];
		uint64_t bytes;
	} size;
#endif
	char room[256];
};

#if defined(__i386__)

static inline uint64_t inode_of(const union status *status, enum form form)
{
	return form == FORM_USUAL   ? status->of.inode
	       : form == FORM_LARGE ? status->large.inode
				    : status->time64.inode;
}

static inline void set_inode(union status *status, enum form form, uint64_t inode)
{
	if (form == FORM_TIME64) {
		status->time64.inode = inode;
		return;
	}
	status->of.inode = (uint32_t)inode;
	if (form == FORM_LARGE)
		status->large.inode = inode;
}

static inline void set_size(union status *status, enum form form, uint64_t size)
{
	if (form == FORM_USUAL)
		status->usual.bytes = (uint32_t)size;
	else if (form == FORM_LARGE)
		status->large.bytes = size;
	else
		status->time64.bytes = size;
}

#else

static inline uint64_t inode_of(const union status *status, enum form form)
{
	(void)form;
	return status->of.inode;
}

static inline void set_inode(union status *status, enum form form, uint64_t inode)
{
	(void)form;
	status->of.inode = inode;
}

static inline void set_size(union status *status, enum form form, uint64_t size)
{
	(void)form;
	status->size.bytes = size;
}

#endif

/* As fstatat(), of what the program sees, in this form. */
int status_at(enum form form, int directory, const char *path, void *status, int flags);
int status_of(enum form form, const char *path, void *status);
int status_of_link(enum form form, const char *path, void *status);

#endif
