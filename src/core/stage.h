/* SPDX-License-Identifier: Apache-2.0 */
/* Staging for one peer or flow: packets that cannot go yet, under a cap, the oldest dropped first.
 */
#ifndef ADIT_STAGE_H
#define ADIT_STAGE_H

#include "core/batch.h"

/* Zeroed with a cap is an empty stage. Packets in it are linked through adit_pkt.next. */
struct adit_stage {
	struct adit_pkt *first, *last;
	uint16_t n, cap;
};

/* Takes p. Returns the packet dropped to make room for it, which is the caller's to count and free,
 * or NULL. With cap 0 that is p itself. */
struct adit_pkt *adit_stage_add(struct adit_stage *s, struct adit_pkt *p);
/* The oldest; NULL: empty. */
struct adit_pkt *adit_stage_take(struct adit_stage *s);
/* Moves as many as `to` has room for. */
void adit_stage_flush(struct adit_stage *s, struct adit_batch *to);
void adit_stage_drain(struct adit_stage *s);

#endif
