/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for changes, as they go from the packet process to its parent: one fixed-size message
 * each way on a packet socket. The parent believes nothing in them. */
#ifndef ADIT_SYS_REQ_H
#define ADIT_SYS_REQ_H

#include "io/journal.h"
#include "io/sys.h"

enum adit_sys_kind {
	ADIT_SYS_READY = 1, /* every stack is up; no reply */
	ADIT_SYS_ADDR,
	ADIT_SYS_ROUTE,
	ADIT_SYS_MTU,
	ADIT_SYS_MAC,
	ADIT_SYS_GSO,
	ADIT_SYS_UP,
};

struct adit_sys_req {
	uint32_t kind;
	uint32_t value; /* MTU, bytes */
	char dev[16];
	struct adit_prefix prefix;
	uint8_t mac[6];
};

struct adit_sys_reply {
	struct adit_fault fault;
};

/* In the privileged process: makes changes at once. j may be NULL in tests. */
enum adit_err adit_sys_open_local(
	struct adit_sys **s, struct adit_journal *j, struct adit_fault *f) ADIT_MUST_USE;
/* In the packet process: asks on that socket, which it then owns. */
enum adit_err adit_sys_open_remote(struct adit_sys **s, int fd, struct adit_fault *f) ADIT_MUST_USE;
void adit_sys_close(struct adit_sys *s); /* NULL: nothing to do */
void adit_sys_tell_ready(struct adit_sys *s);

/* Carries out a request in a local one; refuses what is malformed, out of range or about a device
 * that this instance did not make. */
enum adit_err adit_sys_do(
	struct adit_sys *s, const struct adit_sys_req *q, struct adit_fault *f) ADIT_MUST_USE;

#endif
