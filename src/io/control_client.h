/* SPDX-License-Identifier: Apache-2.0 */
/* The other side of the control socket: making it, finding it, asking on it. */
#ifndef ADIT_CONTROL_CLIENT_H
#define ADIT_CONTROL_CLIENT_H

#include "io/journal.h"

/* A listening control socket, journalled, that only its owner can reach. */
enum adit_err adit_control_listen(const struct adit_rundir *d, struct adit_journal *j, int *fd,
	struct adit_fault *f) ADIT_MUST_USE;

struct adit_ask {
	const char *request;
	unsigned ms; /* how long it may take to begin its answer */
};

/* Sends the request and returns the answer, malloc()ed. ADIT_ENOENT: nobody is there,
 * ADIT_ETIMEOUT: it hangs. A process does not ask itself. */
enum adit_err adit_control_ask(const struct adit_rundir *d, const char *stem, struct adit_ask ask,
	char **answer, struct adit_fault *f) ADIT_MUST_USE;
/* Asks it to end and waits until it has. */
enum adit_err adit_control_down(
	const struct adit_rundir *d, const char *stem, struct adit_fault *f) ADIT_MUST_USE;

#endif
