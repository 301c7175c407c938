/* SPDX-License-Identifier: Apache-2.0 */
/* A network in virtual time: nodes that each run a stack, joined by links with seeded delay, rate,
 * loss, reordering and duplication. The same seed gives the same run. */
#ifndef SIM_H
#define SIM_H

#include "core/stack.h"

struct sim;

struct sim_link {
	adit_time delay, jitter; /* jitter reorders */
	uint64_t rate;		 /* bits a second of each node's way out; 0: no limit */
	double loss, dup;	 /* 0..1 */
	unsigned queue; /* units that wait for the rate, then the tail is dropped; 0: 1000 */
};

/* A unit reached the top of a node. p is borrowed. */
typedef void (*sim_recv)(void *ctx, unsigned node, const struct adit_pkt *p);

struct sim *sim_new(uint64_t seed, const struct sim_link *link, sim_recv recv, void *ctx);
void sim_free(struct sim *s);
uint64_t sim_random(struct sim *s);
adit_time sim_now(const struct sim *s);

/* A node with a stack of these layers. Its address is 10.0.0.0 plus its number, which is returned;
 * the units that its stack sends go where meta.far says. */
unsigned sim_node(struct sim *s, const struct adit_conf *const *layer, unsigned n,
	const struct adit_pool_conf *pool);
struct adit_addr sim_addr(unsigned node);
struct adit_stack *sim_stack(struct sim *s, unsigned node);
/* What reaches a dead node is gone, and it says nothing. */
void sim_kill(struct sim *s, unsigned node);

/* Offers a unit at the top of a node. False: no room there now. */
bool sim_send(struct sim *s, unsigned node, unsigned to, const void *data, size_t len);

/* Works off all that happens until then. */
void sim_run(struct sim *s, adit_time until);

/* Units lost on links by chance, and by full queues. */
uint64_t sim_lost(const struct sim *s);
uint64_t sim_overflowed(const struct sim *s);

#endif
