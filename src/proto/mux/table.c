/* SPDX-License-Identifier: Apache-2.0 */
/* The flows of a session, found by their id on the wire and by their id in the stack. */
#include "proto/mux/mux.h"

#include <stdlib.h>
#include <string.h>

static uint32_t id_hash(const struct mux_table *t, uint32_t id)
{
	return (id >> 1) & t->mask;
}

static uint32_t flow_hash(const struct mux_table *t, uint32_t flow)
{
	return flow & t->mask; /* the low bits are a slot of the hub */
}

bool mux_table_open(struct mux_table *t, uint32_t size)
{
	uint32_t lists = 1;

	while (lists < size)
		lists *= 2;
	t->mask = lists - 1;
	t->size = size;
	t->owes_first = t->owes_last = t->free = MUX_NONE;
	t->flow = calloc(size, sizeof(*t->flow));
	t->by_id = malloc(lists * sizeof(*t->by_id));
	t->by_flow = malloc(lists * sizeof(*t->by_flow));
	if (!t->flow || !t->by_id || !t->by_flow) {
		mux_table_close(t);
		return false;
	}
	memset(t->by_id, 0xff, lists * sizeof(*t->by_id));
	memset(t->by_flow, 0xff, lists * sizeof(*t->by_flow));
	for (uint32_t i = size; i-- > 0;) {
		t->flow[i].next_id = t->free;
		t->free = i;
	}
	return true;
}

void mux_table_close(struct mux_table *t)
{
	free(t->flow);
	free(t->by_id);
	free(t->by_flow);
}

struct mux_flow *mux_by_id(const struct mux_table *t, uint32_t id)
{
	for (uint32_t i = t->by_id[id_hash(t, id)]; i != MUX_NONE; i = t->flow[i].next_id)
		if (t->flow[i].id == id)
			return &t->flow[i];
	return NULL;
}

struct mux_flow *mux_by_flow(const struct mux_table *t, uint32_t flow)
{
	for (uint32_t i = t->by_flow[flow_hash(t, flow)]; i != MUX_NONE; i = t->flow[i].next_flow)
		if (t->flow[i].flow == flow)
			return &t->flow[i];
	return NULL;
}

struct mux_flow *mux_flow_new(struct mux_table *t, uint32_t id, uint32_t flow)
{
	uint32_t i = t->free, *by_id = &t->by_id[id_hash(t, id)],
		 *by_flow = &t->by_flow[flow_hash(t, flow)];
	struct mux_flow *f;

	if (i == MUX_NONE)
		return NULL;
	f = &t->flow[i];
	t->free = f->next_id;
	t->n++;
	*f = (struct mux_flow){ .id = id,
		.flow = flow,
		.owes = f->owes,
		.next_owes = f->next_owes,
		.next_id = *by_id,
		.next_flow = *by_flow };
	*by_id = *by_flow = i;
	return f;
}

void mux_flow_free(struct mux_table *t, struct mux_flow *f)
{
	uint32_t i = (uint32_t)(f - t->flow), *at;

	for (at = &t->by_id[id_hash(t, f->id)]; *at != i; at = &t->flow[*at].next_id)
		;
	*at = f->next_id;
	for (at = &t->by_flow[flow_hash(t, f->flow)]; *at != i; at = &t->flow[*at].next_flow)
		;
	*at = f->next_flow;
	f->id = 0;
	f->next_id = t->free;
	t->free = i;
	t->n--;
}

void mux_owe(struct mux_table *t, struct mux_flow *f)
{
	uint32_t i = (uint32_t)(f - t->flow);

	if (f->owes)
		return;
	f->owes = true;
	f->next_owes = MUX_NONE;
	if (t->owes_last != MUX_NONE)
		t->flow[t->owes_last].next_owes = i;
	else
		t->owes_first = i;
	t->owes_last = i;
}

struct mux_flow *mux_owing(const struct mux_table *t)
{
	return t->owes_first != MUX_NONE ? &t->flow[t->owes_first] : NULL;
}

void mux_owed(struct mux_table *t)
{
	struct mux_flow *f = &t->flow[t->owes_first];

	f->owes = false;
	t->owes_first = f->next_owes;
	if (t->owes_first == MUX_NONE)
		t->owes_last = MUX_NONE;
}
