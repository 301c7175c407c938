/* SPDX-License-Identifier: Apache-2.0 */
#include "core/stage.h"

struct adit_pkt *adit_stage_take(struct adit_stage *s)
{
	struct adit_pkt *p = s->first;

	if (!p)
		return NULL;
	s->first = p->next;
	if (!s->first)
		s->last = NULL;
	p->next = NULL;
	s->n--;
	return p;
}

struct adit_pkt *adit_stage_add(struct adit_stage *s, struct adit_pkt *p)
{
	struct adit_pkt *old = NULL;

	if (s->cap == 0)
		return p;
	if (s->n == s->cap)
		old = adit_stage_take(s);
	p->next = NULL;
	if (s->last)
		s->last->next = p;
	else
		s->first = p;
	s->last = p;
	s->n++;
	return old;
}

void adit_stage_flush(struct adit_stage *s, struct adit_batch *to)
{
	while (s->first && adit_room(to))
		adit_add(to, adit_stage_take(s));
}

void adit_stage_drain(struct adit_stage *s)
{
	struct adit_pkt *p;

	while ((p = adit_stage_take(s)) != NULL)
		adit_pkt_free(p);
}
