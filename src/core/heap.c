/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines of chains: a binary heap that knows each chain's place. */
#include "core/chain.h"

#include <stdlib.h>

bool adit_heap_room(struct adit_stack *s)
{
	struct adit_chain **h;

	if (s->chains < s->heap_cap)
		return true;
	h = realloc(s->heap, (s->heap_cap * 2 + 16) * sizeof(struct adit_chain *));
	if (!h)
		return false;
	s->heap = h;
	s->heap_cap = s->heap_cap * 2 + 16;
	return true;
}

static void place(struct adit_stack *s, unsigned i, struct adit_chain *c)
{
	s->heap[i] = c;
	c->heap = i;
}

static void sift_up(struct adit_stack *s, unsigned i)
{
	struct adit_chain *c = s->heap[i];

	while (i > 0 && s->heap[(i - 1) / 2]->wake > c->wake) {
		place(s, i, s->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	place(s, i, c);
}

static void sift_down(struct adit_stack *s, unsigned i)
{
	struct adit_chain *c = s->heap[i];

	for (unsigned k = 2 * i + 1; k < s->heap_n; k = 2 * i + 1) {
		if (k + 1 < s->heap_n && s->heap[k + 1]->wake < s->heap[k]->wake)
			k++;
		if (s->heap[k]->wake >= c->wake)
			break;
		place(s, i, s->heap[k]);
		i = k;
	}
	place(s, i, c);
}

void adit_heap_set(struct adit_chain *c, adit_time wake)
{
	struct adit_stack *s = c->stack;
	unsigned i = c->heap;

	if (wake == c->wake)
		return;
	c->wake = wake;
	if (i == ADIT_HEAP_NONE) {
		ADIT_ASSERT(s->heap_n < s->heap_cap);
		place(s, s->heap_n++, c);
		sift_up(s, c->heap);
		return;
	}
	if (wake == ADIT_NEVER) {
		struct adit_chain *last = s->heap[--s->heap_n];

		c->heap = ADIT_HEAP_NONE;
		if (last == c)
			return;
		place(s, i, last);
		sift_up(s, last->heap);
		sift_down(s, last->heap);
		return;
	}
	sift_up(s, i);
	sift_down(s, c->heap);
}
