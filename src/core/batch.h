/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of at most 64 packets and events in order. A packet belongs to the batch that holds it:
 * a function that takes a batch may consume from it, one that takes a packet borrows. */
#ifndef ADIT_BATCH_H
#define ADIT_BATCH_H

#include "core/pool.h"

#define ADIT_BATCH 64

struct adit_batch {
	uint16_t head, count;
	uint16_t cap; /* usable slots, <= ADIT_BATCH; lower for a layer that must leave a reserve */
	uint16_t leg; /* of the boundary that this batch belongs to */
	uint32_t flow;	/* likewise */
	uint32_t moves; /* bumped on every take and add: progress */
	struct adit_pkt *slot[ADIT_BATCH];
};

static inline void adit_batch_init(struct adit_batch *b)
{
	b->head = b->count = 0;
	b->cap = ADIT_BATCH;
	b->leg = 0;
	b->flow = 0;
	b->moves = 0;
}

static inline unsigned adit_room(const struct adit_batch *b)
{
	return b->count < b->cap ? (unsigned)(b->cap - b->count) : 0u;
}

/* The first packet, left in place; NULL: empty. */
static inline struct adit_pkt *adit_peek(const struct adit_batch *b)
{
	return b->count ? b->slot[b->head] : NULL;
}

static inline struct adit_pkt *adit_take(struct adit_batch *b)
{
	struct adit_pkt *p;

	if (!b->count)
		return NULL;
	p = b->slot[b->head];
	b->head = (b->head + 1u) % ADIT_BATCH;
	b->count--;
	b->moves++;
	return p;
}

/* The caller checked adit_room(). */
static inline void adit_add(struct adit_batch *b, struct adit_pkt *p)
{
	ADIT_ASSERT(b->count < ADIT_BATCH);
	b->slot[(b->head + b->count) % ADIT_BATCH] = p;
	b->count++;
	b->moves++;
}

/* Puts back what was just taken, or its remainder, at the front. */
static inline void adit_untake(struct adit_batch *b, struct adit_pkt *p)
{
	ADIT_ASSERT(b->count < ADIT_BATCH);
	b->head = (b->head + ADIT_BATCH - 1u) % ADIT_BATCH;
	b->slot[b->head] = p;
	b->count++;
}

/* Frees all that is in it. */
void adit_batch_drain(struct adit_batch *b);

#endif
