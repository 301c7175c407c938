/* SPDX-License-Identifier: Apache-2.0 */
/* From the wire: a parser that takes any split of its input and holds at most one control frame.
 *
 * It never waits for room below: what the peer is owed is noted (credit in the list of flows,
 * refusals in their table) and sent later, so that two sides that both have full pipes go on
 * reading. It never waits for a flow either: the flow's credit is less than its batch holds. */
#include "core/cursor.h"
#include "proto/mux/mux.h"

#include <string.h>

static uint32_t queued(const struct adit_batch *b)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < b->count; i++)
		n += b->slot[(b->head + i) % ADIT_BATCH]->len;
	return n;
}

uint32_t mux_grantable(const struct mux *m, const struct mux_flow *f, struct adit_emit *out)
{
	const struct adit_batch *up = adit_flow_up(out, f->flow);
	uint32_t used = f->granted + (up ? queued(up) : 0);

	if (m->in.head_n == MUX_HDR && m->in.type == MUX_DATA && m->in.id == f->id)
		used += m->in.left;
	return used < m->window ? m->window - used : 0;
}

/* Adds to the last cell of the flow as long as it has room: frames of one byte cost no cell each.
 * Returns the bytes taken. */
static uint32_t give(struct adit_layer *l, const struct mux_flow *f, const struct adit_seg *s,
	struct adit_emit *out)
{
	const struct mux *m = l->state;
	struct adit_batch *up = adit_flow_up(out, f->flow);
	struct adit_pkt *p = NULL;
	uint32_t room;

	if (!up)
		return s->len;
	if (up->count)
		p = up->slot[(up->head + up->count - 1u) % ADIT_BATCH];
	if (!p || p->kind != ADIT_DATA || !adit_tailroom(p) || p->len == UINT16_MAX) {
		p = NULL;
		if (adit_room(up))
			p = adit_pool_get(out->pool, 0,
				m->window <= MUX_WINDOW_SMALL ? ADIT_CELL_SMALL : ADIT_CELL_LARGE);
		if (!p)
			return 0;
		p->m.shape = ADIT_STREAM;
		adit_add(up, p);
	}
	room = adit_tailroom(p);
	if (room > (uint32_t)UINT16_MAX - p->len)
		room = UINT16_MAX - p->len;
	if (room > s->len)
		room = s->len;
	memcpy(adit_put(p, room), s->data, room);
	l->stats.up_bytes += room;
	return room;
}

static bool ours(const struct adit_layer *l, uint32_t id)
{
	return (id & 1) != l->server;
}

static bool spoken_of(const struct adit_layer *l, uint32_t id)
{
	const struct mux *m = l->state;

	return ours(l, id) ? id < m->next_id : id <= m->last_id;
}

static enum adit_drop check_preface(struct mux *m)
{
	struct adit_rd r = adit_rd_of(m->in.head, MUX_PREFACE);
	const uint8_t *name = adit_rd_bytes(&r, 7);
	uint8_t version = adit_rd_u8(&r);
	uint32_t window = adit_rd_be32(&r);

	ADIT_ASSERT(adit_rd_ok(&r)); /* the head is whole, and that long */
	if (memcmp(name, "ADITMUX", 7) != 0 || version != MUX_VERSION)
		return ADIT_DROP_VERSION;
	if (window < MUX_WINDOW_MIN || window > INT32_MAX)
		return ADIT_DROP_MALFORMED;
	m->peer_window = window;
	for (uint32_t i = 0; i < m->t.size; i++)
		m->t.flow[i].credit += window - MUX_WINDOW_MIN;
	m->in.prefaced = true;
	m->in.head_n = 0;
	return ADIT_KEEP;
}

static bool length_fits(enum mux_type type, uint16_t len)
{
	static const struct {
		uint16_t min, max;
	} fits[] = {
		[MUX_OPEN] = { 0, ADIT_TARGET_MAX - 1 },
		[MUX_DATA] = { 1, UINT16_MAX },
		[MUX_CREDIT] = { 4, 4 },
		[MUX_EOF] = { 0, 0 },
		[MUX_RESET] = { 1, 1 },
	};

	return len >= fits[type].min && len <= fits[type].max;
}

static enum adit_drop check_header(struct adit_layer *l)
{
	struct mux *m = l->state;
	struct mux_parse *in = &m->in;
	struct adit_rd r = adit_rd_of(in->head, MUX_HDR);
	struct mux_flow *f;
	uint8_t flags;

	in->type = adit_rd_u8(&r);
	flags = adit_rd_u8(&r);
	in->left = adit_rd_be16(&r);
	in->id = adit_rd_be32(&r);
	in->body_n = 0;
	ADIT_ASSERT(adit_rd_ok(&r));
	if (in->type < MUX_OPEN || in->type > MUX_RESET)
		return ADIT_DROP_MALFORMED;
	if (flags)
		return ADIT_DROP_FLAGS;
	if (!length_fits(in->type, in->left))
		return ADIT_DROP_LENGTH;
	l->stats.up_units++;
	if (in->type == MUX_OPEN)
		return ours(l, in->id) || in->id <= m->last_id ? ADIT_DROP_NO_FLOW : ADIT_KEEP;
	if (!spoken_of(l, in->id))
		return ADIT_DROP_NO_FLOW;
	f = mux_by_id(&m->t, in->id);
	if (!f || in->type == MUX_RESET)
		return ADIT_KEEP;
	if (f->eof_up && in->type != MUX_CREDIT)
		return ADIT_DROP_MALFORMED;
	if (in->type != MUX_DATA)
		return ADIT_KEEP;
	if (in->left > f->granted)
		return ADIT_DROP_LENGTH;
	f->granted -= in->left;
	return ADIT_KEEP;
}

static bool target_ok(const uint8_t *t, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (t[i] <= ' ' || t[i] >= 0x7f)
			return false;
	return true;
}

static bool on_open(struct adit_layer *l, struct adit_emit *out)
{
	struct mux *m = l->state;
	struct adit_pkt *p = adit_pool_event(out->pool, ADIT_OPEN);
	struct adit_batch *up = NULL;
	struct mux_flow *f;
	uint32_t flow;

	if (!p)
		return false;
	m->last_id = m->in.id;
	if (!target_ok(m->in.body, m->in.body_n)) {
		mux_end(l, ADIT_RESET, ADIT_DROP_MALFORMED, out);
	} else if (m->t.free != MUX_NONE) {
		up = adit_flow_begin(out, &flow);
	}
	if (!up) {
		adit_pkt_free(p);
		if (m->refusals == MUX_REFUSALS)
			mux_end(l, ADIT_RESET, ADIT_DROP_NO_ROOM, out);
		else
			m->refusal[m->refusals++] = m->in.id;
		return true;
	}
	memcpy(adit_event_of(p)->open.target, m->in.body, m->in.body_n);
	adit_add(up, p);
	f = mux_flow_new(&m->t, m->in.id, flow);
	f->credit = m->peer_window;
	f->granted = m->window;
	return true;
}

static bool on_eof(struct adit_layer *l, struct mux_flow *f, struct adit_emit *out)
{
	struct adit_batch *up = adit_flow_up(out, f->flow);
	struct adit_pkt *p;

	if (up) {
		p = adit_room(up) ? adit_pool_event(out->pool, ADIT_EOF) : NULL;
		if (!p)
			return false;
		adit_add(up, p);
	}
	f->eof_up = true;
	mux_settle(l, f, out);
	return true;
}

static void on_credit(struct adit_layer *l, struct mux_flow *f, struct adit_emit *out)
{
	const struct mux *m = l->state;
	uint32_t n = adit_be32(m->in.body);

	if (n == 0 || n > INT32_MAX || f->credit + n > INT32_MAX)
		mux_end(l, ADIT_RESET, ADIT_DROP_MALFORMED, out);
	else
		f->credit += n;
}

static enum adit_drop reason(uint8_t code)
{
	static const enum adit_drop why[MUX_WHY_N] = { ADIT_DROP_PEER, ADIT_DROP_NO_ROOM,
		ADIT_DROP_NO_DEST };

	return why[code < MUX_WHY_N ? code : 0];
}

/* Acts on a control frame that is here whole. False: not now. */
static bool dispatch(struct adit_layer *l, struct adit_emit *out)
{
	struct mux *m = l->state;
	struct mux_flow *f = mux_by_id(&m->t, m->in.id);

	if (m->in.type == MUX_OPEN)
		return on_open(l, out);
	if (!f)
		return true; /* reset by us, and the peer did not know yet */
	if (m->in.type == MUX_EOF)
		return on_eof(l, f, out);
	if (m->in.type == MUX_RESET)
		return mux_reset_up(l, f, reason(m->in.body[0]), out);
	if (m->in.type == MUX_CREDIT)
		on_credit(l, f, out);
	return true;
}

/* Takes some bytes of s. False: not now. */
static bool take(struct adit_layer *l, struct adit_seg *s, struct adit_emit *out)
{
	struct mux *m = l->state;
	struct mux_parse *in = &m->in;
	uint32_t want = in->prefaced ? MUX_HDR : MUX_PREFACE;
	uint32_t n = want - in->head_n;
	struct mux_flow *f;

	if (n > 0) {
		enum adit_drop why = ADIT_KEEP;

		n = n < s->len ? n : s->len;
		memcpy(in->head + in->head_n, adit_seg_pull(s, n), n);
		in->head_n = (uint8_t)(in->head_n + n);
		if (in->head_n == want)
			why = in->prefaced ? check_header(l) : check_preface(m);
		if (why != ADIT_KEEP)
			mux_end(l, ADIT_RESET, why, out);
		return true;
	}
	n = in->left < s->len ? in->left : s->len;
	if (in->type == MUX_DATA) {
		f = mux_by_id(&m->t, in->id);
		if (f)
			n = give(l, f, &(struct adit_seg){ s->data, n }, out);
	} else {
		memcpy(in->body + in->body_n, s->data, n);
		in->body_n = (uint16_t)(in->body_n + n);
	}
	adit_seg_pull(s, n);
	in->left = (uint16_t)(in->left - n);
	return n > 0;
}

/* False: something is lacking; what is left of p stays. */
static bool eat(struct adit_layer *l, struct adit_pkt *p, struct adit_emit *out)
{
	struct mux *m = l->state;

	while (!m->bye) {
		struct adit_seg s = { adit_data(p), p->len };
		bool taken;

		if (m->in.prefaced && m->in.head_n == MUX_HDR && m->in.left == 0) {
			if (!dispatch(l, out))
				return false;
			m->in.head_n = 0;
			continue;
		}
		if (!p->len)
			return true;
		taken = take(l, &s, out);
		adit_pull(p, p->len - s.len);
		if (!taken)
			return false;
	}
	return true;
}

void mux_up(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	const struct mux *m = l->state;
	struct adit_pkt *p;

	while ((p = adit_peek(in)) != NULL) {
		if (p->kind == ADIT_DATA && !m->bye && !eat(l, p, out)) {
			mux_retry(out);
			break;
		}
		if (p->kind == ADIT_EOF || p->kind == ADIT_RESET)
			mux_end(l, ADIT_EOF, ADIT_DROP_PEER, out);
		adit_pkt_free(adit_take(in));
	}
	mux_flush(l, out);
}
