/*
 * What each of those who are asked sends back, read strictly: a reply that is not exactly what its
 * form allows is no answer. No system call; a reply is `size` bytes and no more.
 */
#ifndef DYNPK_NSS_READ_H
#define DYNPK_NSS_READ_H

#include "answer.h"

/* What getent(1) prints. */
enum verdict read_lines(const struct question *question, const char *reply, size_t size,
			struct answer *answer);

/* The name cache daemon: its request's number, false where it is not asked that; its whole reply.
 */
bool nscd_request(const struct question *question, uint32_t *number);
enum verdict read_nscd(const struct question *question, const char *reply, size_t size,
		       struct answer *answer);

/* SSSD: its command's number, false where it is not asked that; the body of its reply. */
bool sssd_command(const struct question *question, uint32_t *number);
enum verdict read_sssd(const struct question *question, const char *reply, size_t size,
		       struct answer *answer);

#endif
