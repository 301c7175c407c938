/* SPDX-License-Identifier: Apache-2.0 */
/* A reliable stream in virtual time: one direction of a connection, with rate, delay and a bounded
 * buffer, that cuts and joins writes as it pleases, by seed. */
#ifndef PIPE_H
#define PIPE_H

#include "core/stack.h"

struct pipe_conf {
	adit_time delay;
	uint64_t rate;	 /* bytes a second; 0: no limit */
	uint32_t buffer; /* bytes under way at most */
	uint32_t piece;	 /* bytes given at a time; 0: at random up to 64 KiB */
};

struct pipe;

struct pipe *pipe_new(uint64_t seed, const struct pipe_conf *c);
void pipe_free(struct pipe *p);
/* Takes what it has room for. True: something moved. */
bool pipe_put(struct pipe *p, struct adit_batch *from, adit_time now);
/* Gives what is due and what there is room for. True: something moved. */
bool pipe_get(struct pipe *p, struct adit_pool *pool, struct adit_batch *to, adit_time now);
/* When the next bytes are due; ADIT_NEVER: nothing is under way. */
adit_time pipe_due(const struct pipe *p);
uint64_t pipe_bytes(const struct pipe *p); /* all that ever went in */

#endif
