/* SPDX-License-Identifier: Apache-2.0 */
#include "core/pool.h"

#include <stdlib.h>
#include <string.h>

enum { EVENT, SMALL, LARGE, CLASSES };

static const uint32_t class_room[CLASSES] = { ADIT_CELL_EVENT, ADIT_CELL_SMALL, ADIT_CELL_LARGE };

/* Cells are handed out last in, first out, and virgin ones last, so that memory that was never
 * needed is never touched. */
struct class
{
	struct adit_pkt *meta;
	uint8_t *room;
	struct adit_pkt *free;
	unsigned total, virgin, out;
};

struct adit_pool {
	struct class class[CLASSES];
};

struct adit_pool *adit_pool_open(const struct adit_pool_conf *c)
{
	const unsigned total[CLASSES] = { c->events, c->smalls, c->larges };
	struct adit_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return NULL;
	for (unsigned i = 0; i < CLASSES; i++) {
		struct class *k = &pool->class[i];

		k->total = total[i];
		k->meta = malloc((total[i] ? total[i] : 1) * sizeof(*k->meta));
		k->room = malloc((size_t)(total[i] ? total[i] : 1) * class_room[i]);
		if (!k->meta || !k->room) {
			adit_pool_close(pool);
			return NULL;
		}
	}
	return pool;
}

void adit_pool_close(struct adit_pool *pool)
{
	if (!pool)
		return;
	for (unsigned i = 0; i < CLASSES; i++) {
		ADIT_ASSERT(pool->class[i].out == 0);
		free(pool->class[i].meta);
		free(pool->class[i].room);
	}
	free(pool);
}

static struct adit_pkt *class_get(struct adit_pool *pool, unsigned i)
{
	struct class *k = &pool->class[i];
	struct adit_pkt *p = k->free;
	size_t cell;

	if (p) {
		k->free = p->next;
	} else {
		if (k->virgin == k->total)
			return NULL;
		p = &k->meta[k->virgin++];
	}
	k->out++;
	cell = (size_t)(p - k->meta);
	memset(p, 0, sizeof(*p));
	p->base = k->room + cell * class_room[i];
	p->pitch = p->size = class_room[i];
	p->home = pool;
	return p;
}

struct adit_pkt *adit_pool_get(struct adit_pool *pool, uint32_t head, uint32_t room)
{
	struct adit_pkt *p;

	if (head > room || room > ADIT_CELL_LARGE)
		return NULL;
	p = class_get(pool, room <= ADIT_CELL_SMALL ? SMALL : LARGE);
	if (!p)
		return NULL;
	p->off = (uint16_t)head;
	p->count = 1;
	return p;
}

struct adit_pkt *adit_pool_event(struct adit_pool *pool, enum adit_kind kind)
{
	struct adit_pkt *p = class_get(pool, EVENT);

	if (!p)
		return NULL;
	_Static_assert(sizeof(struct adit_event) <= ADIT_CELL_EVENT, "an event fits its cell");
	memset(p->base, 0, sizeof(struct adit_event));
	p->kind = (uint8_t)kind;
	return p;
}

struct adit_pkt *adit_pkt_copy(
	struct adit_pool *pool, const struct adit_pkt *p, unsigned from, unsigned n, uint32_t tail)
{
	uint32_t pitch = (uint32_t)p->off + p->len + tail;
	struct adit_pkt *q = adit_pool_get(pool, p->off, pitch * n);

	if (!q)
		return NULL;
	q->kind = p->kind;
	q->m = p->m;
	q->count = (uint8_t)n;
	if (n > 1)
		q->pitch = pitch;
	for (unsigned i = 0; i < n; i++) {
		struct adit_seg s = adit_seg_at(p, from + i);

		memcpy(q->base + (size_t)i * q->pitch + q->off, s.data, s.len);
		q->last = (uint16_t)s.len;
		if (i == 0)
			q->len = (uint16_t)s.len;
	}
	return q;
}

void adit_pkt_free(struct adit_pkt *p)
{
	struct adit_pool *pool;

	if (!p)
		return;
	pool = p->home;
	for (unsigned i = 0; i < CLASSES; i++) {
		struct class *k = &pool->class[i];

		if (p >= k->meta && p < k->meta + k->total) {
			ADIT_ASSERT(k->out > 0);
			k->out--;
			p->next = k->free;
			k->free = p;
			return;
		}
	}
	adit_bug(__FILE__, __LINE__, "packet of no pool");
}

unsigned adit_pool_out(const struct adit_pool *pool)
{
	return pool->class[EVENT].out + pool->class[SMALL].out + pool->class[LARGE].out;
}

unsigned adit_pool_out_large(const struct adit_pool *pool)
{
	return pool->class[LARGE].out;
}
