/* SPDX-License-Identifier: Apache-2.0 */
/* Flows: how chains begin and end, from above, from below and in hubs. */
#include "core/chain.h"

#include <stdlib.h>

/* A free slot of a hub chain, or -1. */
static int child_slot(struct adit_chain *c)
{
	unsigned slots = c->slots ? c->slots * 2 : 4, i;
	struct adit_chain **child;
	uint32_t *generation;

	for (i = 0; i < c->slots; i++)
		if (!c->child[i])
			return (int)i;
	if (slots > ADIT_FLOW_SLOT + 1u)
		return -1;
	child = realloc(c->child, slots * sizeof(struct adit_chain *));
	if (!child)
		return -1;
	c->child = child;
	generation = realloc(c->generation, slots * sizeof(*generation));
	if (!generation)
		return -1;
	c->generation = generation;
	for (i = c->slots; i < slots; i++) {
		child[i] = NULL;
		generation[i] = 0;
	}
	i = c->slots;
	c->slots = slots;
	return (int)i;
}

static struct adit_chain *begin_child(struct adit_chain *hub)
{
	int slot = child_slot(hub);
	struct adit_chain *c;

	if (slot < 0)
		return NULL;
	c = adit_chain_make(hub->stack, hub->level - 1, hub);
	if (!c)
		return NULL;
	c->flow = (hub->generation[slot] << ADIT_FLOW_BITS) | (uint32_t)slot;
	adit_chain_low(c, true)->flow = adit_chain_low(c, false)->flow = c->flow;
	hub->child[slot] = c;
	hub->children++;
	if (c->hub)
		c->stack->current[c->level] = c;
	return c;
}

static struct adit_chain *begin_root(struct adit_stack *s)
{
	unsigned level = s->segments - 1;
	struct adit_chain *c = adit_chain_make(s, level, NULL);

	if (c && c->hub)
		s->current[level] = c;
	return c;
}

/* The hub chain of this level that takes new flows; made, with all below it, where there is none.
 */
static struct adit_chain *hub_for(struct adit_stack *s, unsigned level)
{
	struct adit_chain *below, *c = s->current[level];

	if (c && !c->detached[ADIT_BOTTOM_SIDE])
		return c;
	if (level == s->segments - 1) {
		c = begin_root(s);
		if (c && s->conf.hooks.bottom_begun)
			s->conf.hooks.bottom_begun(s->conf.hooks.ctx, c);
		return c;
	}
	below = hub_for(s, level + 1);
	return below ? begin_child(below) : NULL;
}

struct adit_chain *adit_stack_begin_top(struct adit_stack *s)
{
	struct adit_chain *hub, *c;

	if (s->segments == 1) {
		c = begin_root(s);
		if (c && s->conf.hooks.bottom_begun)
			s->conf.hooks.bottom_begun(s->conf.hooks.ctx, c);
		return c;
	}
	hub = hub_for(s, 1);
	return hub ? begin_child(hub) : NULL;
}

struct adit_chain *adit_stack_begin_bottom(struct adit_stack *s)
{
	struct adit_chain *c = begin_root(s);

	if (c && s->segments == 1 && s->conf.hooks.top_begun)
		s->conf.hooks.top_begun(s->conf.hooks.ctx, c);
	return c;
}

struct adit_batch *adit_chain_in(struct adit_chain *c, enum adit_side side)
{
	return side == ADIT_TOP ? &c->border[0].down : adit_chain_low(c, true);
}

struct adit_batch *adit_chain_out(struct adit_chain *c, enum adit_side side)
{
	return side == ADIT_TOP ? &c->border[0].up : adit_chain_low(c, false);
}

struct adit_batch *adit_chain_leg_in(struct adit_chain *c, unsigned leg)
{
	ADIT_ASSERT(c->n + leg < c->borders);
	return &c->border[c->n + leg].up;
}

struct adit_batch *adit_chain_leg_out(struct adit_chain *c, unsigned leg)
{
	ADIT_ASSERT(c->n + leg < c->borders);
	return &c->border[c->n + leg].down;
}

struct adit_chain *adit_chain_root(struct adit_chain *c)
{
	while (c->parent)
		c = c->parent;
	return c;
}

void **adit_chain_user(struct adit_chain *c, enum adit_side side)
{
	return &c->user[side];
}

/* The flows of a hub whose lower side is gone end with it. */
static void reset_children(struct adit_chain *c)
{
	for (unsigned i = 0; i < c->slots; i++) {
		struct adit_chain *f = c->child[i];

		if (!f || f->detached[ADIT_BOTTOM_SIDE])
			continue;
		adit_batch_drain(adit_chain_low(f, true));
		f->owes_reset = true;
		adit_chain_detach(f, ADIT_BOTTOM_SIDE);
	}
}

void adit_chain_detach(struct adit_chain *c, enum adit_side side)
{
	c->detached[side] = true;
	adit_batch_drain(adit_chain_out(c, side));
	if (c->hub && side == ADIT_BOTTOM_SIDE)
		reset_children(c);
	adit_chain_kick(c);
}

/* Ends a chain that nobody holds any more. */
void adit_chain_settle(struct adit_chain *c)
{
	struct adit_chain *parent = c->parent;

	if (c->dirty || !c->detached[ADIT_BOTTOM_SIDE])
		return;
	if (c->hub ? c->children > 0 : !c->detached[ADIT_TOP])
		return;
	if (parent) {
		unsigned slot = c->flow & ADIT_FLOW_SLOT;

		parent->child[slot] = NULL;
		parent->generation[slot]++;
		parent->children--;
		adit_chain_kick(parent);
	}
	adit_chain_free(c);
}

static struct adit_chain *flow_of(struct adit_emit *out, uint32_t flow)
{
	struct adit_chain *hub = out->chain, *c;
	unsigned slot = flow & ADIT_FLOW_SLOT;

	if (slot >= hub->slots)
		return NULL;
	c = hub->child[slot];
	return c && c->flow == flow && !c->detached[ADIT_BOTTOM_SIDE] ? c : NULL;
}

struct adit_batch *adit_flow_up(struct adit_emit *out, uint32_t flow)
{
	struct adit_chain *c = flow_of(out, flow);

	if (!c)
		return NULL;
	adit_chain_kick(c);
	return adit_chain_low(c, true);
}

struct adit_batch *adit_flow_begin(struct adit_emit *out, uint32_t *flow)
{
	struct adit_chain *c = begin_child(out->chain);
	struct adit_stack *s = out->chain->stack;

	if (!c)
		return NULL;
	*flow = c->flow;
	if (!c->hub && s->conf.hooks.top_begun)
		s->conf.hooks.top_begun(s->conf.hooks.ctx, c);
	adit_chain_kick(c);
	return adit_chain_low(c, true);
}

void adit_flow_done(struct adit_emit *out, uint32_t flow)
{
	struct adit_chain *c = flow_of(out, flow);

	if (c)
		adit_chain_detach(c, ADIT_BOTTOM_SIDE);
}
