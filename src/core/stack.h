/* SPDX-License-Identifier: Apache-2.0 */
/* A stack at work: layers instantiated into chains, batches between them, and nothing of the
 * system. The loop (src/io), the simulator and the fuzzers drive it the same way: put units and
 * events into the two sides of a chain, run, take what came out.
 *
 * A chain is a run of layers with one flow: from the delivery (a root), or from one flow of a hub,
 * up to the next hub or the end. A stack without hubs has one chain a delivery flow. */
#ifndef ADIT_STACK_H
#define ADIT_STACK_H

#include "core/layer.h"

#define ADIT_RESERVE 8 /* slots below a layer that its down() must leave to up() and tick() */

struct adit_stack;
enum adit_side { ADIT_TOP, ADIT_BOTTOM_SIDE };

/* State that the instances of one stack share between workers. */
struct adit_shared;

struct adit_stack_hooks {
	void *ctx;
	/* A chain that reaches the end was begun from below: the end attaches to it. */
	void (*top_begun)(void *ctx, struct adit_chain *c);
	/* A root was begun from above: the delivery attaches to it (dials). */
	void (*bottom_begun)(void *ctx, struct adit_chain *c);
	/* Output waits on this side of the chain, or room came free for its input. */
	void (*ready)(void *ctx, struct adit_chain *c, enum adit_side side);
};

struct adit_stack_conf {
	const struct adit_conf *const *layer; /* from the top; without what src/io does itself */
	unsigned n;			      /* may be 0 */
	struct adit_pool_conf pool;
	const struct adit_env *env;
	struct adit_shared *shared; /* NULL: this stack's own */
	struct adit_stack_hooks hooks;
	unsigned legs;	    /* deliveries below the lowest layer; 0: one */
	unsigned max_flows; /* chains at most; 0: 65536 */
};

struct adit_shared *adit_shared_open(const struct adit_conf *const *layer, unsigned n);
void adit_shared_close(struct adit_shared *s);

/* Opens nothing of the system. On failure *at is the index of the layer and f says what. */
enum adit_err adit_stack_open(struct adit_stack **stack, const struct adit_stack_conf *c,
	unsigned *at, struct adit_fault *f) ADIT_MUST_USE;
/* All chains end; every cell goes home. */
void adit_stack_close(struct adit_stack *s);

struct adit_pool *adit_stack_pool(struct adit_stack *s);
/* Headroom and tailroom of all layers, for the end that cuts packets. */
void adit_stack_rooms(const struct adit_stack *s, unsigned *head, unsigned *tail);

/* Begins a flow from an end. Its root is begun too where there is none. NULL: no room. */
struct adit_chain *adit_stack_begin_top(struct adit_stack *s);
/* Begins a root from a delivery; hooks.top_begun follows at once if no hub is in the stack. */
struct adit_chain *adit_stack_begin_bottom(struct adit_stack *s);

/* Batches of a side: what goes into the chain there, and what comes out. After adding to the one
 * or taking from the other call adit_chain_kick(). */
struct adit_batch *adit_chain_in(struct adit_chain *c, enum adit_side side);
struct adit_batch *adit_chain_out(struct adit_chain *c, enum adit_side side);
/* The same at the bottom of a root, by leg. */
struct adit_batch *adit_chain_leg_in(struct adit_chain *c, unsigned leg);
struct adit_batch *adit_chain_leg_out(struct adit_chain *c, unsigned leg);
void adit_chain_kick(struct adit_chain *c);
/* The chain at the delivery that c rides on; c itself where there is no hub. */
struct adit_chain *adit_chain_root(struct adit_chain *c);
/* The driver of that side is done with the chain. The chain ends when both sides are; what a
 * detached side would get is freed. */
void adit_chain_detach(struct adit_chain *c, enum adit_side side);
void **adit_chain_user(struct adit_chain *c, enum adit_side side); /* the driver's pointer */

/* Works until idle: every layer of every kicked chain, timers that are due. Calls ready hooks. */
void adit_stack_run(struct adit_stack *s, adit_time now);
adit_time adit_stack_deadline(const struct adit_stack *s); /* ADIT_NEVER: no timer */

/* For status: the i-th layer from the top, sums over all its instances. False: no such layer. */
struct adit_layer_info {
	const struct adit_layer_ops *ops;
	uint8_t status;
	unsigned instances;
	struct adit_stats stats;
};
bool adit_stack_info(const struct adit_stack *s, unsigned i, struct adit_layer_info *out);
/* The layer's template instance, opened as configured: for explain. NULL: no such layer. */
const struct adit_layer *adit_stack_layer(const struct adit_stack *s, unsigned i);

#endif
