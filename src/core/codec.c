/* SPDX-License-Identifier: Apache-2.0 */
#include "core/codec.h"

#include <string.h>

/* A stretch of a train whose segments came out alike, in the geometry of the original cell. */
struct run {
	unsigned first, n;
	uint32_t off, len, last;
	struct adit_meta m;
};

/* Whether segment i, now at `off` and `len` long, continues the run. */
static bool run_takes(
	const struct run *r, unsigned i, uint32_t off, uint32_t len, const struct adit_meta *m)
{
	return r->n > 0 && r->first + r->n == i && r->last == r->len && off == r->off &&
	       len <= r->len && memcmp(m, &r->m, sizeof(*m)) == 0;
}

/* Makes p the run, in place. */
static void run_shape(struct adit_pkt *p, const struct run *r)
{
	p->base += (size_t)r->first * p->pitch;
	p->size -= r->first * p->pitch;
	p->off = (uint16_t)r->off;
	p->len = (uint16_t)r->len;
	p->last = (uint16_t)r->last;
	p->count = (uint8_t)r->n;
	p->m = r->m;
}

static void count_units(struct adit_layer *l, bool down, const struct run *r)
{
	uint64_t bytes = (uint64_t)r->len * (r->n - 1) + r->last;

	if (down) {
		l->stats.down_units += r->n;
		l->stats.down_bytes += bytes;
	} else {
		l->stats.up_units += r->n;
		l->stats.up_bytes += bytes;
	}
}

/* Moves a later run of p to a cell of its own. */
static void run_copy(struct adit_layer *l, const struct adit_pkt *p, const struct run *r,
	struct adit_batch *to, struct adit_emit *e)
{
	struct adit_pkt view = *p, *q;

	run_shape(&view, r);
	q = adit_pkt_copy(e->pool, &view, 0, r->n, p->pitch - r->off - r->len);
	if (!q) {
		l->stats.drops[ADIT_DROP_NO_CELL] += r->n;
		return;
	}
	count_units(l, to == e->down, r);
	adit_add(to, q);
}

/* Puts segments from i on, untouched so far, back to the front of `in`. */
static void put_back(struct adit_layer *l, const struct adit_pkt *p, unsigned i,
	struct adit_batch *in, struct adit_emit *e)
{
	struct adit_pkt *q = adit_pkt_copy(e->pool, p, i, p->count - i, p->pitch - p->off - p->len);

	if (q)
		adit_untake(in, q);
	else
		l->stats.drops[ADIT_DROP_NO_CELL] += p->count - i;
}

bool adit_train_run(struct adit_layer *l, struct adit_batch *in, struct adit_batch *to,
	struct adit_emit *e, adit_seg_fn fn)
{
	bool down = to == e->down;
	struct run first = { 0 }, cur = { 0 };
	unsigned room = adit_room(to), runs = 0, i;
	struct adit_pkt *p;

	if (room < 2 || !adit_peek(in))
		return false;
	p = adit_take(in);
	ADIT_ASSERT(!down || p->off >= l->headroom);
	for (i = 0; i < p->count && (runs < room || cur.n > 0); i++) {
		struct adit_seg s = adit_seg_at(p, i);
		uint8_t *start = s.data;
		struct adit_meta m = p->m;
		enum adit_drop why;
		uint32_t off;

		m.shape = down ? l->below : l->above;
		why = fn(l, &s, &p->m, &m, e->now);
		if (why != ADIT_KEEP) {
			l->stats.drops[why]++;
			continue;
		}
		off = (uint32_t)(p->off + (s.data - start));
		if (run_takes(&cur, i, off, s.len, &m)) {
			cur.n++;
			cur.last = s.len;
			continue;
		}
		if (cur.n > 0 && runs == 1)
			first = cur;
		else if (cur.n > 0)
			run_copy(l, p, &cur, to, e);
		cur = (struct run){ i, 1, off, s.len, s.len, m };
		if (++runs == 1)
			adit_add(to, p);
		if (runs == room) {
			i++;
			break;
		}
	}
	if (i < p->count)
		put_back(l, p, i, in, e);
	if (runs > 1)
		run_copy(l, p, &cur, to, e);
	else
		first = cur;
	if (runs == 0) {
		adit_pkt_free(p);
		return true;
	}
	run_shape(p, &first);
	count_units(l, down, &first);
	return true;
}

enum adit_drop adit_train_each(
	struct adit_layer *l, struct adit_pkt *p, adit_time now, adit_seg_fn fn)
{
	struct run r = { 0 };

	for (unsigned i = 0; i < p->count; i++) {
		struct adit_seg s = adit_seg_at(p, i);
		uint8_t *start = s.data;
		struct adit_meta m = p->m;
		enum adit_drop why = fn(l, &s, &p->m, &m, now);
		uint32_t off = (uint32_t)(p->off + (s.data - start));

		if (why != ADIT_KEEP)
			return why;
		if (i == 0)
			r = (struct run){ 0, 1, off, s.len, s.len, m };
		else if (run_takes(&r, i, off, s.len, &m))
			r = (struct run){ 0, i + 1, r.off, r.len, s.len, r.m };
		else
			return ADIT_DROP_LENGTH;
	}
	run_shape(p, &r);
	return ADIT_KEEP;
}

void adit_codec_down(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	const struct adit_pkt *p;

	while ((p = adit_peek(in)) != NULL) {
		bool done = p->kind == ADIT_DATA
				    ? adit_train_run(l, in, out->down, out, l->ops->codec->encap)
				    : adit_pass_down(l, in, out);

		if (!done)
			break;
	}
}

void adit_codec_up(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	const struct adit_pkt *p;

	while ((p = adit_peek(in)) != NULL) {
		bool done = p->kind == ADIT_DATA
				    ? adit_train_run(l, in, out->up, out, l->ops->codec->decap)
				    : adit_pass_up(l, in, out);

		if (!done)
			break;
	}
}
