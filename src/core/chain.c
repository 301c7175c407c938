/* SPDX-License-Identifier: Apache-2.0 */
/* Chains: their making, their work, their end.
 *
 * Theory of operation. Between two layers lies a border of two batches. One pass over a chain
 * calls down() of each layer from the top and up() of each from the bottom, as long as anything
 * moved; since a layer takes only what it has room to emit, the passes end. A hub's upper border
 * is the lower border of the chains above it: they share the batches, so that the credit of each
 * flow is the room in its own batch, and a slow one holds up nobody else. */
#include "core/chain.h"

#include <stdlib.h>
#include <string.h>

/* What the side of this border that is nearer the wire gave and took so far. */
static uint32_t moves(const struct adit_border *b)
{
	return b->down.moves + b->up.moves;
}

static void init_borders(struct adit_chain *c, unsigned lowest)
{
	for (unsigned i = 0; i < c->borders; i++) {
		struct adit_border *b = &c->border[i];

		adit_batch_init(&b->down);
		adit_batch_init(&b->up);
		if (i > lowest)
			b->down.leg = b->up.leg = (uint16_t)(i - lowest);
	}
}

struct adit_chain *adit_chain_make(struct adit_stack *s, unsigned level, struct adit_chain *parent)
{
	const struct adit_segment *g = &s->segment[level];
	struct adit_chain *c;

	if (s->chains >= s->conf.max_flows || !adit_heap_room(s))
		return NULL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->stack = s;
	c->level = level;
	c->hub = g->hub;
	c->heap = ADIT_HEAP_NONE;
	c->wake = ADIT_NEVER;
	c->layer = calloc(g->n ? g->n : 1, sizeof(*c->layer));
	c->borders = g->n + (parent || !s->conf.legs ? 1 : s->conf.legs);
	c->border = calloc(c->borders, sizeof(*c->border));
	if (!c->layer || !c->border)
		goto fail;
	init_borders(c, g->n);
	for (; c->n < g->n; c->n++) {
		struct adit_layer *l = &c->layer[c->n];
		const struct adit_layer *t = &s->template[g->first + c->n];

		*l = (struct adit_layer){ .ops = t->ops,
			.conf = t->conf,
			.shared = t->shared,
			.above = t->above,
			.below = t->below,
			.server = t->server,
			.status = ADIT_READY,
			.wake = ADIT_NEVER };
		l->state = calloc(1, l->ops->state_size ? l->ops->state_size : 1);
		if (!l->state || (l->ops->open && l->ops->open(l, false, NULL) != ADIT_OK)) {
			free(l->state);
			goto fail;
		}
	}
	c->parent = parent;
	c->next = s->all;
	if (s->all)
		s->all->prev = c;
	s->all = c;
	s->chains++;
	return c;
fail:
	while (c->n > 0) {
		struct adit_layer *l = &c->layer[--c->n];

		if (l->ops->close)
			l->ops->close(l);
		free(l->state);
	}
	free(c->layer);
	free(c->border);
	free(c);
	return NULL;
}

void adit_stats_add(struct adit_stats *to, const struct adit_stats *s)
{
	to->down_units += s->down_units;
	to->down_bytes += s->down_bytes;
	to->up_units += s->up_units;
	to->up_bytes += s->up_bytes;
	for (unsigned i = 0; i < ADIT_DROP_MAX; i++)
		to->drops[i] += s->drops[i];
}

/* Children are gone already, and nobody waits to run it. */
void adit_chain_free(struct adit_chain *c)
{
	struct adit_stack *s = c->stack;
	const struct adit_segment *g = &s->segment[c->level];

	ADIT_ASSERT(c->children == 0 && !c->dirty);
	for (unsigned i = 0; i < c->n; i++) {
		struct adit_layer *l = &c->layer[i];

		if (l->ops->close)
			l->ops->close(l);
		adit_stats_add(&s->retired[g->first + i], &l->stats);
		free(l->state);
	}
	for (unsigned i = 0; i < c->borders; i++) {
		adit_batch_drain(&c->border[i].down);
		adit_batch_drain(&c->border[i].up);
	}
	adit_heap_set(c, ADIT_NEVER);
	if (s->current[c->level] == c)
		s->current[c->level] = NULL;
	if (c->prev)
		c->prev->next = c->next;
	else
		s->all = c->next;
	if (c->next)
		c->next->prev = c->prev;
	s->chains--;
	free(c->child);
	free(c->generation);
	free(c->layer);
	free(c->border);
	free(c);
}

struct adit_batch *adit_chain_low(struct adit_chain *c, bool up)
{
	return up ? &c->border[c->n].up : &c->border[c->n].down;
}

static void set_cap(struct adit_emit *e, unsigned cap)
{
	struct adit_batch *leg;

	e->down->cap = (uint16_t)cap;
	for (unsigned i = 1; (leg = adit_leg(e, i)) != NULL; i++)
		leg->cap = (uint16_t)cap;
}

static void call(struct adit_layer *l, struct adit_batch *in, struct adit_emit *e, bool down)
{
	e->wake = l->wake;
	if (down) {
		set_cap(e, ADIT_BATCH - ADIT_RESERVE);
		l->ops->down(l, in, e);
		set_cap(e, ADIT_BATCH);
	} else {
		l->ops->up(l, in, e);
	}
	l->wake = e->wake;
}

struct adit_batch *adit_leg(struct adit_emit *e, unsigned leg)
{
	struct adit_chain *c = e->chain;

	if (leg == 0)
		return e->down;
	if (e->down != &c->border[c->n].down || c->n + leg >= c->borders)
		return NULL;
	return &c->border[c->n + leg].down;
}

static void hub_down(struct adit_chain *c, struct adit_emit *e)
{
	unsigned start = c->turn++;

	for (unsigned i = 0; i < c->slots; i++) {
		struct adit_chain *f = c->child[(start + i) % c->slots];
		struct adit_batch *in = f ? adit_chain_low(f, false) : NULL;
		uint32_t before;

		if (!in || f->detached[ADIT_BOTTOM_SIDE] || (!in->count && !f->took))
			continue;
		f->took = false;
		before = in->moves;
		call(&c->layer[0], in, e, true);
		if (in->moves != before)
			adit_chain_kick(f);
	}
}

static struct adit_emit emit_of(struct adit_chain *c, unsigned i)
{
	struct adit_stack *s = c->stack;

	return (struct adit_emit){
		.down = &c->border[i + 1].down,
		.up = c->hub && i == 0 ? NULL : &c->border[i].up,
		.pool = s->pool,
		.now = s->now,
		.env = s->conf.env,
		.chain = c,
	};
}

/* What a hub owes its peer waits for room below and not for the clock. */
static bool hub_owes(const struct adit_chain *c)
{
	return c->hub && c->layer[0].wake <= c->stack->now && c->layer[0].ops->tick;
}

static void tick(struct adit_chain *c, unsigned i)
{
	struct adit_layer *l = &c->layer[i];
	struct adit_emit e = emit_of(c, i);

	e.wake = ADIT_NEVER;
	l->ops->tick(l, &e);
	l->wake = e.wake;
}

static bool pass(struct adit_chain *c)
{
	uint32_t before = 0, after = 0;

	for (unsigned i = 0; i < c->borders; i++)
		before += moves(&c->border[i]);
	for (unsigned i = 0; i < c->n; i++) {
		struct adit_emit e = emit_of(c, i);

		if (c->hub && i == 0)
			hub_down(c, &e);
		else if (c->border[i].down.count)
			call(&c->layer[i], &c->border[i].down, &e, true);
	}
	for (unsigned i = c->borders - 1; i > c->n; i--) {
		struct adit_emit e = emit_of(c, c->n - 1);

		if (c->border[i].up.count)
			call(&c->layer[c->n - 1], &c->border[i].up, &e, false);
	}
	for (unsigned i = c->n; i-- > 0;) {
		struct adit_emit e = emit_of(c, i);

		if (c->border[i + 1].up.count)
			call(&c->layer[i], &c->border[i + 1].up, &e, false);
	}
	if (hub_owes(c) && adit_room(&c->border[1].down))
		tick(c, 0);
	for (unsigned i = 0; i < c->borders; i++)
		after += moves(&c->border[i]);
	return before != after;
}

static void ticks(struct adit_chain *c)
{
	for (unsigned i = 0; i < c->n; i++) {
		const struct adit_layer *l = &c->layer[i];

		if (l->wake <= c->stack->now && l->ops->tick)
			tick(c, i);
	}
}

/* The hub hears of what is new alone: it kicks its flows as well, and the two must come to rest. */
static void tell_hub(
	struct adit_chain *c, const struct adit_batch *in, const struct adit_batch *out)
{
	if (in->moves == c->in_moves[ADIT_BOTTOM_SIDE] && out->moves == c->out_moves)
		return;
	c->took |= in->moves != c->in_moves[ADIT_BOTTOM_SIDE];
	c->in_moves[ADIT_BOTTOM_SIDE] = in->moves;
	c->out_moves = out->moves;
	adit_chain_kick(c->parent);
}

/* Whether a leg beside the first has output, or took input. What a detached side gets is freed. */
static bool legs_stir(struct adit_chain *c, enum adit_side side)
{
	bool stir = false;

	for (unsigned i = c->n + 1; side == ADIT_BOTTOM_SIDE && i < c->borders; i++) {
		struct adit_border *b = &c->border[i];

		if (c->detached[side])
			adit_batch_drain(&b->down);
		stir |= b->down.count > 0 || b->up.moves != b->told;
		b->told = b->up.moves;
	}
	return stir;
}

/* Tells the driver of a side, or the hub below, what there is to do. */
static void tell(struct adit_chain *c, enum adit_side side)
{
	struct adit_batch *in = adit_chain_in(c, side), *out = adit_chain_out(c, side);
	struct adit_stack *s = c->stack;

	if (c->detached[side])
		adit_batch_drain(out);
	if (side == ADIT_BOTTOM_SIDE && c->parent) {
		tell_hub(c, in, out);
		return;
	}
	if (!out->count && in->moves == c->in_moves[side] && !legs_stir(c, side))
		return;
	if (!c->detached[side] && s->conf.hooks.ready)
		s->conf.hooks.ready(s->conf.hooks.ctx, c, side);
	c->in_moves[side] = in->moves;
}

/* Waits for an event's cell if need be: a flow that never hears of its end would stay for good. */
static void pay_reset(struct adit_chain *c)
{
	struct adit_pkt *ev = adit_pool_event(c->stack->pool, ADIT_RESET);

	if (!ev)
		return;
	adit_add(adit_chain_low(c, true), ev);
	c->owes_reset = false;
}

void adit_chain_work(struct adit_chain *c)
{
	adit_time wake = ADIT_NEVER;

	if (c->owes_reset)
		pay_reset(c);
	if (c->wake <= c->stack->now)
		ticks(c);
	while (pass(c))
		;
	for (unsigned i = hub_owes(c) ? 1 : 0; i < c->n; i++)
		if (c->layer[i].wake < wake)
			wake = c->layer[i].wake;
	if (c->owes_reset && c->stack->now + ADIT_MS < wake)
		wake = c->stack->now + ADIT_MS;
	adit_heap_set(c, wake);
	if (!c->hub)
		tell(c, ADIT_TOP);
	tell(c, ADIT_BOTTOM_SIDE);
}
