/* SPDX-License-Identifier: Apache-2.0 */
#include "pipe.h"

#include <stdlib.h>
#include <string.h>

#define CHUNKS 1024

struct chunk {
	adit_time due;
	uint32_t n;   /* bytes left of it */
	uint8_t kind; /* an event ends the stream */
};

struct pipe {
	struct pipe_conf c;
	uint64_t random, total;
	adit_time busy; /* until when the rate is taken */
	uint8_t *ring;
	uint32_t head, n;
	struct chunk chunk[CHUNKS];
	unsigned first, chunks;
};

struct pipe *pipe_new(uint64_t seed, const struct pipe_conf *c)
{
	struct pipe *p = calloc(1, sizeof(*p));

	p->c = *c;
	p->random = seed * 0x9e3779b97f4a7c15u + 1;
	p->ring = malloc(c->buffer);
	return p;
}

void pipe_free(struct pipe *p)
{
	free(p->ring);
	free(p);
}

static uint32_t dice(struct pipe *p, uint32_t n)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return (uint32_t)(p->random >> 32) % n;
}

static void note(struct pipe *p, uint32_t n, uint8_t kind, adit_time now)
{
	struct chunk *c = &p->chunk[(p->first + p->chunks++) % CHUNKS];

	if (p->busy < now)
		p->busy = now;
	if (p->c.rate)
		p->busy += n * ADIT_S / p->c.rate;
	*c = (struct chunk){ p->busy + p->c.delay, n, kind };
}

static void store(struct pipe *p, const uint8_t *data, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		p->ring[(p->head + p->n + i) % p->c.buffer] = data[i];
	p->n += n;
	p->total += n;
}

bool pipe_put(struct pipe *p, struct adit_batch *from, adit_time now)
{
	struct adit_pkt *q;
	bool moved = false;

	while (p->chunks < CHUNKS && (q = adit_peek(from)) != NULL) {
		uint32_t n = p->c.buffer - p->n;

		if (q->kind == ADIT_DATA && n == 0)
			break;
		moved = true;
		if (q->kind == ADIT_DATA) {
			n = n < q->len ? n : q->len;
			store(p, adit_pull(q, n), n);
			note(p, n, ADIT_DATA, now);
			if (q->len)
				break;
		} else if (q->kind == ADIT_EOF || q->kind == ADIT_RESET) {
			note(p, 0, q->kind, now);
		}
		adit_pkt_free(adit_take(from));
	}
	return moved;
}

static uint32_t due_bytes(const struct pipe *p, adit_time now)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < p->chunks; i++) {
		const struct chunk *c = &p->chunk[(p->first + i) % CHUNKS];

		if (c->due > now || c->kind != ADIT_DATA)
			break;
		n += c->n;
	}
	return n;
}

static void strike(struct pipe *p, uint32_t n)
{
	p->head = (p->head + n) % p->c.buffer;
	p->n -= n;
	while (n > 0) {
		struct chunk *c = &p->chunk[p->first];
		uint32_t k = n < c->n ? n : c->n;

		c->n -= k;
		n -= k;
		if (c->n == 0) {
			p->first = (p->first + 1) % CHUNKS;
			p->chunks--;
		}
	}
}

static bool get_data(struct pipe *p, struct adit_pool *pool, struct adit_batch *to, uint32_t n)
{
	uint32_t piece = p->c.piece ? p->c.piece : 1 + dice(p, 1u << (1 + dice(p, 16)));
	struct adit_pkt *q;
	uint8_t *data;

	n = n < piece ? n : piece;
	n = n < UINT16_MAX ? n : UINT16_MAX;
	q = adit_pool_get(pool, 0, n);
	if (!q)
		return false;
	data = adit_put(q, n);
	for (uint32_t i = 0; i < n; i++)
		data[i] = p->ring[(p->head + i) % p->c.buffer];
	q->m.shape = ADIT_STREAM;
	adit_add(to, q);
	strike(p, n);
	return true;
}

bool pipe_get(struct pipe *p, struct adit_pool *pool, struct adit_batch *to, adit_time now)
{
	bool moved = false;

	while (p->chunks > 0 && adit_room(to)) {
		const struct chunk *c = &p->chunk[p->first];
		uint32_t n = due_bytes(p, now);
		struct adit_pkt *q;

		if (c->due > now)
			break;
		if (c->kind == ADIT_DATA) {
			if (!get_data(p, pool, to, n))
				break;
			moved = true;
			continue;
		}
		q = adit_pool_event(pool, (enum adit_kind)c->kind);
		if (!q)
			break;
		adit_add(to, q);
		p->first = (p->first + 1) % CHUNKS;
		p->chunks--;
		moved = true;
	}
	return moved;
}

adit_time pipe_due(const struct pipe *p)
{
	return p->chunks ? p->chunk[p->first].due : ADIT_NEVER;
}

uint64_t pipe_bytes(const struct pipe *p)
{
	return p->total;
}
