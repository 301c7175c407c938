/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks: opening, segments between hubs, the run loop. */
#include "core/chain.h"

#include <stdlib.h>
#include <string.h>

struct adit_shared *adit_shared_open(const struct adit_conf *const *layer, unsigned n)
{
	struct adit_shared *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	for (; s->n < n; s->n++) {
		size_t size = layer[s->n]->ops->shared_size;

		s->state[s->n] = calloc(1, size ? size : 1);
		if (!s->state[s->n]) {
			adit_shared_close(s);
			return NULL;
		}
	}
	return s;
}

void adit_shared_close(struct adit_shared *s)
{
	if (!s)
		return;
	while (s->n > 0)
		free(s->state[--s->n]);
	free(s);
}

static void cut_segments(struct adit_stack *s)
{
	struct adit_segment *g = &s->segment[0];

	s->segments = 1;
	for (unsigned i = 0; i < s->n; i++) {
		if (s->layer_conf[i]->ops->flags & ADIT_L_HUB) {
			g = &s->segment[s->segments++];
			g->first = i;
			g->hub = true;
		}
		g->n++;
	}
}

static enum adit_err open_templates(struct adit_stack *s, unsigned *at, struct adit_fault *f)
{
	for (; s->opened < s->n; s->opened++) {
		struct adit_layer *l = &s->template[s->opened];
		const struct adit_conf *c = s->layer_conf[s->opened];
		enum adit_err err = ADIT_OK;

		*at = s->opened;
		l->ops = c->ops;
		l->conf = c;
		l->above = c->above;
		l->below = c->below;
		l->server = c->server;
		l->status = ADIT_READY;
		l->wake = ADIT_NEVER;
		l->shared = s->shared->state[s->opened];
		l->state = calloc(1, c->ops->state_size ? c->ops->state_size : 1);
		if (!l->state)
			return adit_fail(f, ADIT_ENOMEM, NULL, "no memory for %s", c->ops->name);
		if (c->ops->open)
			err = c->ops->open(l, !s->shared->begun, f);
		if (err != ADIT_OK) {
			free(l->state);
			return err;
		}
	}
	s->shared->begun = true;
	return ADIT_OK;
}

enum adit_err adit_stack_open(struct adit_stack **stack, const struct adit_stack_conf *c,
	unsigned *at, struct adit_fault *f)
{
	struct adit_stack *s = calloc(1, sizeof(*s));
	enum adit_err err;

	*at = 0;
	if (!s)
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory for a stack");
	ADIT_ASSERT(c->n <= ADIT_STACK_LAYERS && (c->n > 0 || c->legs <= 1));
	s->conf = *c;
	if (!s->conf.max_flows)
		s->conf.max_flows = 65536;
	s->n = c->n;
	for (unsigned i = 0; i < c->n; i++)
		s->layer_conf[i] = c->layer[i];
	s->conf.layer = s->layer_conf;
	cut_segments(s);
	s->pool = adit_pool_open(&c->pool);
	s->own_shared = !c->shared;
	s->shared = c->shared ? c->shared : adit_shared_open(c->layer, c->n);
	if (!s->pool || !s->shared)
		err = adit_fail(f, ADIT_ENOMEM, NULL, "no memory for the pools of a stack");
	else
		err = open_templates(s, at, f);
	if (err != ADIT_OK) {
		adit_stack_close(s);
		return err;
	}
	*stack = s;
	return ADIT_OK;
}

void adit_stack_close(struct adit_stack *s)
{
	if (!s)
		return;
	for (struct adit_chain *c = s->all; c; c = c->next)
		c->dirty = false;
	s->dirty_first = s->dirty_last = NULL;
	while (s->all) {
		struct adit_chain *c = s->all;

		while (c->children > 0) { /* from the leaves down */
			unsigned i = 0;

			while (!c->child[i])
				i++;
			c = c->child[i];
		}
		if (c->parent) {
			c->parent->child[c->flow & ADIT_FLOW_SLOT] = NULL;
			c->parent->children--;
		}
		adit_chain_free(c);
	}
	while (s->opened > 0) {
		struct adit_layer *l = &s->template[--s->opened];

		if (l->ops->close)
			l->ops->close(l);
		free(l->state);
	}
	if (s->own_shared)
		adit_shared_close(s->shared);
	adit_pool_close(s->pool);
	free(s->heap);
	free(s);
}

struct adit_pool *adit_stack_pool(struct adit_stack *s)
{
	return s->pool;
}

void adit_stack_rooms(const struct adit_stack *s, unsigned *head, unsigned *tail)
{
	*head = *tail = 0;
	for (unsigned i = 0; i < s->n; i++) {
		*head += s->template[i].headroom;
		*tail += s->template[i].tailroom;
	}
}

void adit_chain_kick(struct adit_chain *c)
{
	struct adit_stack *s = c->stack;

	if (c->dirty)
		return;
	c->dirty = true;
	c->next_dirty = NULL;
	if (s->dirty_last)
		s->dirty_last->next_dirty = c;
	else
		s->dirty_first = c;
	s->dirty_last = c;
}

static void work_off(struct adit_stack *s)
{
	while (s->dirty_first) {
		struct adit_chain *c = s->dirty_first;

		s->dirty_first = c->next_dirty;
		if (!s->dirty_first)
			s->dirty_last = NULL;
		c->dirty = false;
		adit_chain_work(c);
		adit_chain_settle(c);
	}
}

void adit_stack_run(struct adit_stack *s, adit_time now)
{
	ADIT_ASSERT(now >= s->now);
	s->now = now;
	work_off(s);
	while (s->heap_n > 0 && s->heap[0]->wake <= now) {
		adit_chain_kick(s->heap[0]);
		work_off(s);
	}
}

adit_time adit_stack_deadline(const struct adit_stack *s)
{
	return s->heap_n > 0 ? s->heap[0]->wake : ADIT_NEVER;
}

bool adit_stack_info(const struct adit_stack *s, unsigned i, struct adit_layer_info *out)
{
	if (i >= s->n)
		return false;
	*out = (struct adit_layer_info){
		.ops = s->layer_conf[i]->ops, .status = ADIT_READY, .stats = s->retired[i]
	};
	for (const struct adit_chain *c = s->all; c; c = c->next) {
		unsigned first = s->segment[c->level].first;

		if (i < first || i >= first + c->n)
			continue;
		out->instances++;
		out->status = c->layer[i - first].status;
		adit_stats_add(&out->stats, &c->layer[i - first].stats);
	}
	return true;
}

const struct adit_layer *adit_stack_layer(const struct adit_stack *s, unsigned i)
{
	return i < s->n ? &s->template[i] : NULL;
}
