/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a stack, for stack.c, chain.c, flow.c and heap.c alone. */
#ifndef ADIT_CHAIN_H
#define ADIT_CHAIN_H

#include "core/stack.h"

#define ADIT_HEAP_NONE UINT32_MAX

/* A flow's id: its slot in the hub, and how often that slot was used before. */
#define ADIT_FLOW_BITS 20
#define ADIT_FLOW_SLOT ((1u << ADIT_FLOW_BITS) - 1)

/* One boundary: what goes down through it and what goes up. */
struct adit_border {
	struct adit_batch down, up;
};

struct adit_chain {
	struct adit_stack *stack;
	struct adit_chain
		*parent; /* whose top layer is the hub that this one rides on; NULL: a root */
	uint32_t flow;	 /* in the parent */
	unsigned level;	 /* segment of the stack, 0 the one at the end */
	unsigned n;	 /* layers, the top one first */
	struct adit_layer *layer;
	struct adit_border *border; /* n + 1; border[0] is above layer[0] and unused under flows */
	struct adit_chain **child;  /* by slot, for a hub chain */
	uint32_t *generation;	    /* of each slot */
	unsigned slots, children, turn;
	adit_time wake;
	uint32_t heap; /* index in the heap of deadlines */
	bool dirty, hub, detached[2];
	bool owes_reset;      /* the hub below is gone, and the layers have yet to hear of it */
	bool took;	      /* from what the hub gave it, since the hub was told */
	uint32_t in_moves[2]; /* moves of the inputs when the driver was last told */
	uint32_t out_moves;   /* and of the output to a hub */
	void *user[2];
	struct adit_chain *next_dirty, *prev, *next;
};

struct adit_shared {
	unsigned n;
	bool begun; /* a template filled it */
	void *state[ADIT_STACK_LAYERS];
};

struct adit_segment {
	unsigned first, n; /* layers */
	bool hub;	   /* the first one is a hub */
};

struct adit_stack {
	struct adit_stack_conf conf;
	const struct adit_conf *layer_conf[ADIT_STACK_LAYERS];
	struct adit_layer template[ADIT_STACK_LAYERS];
	unsigned opened; /* templates that are open */
	unsigned n, segments;
	struct adit_segment segment[ADIT_STACK_LAYERS + 1];
	struct adit_chain *current[ADIT_STACK_LAYERS + 1]; /* hub chain that new flows go to */
	struct adit_pool *pool;
	struct adit_shared *shared;
	bool own_shared;
	adit_time now;
	struct adit_chain *all, *dirty_first, *dirty_last;
	unsigned chains;
	struct adit_chain **heap;
	unsigned heap_n, heap_cap;
	struct adit_stats retired[ADIT_STACK_LAYERS];
};

/* chain.c */
struct adit_chain *adit_chain_make(struct adit_stack *s, unsigned level, struct adit_chain *parent);
void adit_chain_free(struct adit_chain *c);
void adit_chain_work(struct adit_chain *c);
/* The bottom batches of c as the layer or driver below sees them. */
struct adit_batch *adit_chain_low(struct adit_chain *c, bool up);

void adit_stats_add(struct adit_stats *to, const struct adit_stats *s);

/* flow.c */
void adit_chain_settle(struct adit_chain *c);

/* heap.c */
bool adit_heap_room(struct adit_stack *s);
void adit_heap_set(struct adit_chain *c, adit_time wake); /* ADIT_NEVER takes it out */

#endif
