/* SPDX-License-Identifier: Apache-2.0 */
/* Toward the wire: frames of flows, and what the session owes its peer. */
#include "core/cursor.h"
#include "proto/mux/mux.h"

#include <string.h>

#define HEAD	256	      /* for the layers below, in frames that begin here */
#define QUANTUM 65536	      /* bytes of one flow before the next has its turn */
#define RETRY	(5 * ADIT_MS) /* after want of a cell */

void mux_retry(struct adit_emit *out)
{
	if (out->wake > out->now + RETRY)
		out->wake = out->now + RETRY;
}

static struct adit_pkt *fresh(struct adit_emit *out, uint32_t n)
{
	struct adit_pkt *p = NULL;

	if (!adit_room(out->down))
		out->wake = out->now;
	else if (!(p = adit_pool_get(out->pool, HEAD, HEAD + n)))
		mux_retry(out);
	return p;
}

static void emit(struct adit_layer *l, struct adit_pkt *p, struct adit_emit *out)
{
	p->m.shape = ADIT_STREAM;
	l->stats.down_units++;
	l->stats.down_bytes += p->len;
	adit_add(out->down, p);
}

static void header(uint8_t *h, enum mux_type type, uint32_t id, uint16_t len)
{
	struct adit_wr w = adit_wr_of(h, MUX_HDR);

	adit_wr_u8(&w, (uint8_t)type);
	adit_wr_u8(&w, 0);
	adit_wr_be16(&w, len);
	adit_wr_be32(&w, id);
	ADIT_ASSERT(adit_wr_ok(&w));
}

static bool frame(struct adit_layer *l, struct adit_emit *out, enum mux_type type, uint32_t id,
	const struct adit_seg *body)
{
	struct adit_pkt *p = fresh(out, MUX_HDR + body->len);

	if (!p)
		return false;
	header(adit_put(p, MUX_HDR), type, id, (uint16_t)body->len);
	if (body->len)
		memcpy(adit_put(p, body->len), body->data, body->len);
	emit(l, p, out);
	return true;
}

static bool greet(struct adit_layer *l, struct adit_emit *out)
{
	struct mux *m = l->state;
	struct adit_pkt *p = m->greeted ? NULL : fresh(out, MUX_PREFACE);

	if (p) {
		struct adit_wr w = adit_wr_of(adit_put(p, MUX_PREFACE), MUX_PREFACE);

		adit_wr_bytes(&w, "ADITMUX", 7);
		adit_wr_u8(&w, MUX_VERSION);
		adit_wr_be32(&w, m->window);
		ADIT_ASSERT(adit_wr_ok(&w));
		emit(l, p, out);
		m->greeted = true;
	}
	return m->greeted;
}

static bool frame_reset(
	struct adit_layer *l, struct adit_emit *out, uint32_t id, enum mux_reason why)
{
	uint8_t b = (uint8_t)why;

	return frame(l, out, MUX_RESET, id, &(struct adit_seg){ &b, 1 });
}

static bool flush_refusals(struct adit_layer *l, struct adit_emit *out)
{
	struct mux *m = l->state;

	while (m->refusals > 0) {
		if (!frame_reset(l, out, m->refusal[m->refusals - 1], MUX_WHY_REFUSED))
			return false;
		m->refusals--;
	}
	return true;
}

static bool flush_credit(struct adit_layer *l, struct adit_emit *out)
{
	struct mux *m = l->state;
	struct mux_flow *f;

	while ((f = mux_owing(&m->t)) != NULL) {
		uint32_t n = f->id && !f->eof_up ? mux_grantable(m, f, out) : 0;
		uint8_t b[4];

		adit_put_be32(b, n);
		if (n >= m->window / 2) {
			if (!frame(l, out, MUX_CREDIT, f->id, &(struct adit_seg){ b, 4 }))
				return false;
			f->granted += n;
		}
		mux_owed(&m->t);
	}
	return true;
}

static bool flush_end(struct adit_layer *l, struct adit_emit *out)
{
	struct mux *m = l->state;
	struct adit_pkt *p;

	for (uint32_t i = 0; m->t.n > 0 && i < m->t.size; i++) {
		struct mux_flow *f = &m->t.flow[i];

		if (f->id && !mux_reset_up(l, f, (enum adit_drop)l->why, out)) {
			mux_retry(out);
			return false;
		}
	}
	if (m->bye_sent)
		return true;
	if (!adit_room(out->down)) {
		out->wake = out->now;
		return false;
	}
	p = adit_pool_event(out->pool, (enum adit_kind)m->bye);
	if (!p) {
		mux_retry(out);
		return false;
	}
	if (m->bye == ADIT_RESET)
		adit_event_of(p)->reset.why = l->why;
	adit_add(out->down, p);
	m->bye_sent = true;
	return true;
}

bool mux_flush(struct adit_layer *l, struct adit_emit *out)
{
	const struct mux *m = l->state;

	if (m->bye)
		return flush_end(l, out);
	return greet(l, out) && flush_refusals(l, out) && flush_credit(l, out);
}

void mux_end(struct adit_layer *l, enum adit_kind how, enum adit_drop why, struct adit_emit *out)
{
	struct mux *m = l->state;

	if (m->bye)
		return;
	m->bye = (uint8_t)how;
	l->status = ADIT_DEAD;
	l->why = (uint16_t)why;
	if (how == ADIT_RESET && out->env && out->env->log)
		out->env->log(out->env->ctx, ADIT_LOG_WARN, "mux", adit_drop_text(why));
}

static bool reset_up(uint32_t flow, enum adit_drop why, struct adit_emit *out)
{
	struct adit_batch *up = adit_flow_up(out, flow);
	struct adit_pkt *p;

	if (!up)
		return true;
	p = adit_pool_event(out->pool, ADIT_RESET);
	if (!p)
		return false;
	adit_event_of(p)->reset.why = (uint16_t)why;
	adit_batch_drain(up);
	adit_add(up, p);
	adit_flow_done(out, flow);
	return true;
}

bool mux_reset_up(
	struct adit_layer *l, struct mux_flow *f, enum adit_drop why, struct adit_emit *out)
{
	struct mux *m = l->state;

	if (!reset_up(f->flow, why, out))
		return false;
	mux_flow_free(&m->t, f);
	return true;
}

static void forget(struct mux *m, struct mux_flow *f, struct adit_emit *out)
{
	adit_flow_done(out, f->flow);
	mux_flow_free(&m->t, f);
}

void mux_settle(struct adit_layer *l, struct mux_flow *f, struct adit_emit *out)
{
	if (f->eof_down && f->eof_up)
		forget(l->state, f, out);
}

/* The first that a flow of ours says. Its OPEN event is left at the front. */
static struct mux_flow *begin(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	struct mux *m = l->state;
	struct adit_pkt *p = adit_peek(in);
	struct adit_seg target = { NULL, 0 };
	struct mux_flow *f;

	if (p->kind == ADIT_RESET) {
		adit_flow_done(out, in->flow);
		return NULL;
	}
	if (m->t.free == MUX_NONE || m->next_id > UINT32_MAX - 2) {
		if (!reset_up(in->flow, ADIT_DROP_NO_ROOM, out))
			mux_retry(out);
		return NULL;
	}
	if (p->kind == ADIT_OPEN) {
		target.data = (uint8_t *)adit_event_of(p)->open.target;
		target.len = (uint32_t)strnlen(adit_event_of(p)->open.target, ADIT_TARGET_MAX - 1);
	}
	if (!frame(l, out, MUX_OPEN, m->next_id, &target))
		return NULL;
	f = mux_flow_new(&m->t, m->next_id, in->flow);
	f->credit = m->peer_window ? m->peer_window : MUX_WINDOW_MIN;
	f->granted = m->window;
	m->next_id += 2;
	return f;
}

static void next_segment(struct adit_pkt *p)
{
	p->base += p->pitch;
	p->size -= p->pitch;
	p->count--;
	if (p->count == 1)
		p->len = p->last;
}

/* Sends what credit allows of the data at the front; a segment of a train goes whole. Returns its
 * bytes, 0: nothing now. */
static uint32_t send_data(
	struct adit_layer *l, struct mux_flow *f, struct adit_batch *in, struct adit_emit *out)
{
	struct adit_pkt *p = adit_peek(in), *q = p;
	struct adit_seg seg = adit_seg_at(p, 0);
	uint32_t n = seg.len;

	if (n > UINT16_MAX - MUX_HDR)
		n = UINT16_MAX - MUX_HDR;
	if (n > f->credit)
		n = f->credit;
	if (n == 0 || !adit_room(out->down) || (p->count > 1 && n < seg.len))
		return 0;
	if (p->count == 1 && n == seg.len) {
		adit_take(in);
	} else {
		q = adit_pool_get(out->pool, p->off, p->off + n);
		if (!q) {
			mux_retry(out);
			return 0;
		}
		memcpy(adit_put(q, n), seg.data, n);
		if (p->count == 1)
			adit_pull(p, n);
		else
			next_segment(p);
	}
	f->credit -= n;
	header(adit_push(q, MUX_HDR), MUX_DATA, f->id, (uint16_t)n);
	emit(l, q, out);
	return n;
}

/* An event or worthless data at the front of a flow. False: left there, or the flow is gone. */
static bool send_event(
	struct adit_layer *l, struct mux_flow *f, struct adit_batch *in, struct adit_emit *out)
{
	struct mux *m = l->state;
	uint8_t kind = adit_peek(in)->kind;
	struct adit_seg none = { NULL, 0 };

	if (kind == ADIT_RESET) {
		if (frame_reset(l, out, f->id, MUX_WHY_RESET))
			forget(m, f, out);
		return false;
	}
	if (kind == ADIT_EOF && !f->eof_down) {
		if (!frame(l, out, MUX_EOF, f->id, &none))
			return false;
		f->eof_down = true;
	}
	if (kind == ADIT_DATA && adit_peek(in)->len)
		adit_drop(l, adit_take(in), ADIT_DROP_NO_FLOW);
	else
		adit_pkt_free(adit_take(in));
	if (!f->eof_down || !f->eof_up)
		return true;
	forget(m, f, out);
	return false;
}

static void run_flow(
	struct adit_layer *l, struct mux_flow *f, struct adit_batch *in, struct adit_emit *out)
{
	uint32_t sent = 0, n;
	const struct adit_pkt *p;

	while (sent < QUANTUM && (p = adit_peek(in)) != NULL) {
		if (p->kind == ADIT_DATA && p->len && !f->eof_down) {
			n = send_data(l, f, in, out);
			if (n == 0)
				return;
			sent += n;
		} else if (!send_event(l, f, in, out)) {
			return;
		}
	}
}

void mux_down(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	struct mux *m = l->state;
	struct mux_flow *f = mux_by_flow(&m->t, in->flow);

	if (f)
		mux_owe(&m->t, f);
	if (m->bye && !f && !reset_up(in->flow, (enum adit_drop)l->why, out))
		mux_retry(out);
	if (!mux_flush(l, out) || m->bye || !in->count)
		return;
	if (!f)
		f = begin(l, in, out);
	if (f)
		run_flow(l, f, in, out);
}
