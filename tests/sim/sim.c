/* SPDX-License-Identifier: Apache-2.0 */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIM_NODES 256

struct flight {
	adit_time at;
	uint64_t order; /* ties keep their order */
	unsigned from, to;
	uint8_t tos;
	size_t len;
	uint8_t data[];
};

struct node {
	struct adit_stack *stack;
	struct adit_chain *chain;
	adit_time free_at; /* when the way out is idle again */
	bool dead;
};

struct sim {
	uint64_t rng, order, lost, overflowed;
	adit_time now;
	struct sim_link link;
	sim_recv recv;
	void *ctx;
	struct adit_env env;
	struct node node[SIM_NODES];
	unsigned nodes;
	struct flight **heap;
	unsigned n, cap;
};

uint64_t sim_random(struct sim *s) /* splitmix64 */
{
	uint64_t z = s->rng += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static bool chance(struct sim *s, double p)
{
	return p > 0 && (double)(sim_random(s) >> 11) * 0x1p-53 < p;
}

static void env_random(void *ctx, void *out, size_t n)
{
	uint8_t *b = out;

	while (n-- > 0)
		*b++ = (uint8_t)sim_random(ctx);
}

static void env_log(void *ctx, enum adit_log_level level, const char *layer, const char *line)
{
	(void)ctx;
	if (level <= ADIT_LOG_WARN)
		fprintf(stderr, "%s: %s\n", layer, line);
}

struct sim *sim_new(uint64_t seed, const struct sim_link *link, sim_recv recv, void *ctx)
{
	struct sim *s = calloc(1, sizeof(*s));

	ADIT_ASSERT(s);
	s->rng = seed;
	s->link = *link;
	if (!s->link.queue)
		s->link.queue = 1000;
	s->recv = recv;
	s->ctx = ctx;
	s->env = (struct adit_env){ env_random, env_log, s };
	return s;
}

void sim_free(struct sim *s)
{
	for (unsigned i = 0; i < s->nodes; i++)
		adit_stack_close(s->node[i].stack);
	while (s->n > 0)
		free(s->heap[--s->n]);
	free(s->heap);
	free(s);
}

adit_time sim_now(const struct sim *s)
{
	return s->now;
}

struct adit_addr sim_addr(unsigned node)
{
	return (struct adit_addr){ .family = 4,
		.ip = { 10, 0, (uint8_t)(node >> 8), (uint8_t)node } };
}

struct adit_stack *sim_stack(struct sim *s, unsigned node)
{
	return s->node[node].stack;
}

void sim_kill(struct sim *s, unsigned node)
{
	s->node[node].dead = true;
}

uint64_t sim_lost(const struct sim *s)
{
	return s->lost;
}

uint64_t sim_overflowed(const struct sim *s)
{
	return s->overflowed;
}

unsigned sim_node(struct sim *s, const struct adit_conf *const *layer, unsigned n,
	const struct adit_pool_conf *pool)
{
	struct node *node = &s->node[s->nodes];
	struct adit_stack_conf c = { .layer = layer, .n = n, .pool = *pool, .env = &s->env };
	struct adit_fault f;
	unsigned at;

	ADIT_ASSERT(s->nodes < SIM_NODES);
	ADIT_ASSERT(adit_stack_open(&node->stack, &c, &at, &f) == ADIT_OK);
	node->chain = adit_stack_begin_top(node->stack);
	ADIT_ASSERT(node->chain);
	return s->nodes++;
}

static bool before(const struct flight *a, const struct flight *b)
{
	return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void heap_add(struct sim *s, struct flight *f)
{
	unsigned i;

	if (s->n == s->cap) {
		s->cap = s->cap * 2 + 64;
		s->heap = realloc(s->heap, s->cap * sizeof(struct flight *));
		ADIT_ASSERT(s->heap);
	}
	for (i = s->n++; i > 0 && before(f, s->heap[(i - 1) / 2]); i = (i - 1) / 2)
		s->heap[i] = s->heap[(i - 1) / 2];
	s->heap[i] = f;
}

static struct flight *heap_take(struct sim *s)
{
	struct flight *top = s->heap[0], *last = s->heap[--s->n];
	unsigned i = 0;

	for (unsigned k = 1; k < s->n; k = 2 * i + 1) {
		if (k + 1 < s->n && before(s->heap[k + 1], s->heap[k]))
			k++;
		if (!before(s->heap[k], last))
			break;
		s->heap[i] = s->heap[k];
		i = k;
	}
	s->heap[i] = last;
	return top;
}

static void launch(struct sim *s, unsigned from, const struct adit_pkt *p, struct adit_seg seg)
{
	struct node *n = &s->node[from];
	adit_time wire = s->link.rate ? seg.len * 8ull * ADIT_S / s->link.rate : 0, out;
	adit_time full = s->link.rate ? s->link.queue * 1500ull * 8 * ADIT_S / s->link.rate : 0;
	unsigned copies = chance(s, s->link.dup) ? 2 : 1;

	if (n->free_at > s->now && n->free_at - s->now > full) {
		s->overflowed++;
		return;
	}
	out = (n->free_at > s->now ? n->free_at : s->now) + wire;
	n->free_at = out;
	if (chance(s, s->link.loss)) {
		s->lost++;
		return;
	}
	while (copies-- > 0) {
		struct flight *f = malloc(sizeof(*f) + seg.len);

		ADIT_ASSERT(f);
		f->at = out + s->link.delay + (s->link.jitter ? sim_random(s) % s->link.jitter : 0);
		f->order = s->order++;
		f->from = from;
		f->to = (unsigned)p->m.far.ip[2] << 8 | p->m.far.ip[3];
		f->tos = p->m.tos;
		f->len = seg.len;
		memcpy(f->data, seg.data, seg.len);
		heap_add(s, f);
	}
}

static void collect(struct sim *s, unsigned i)
{
	struct node *n = &s->node[i];
	struct adit_batch *out = adit_chain_out(n->chain, ADIT_BOTTOM_SIDE);
	struct adit_batch *top = adit_chain_out(n->chain, ADIT_TOP);
	struct adit_pkt *p;
	bool any = out->count || top->count;

	while ((p = adit_take(out)) != NULL) {
		for (unsigned k = 0; p->kind == ADIT_DATA && !n->dead && k < p->count; k++)
			launch(s, i, p, adit_seg_at(p, k));
		adit_pkt_free(p);
	}
	while ((p = adit_take(top)) != NULL) {
		if (p->kind == ADIT_DATA && s->recv)
			s->recv(s->ctx, i, p);
		adit_pkt_free(p);
	}
	if (any)
		adit_chain_kick(n->chain);
}

/* Runs a node and collects what it has to say until it falls silent. */
static void settle(struct sim *s, unsigned i)
{
	struct node *n = &s->node[i];
	unsigned rounds = 0;

	do {
		adit_stack_run(n->stack, s->now);
		ADIT_ASSERT(++rounds < 100000);
		if (!adit_chain_out(n->chain, ADIT_BOTTOM_SIDE)->count &&
			!adit_chain_out(n->chain, ADIT_TOP)->count)
			break;
		collect(s, i);
	} while (true);
}

static struct adit_pkt *make(struct sim *s, unsigned node, const void *data, size_t len)
{
	unsigned head, tail;
	struct adit_pkt *p;

	adit_stack_rooms(s->node[node].stack, &head, &tail);
	p = adit_pool_get(
		adit_stack_pool(s->node[node].stack), head, (uint32_t)(head + len + tail));
	if (p)
		memcpy(adit_put(p, (uint32_t)len), data, len);
	return p;
}

bool sim_send(struct sim *s, unsigned node, unsigned to, const void *data, size_t len)
{
	struct node *n = &s->node[node];
	struct adit_batch *in = adit_chain_in(n->chain, ADIT_TOP);
	struct adit_pkt *p;

	if (!adit_room(in) || (p = make(s, node, data, len)) == NULL)
		return false;
	p->m.far = sim_addr(to);
	adit_add(in, p);
	adit_chain_kick(n->chain);
	settle(s, node);
	return true;
}

static void deliver(struct sim *s, const struct flight *f)
{
	struct node *n = &s->node[f->to];
	struct adit_batch *in = adit_chain_in(n->chain, ADIT_BOTTOM_SIDE);
	struct adit_pkt *p;

	if (n->dead || f->to >= s->nodes)
		return;
	if (!adit_room(in) || (p = make(s, f->to, f->data, f->len)) == NULL) {
		s->overflowed++;
		return;
	}
	p->m.far = sim_addr(f->from);
	p->m.tos = f->tos;
	adit_add(in, p);
	adit_chain_kick(n->chain);
	settle(s, f->to);
}

static adit_time next_timer(const struct sim *s, unsigned *node)
{
	adit_time first = ADIT_NEVER;

	for (unsigned i = 0; i < s->nodes; i++) {
		adit_time t = adit_stack_deadline(s->node[i].stack);

		if (t < first) {
			first = t;
			*node = i;
		}
	}
	return first;
}

void sim_run(struct sim *s, adit_time until)
{
	while (true) {
		unsigned node = 0;
		adit_time timer = next_timer(s, &node);
		adit_time flight = s->n > 0 ? s->heap[0]->at : ADIT_NEVER;
		adit_time at = timer < flight ? timer : flight;

		if (at > until)
			break;
		if (at > s->now)
			s->now = at;
		if (timer <= flight) {
			settle(s, node);
		} else {
			struct flight *f = heap_take(s);

			deliver(s, f);
			free(f);
		}
	}
	s->now = until;
}
