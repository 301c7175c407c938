/* SPDX-License-Identifier: Apache-2.0 */
#include "layers.h"

#include "core/codec.h"
#include "core/stage.h"

#include <string.h>

struct adit_conf sim_conf(const struct adit_layer_ops *ops)
{
	return (struct adit_conf){
		.ops = ops, .word = ops->name, .above = ADIT_DATAGRAM, .below = ADIT_DATAGRAM
	};
}

static enum adit_err open_one_byte(struct adit_layer *l, bool first, struct adit_fault *f)
{
	(void)first;
	(void)f;
	l->headroom = 1;
	return ADIT_OK;
}

/* acker */

static void acker_down(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	while (adit_peek(in) && adit_room(out->down)) {
		struct adit_pkt *p = adit_take(in);

		*adit_push(p, 1) = 'D';
		l->stats.down_units++;
		adit_add(out->down, p);
	}
}

static void acker_up(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	while (adit_peek(in) && adit_room(out->down) && adit_room(out->up)) {
		struct adit_pkt *p = adit_take(in), *ack;

		if (*adit_pull(p, 1) == 'A') {
			adit_pkt_free(p);
			continue;
		}
		ack = adit_pool_get(out->pool, 0, 1);
		ADIT_ASSERT(ack);
		ack->m.far = p->m.far;
		*adit_put(ack, 1) = 'A';
		adit_add(out->down, ack);
		l->stats.up_units++;
		adit_add(out->up, p);
	}
}

const struct adit_layer_ops sim_acker = {
	.name = "acker",
	.above = ADIT_DATAGRAM,
	.below = ADIT_DATAGRAM,
	.open = open_one_byte,
	.down = acker_down,
	.up = acker_up,
};

/* legs: data on the first leg, the answers to it on the second */

static void legs_down(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	while (adit_peek(in) && adit_room(out->down)) {
		l->stats.down_units++;
		adit_add(out->down, adit_take(in));
	}
}

static void legs_up(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	struct adit_batch *answers = adit_leg(out, 1);

	ADIT_ASSERT(answers && !adit_leg(out, 2));
	while (adit_peek(in) && adit_room(answers) && adit_room(out->up)) {
		struct adit_pkt *p = adit_take(in), *answer;

		if (in->leg == 1) {
			l->stats.up_bytes++;
			adit_pkt_free(p);
			continue;
		}
		answer = adit_pool_get(out->pool, 0, 1);
		ADIT_ASSERT(answer);
		*adit_put(answer, 1) = 'A';
		adit_add(answers, answer);
		l->stats.up_units++;
		adit_add(out->up, p);
	}
}

const struct adit_layer_ops sim_legs = {
	.name = "legs",
	.above = ADIT_DATAGRAM,
	.below = ADIT_DATAGRAM,
	.down = legs_down,
	.up = legs_up,
};

/* greet */

struct greet_peer {
	bool known, asked;
	adit_time again;
	struct adit_stage stage;
};

struct greet {
	struct greet_peer peer[256];
};

static void greet_say(struct greet_peer *g, unsigned i, uint8_t what, struct adit_emit *out)
{
	struct adit_pkt *p = adit_pool_get(out->pool, 0, 1);

	if (p) {
		*adit_put(p, 1) = what;
		p->m.far = (struct adit_addr){ .family = 4, .ip = { 10, 0, 0, (uint8_t)i } };
		adit_add(out->down, p);
	}
	if (what == 'H') {
		g->asked = true;
		g->again = out->now + ADIT_S;
		if (g->again < out->wake)
			out->wake = g->again;
	}
}

static void greet_down(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	struct greet *s = l->state;

	while (adit_peek(in) && adit_room(out->down) >= 2) {
		struct adit_pkt *p = adit_take(in), *old;
		struct greet_peer *g = &s->peer[p->m.far.ip[3]];

		*adit_push(p, 1) = 'D';
		if (g->known) {
			l->stats.down_units++;
			adit_add(out->down, p);
			continue;
		}
		if (!g->asked)
			greet_say(g, p->m.far.ip[3], 'H', out);
		g->stage.cap = SIM_GREET_CAP;
		old = adit_stage_add(&g->stage, p);
		if (old)
			adit_drop(l, old, ADIT_DROP_NO_ROOM);
	}
}

static void greet_up(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	struct greet *s = l->state;

	while (adit_peek(in) && adit_room(out->up) && adit_room(out->down) > SIM_GREET_CAP) {
		struct adit_pkt *p = adit_take(in);
		unsigned i = p->m.far.ip[3];
		uint8_t what = *adit_pull(p, 1);

		if (what == 'D') {
			l->stats.up_units++;
			adit_add(out->up, p);
			continue;
		}
		if (what == 'H')
			greet_say(&s->peer[i], i, 'h', out);
		s->peer[i].known = true;
		adit_stage_flush(&s->peer[i].stage, out->down);
		adit_pkt_free(p);
	}
}

static void greet_tick(struct adit_layer *l, struct adit_emit *out)
{
	struct greet *s = l->state;

	for (unsigned i = 0; i < 256; i++) {
		struct greet_peer *g = &s->peer[i];

		if (!g->asked || g->known)
			continue;
		if (g->again <= out->now && adit_room(out->down))
			greet_say(g, i, 'H', out);
		else if (g->again < out->wake)
			out->wake = g->again > out->now ? g->again : out->now + ADIT_MS;
	}
}

static void greet_close(struct adit_layer *l)
{
	struct greet *s = l->state;

	for (unsigned i = 0; i < 256; i++)
		adit_stage_drain(&s->peer[i].stage);
}

const struct adit_layer_ops sim_greet = {
	.name = "greet",
	.above = ADIT_DATAGRAM,
	.below = ADIT_DATAGRAM,
	.state_size = sizeof(struct greet),
	.open = open_one_byte,
	.down = greet_down,
	.up = greet_up,
	.tick = greet_tick,
	.close = greet_close,
};

/* codec */

static enum adit_err codec_open(struct adit_layer *l, bool first, struct adit_fault *f)
{
	(void)first;
	(void)f;
	l->headroom = 4;
	return ADIT_OK;
}

static enum adit_drop codec_encap(struct adit_layer *l, struct adit_seg *s,
	const struct adit_meta *in, struct adit_meta *out, adit_time now)
{
	uint8_t ask = s->len > 0 ? s->data[0] : 0;

	(void)l;
	(void)in;
	(void)now;
	if (ask == SIM_DROP)
		return ADIT_DROP_PROTO;
	if (ask == SIM_SHORT)
		s->len--;
	if (ask == SIM_TOS)
		out->tos = s->data[1];
	memcpy(adit_seg_push(s, 4), "CODE", 4);
	return ADIT_KEEP;
}

static enum adit_drop codec_decap(struct adit_layer *l, struct adit_seg *s,
	const struct adit_meta *in, struct adit_meta *out, adit_time now)
{
	const uint8_t *h = adit_seg_pull(s, 4);

	(void)l;
	(void)in;
	(void)out;
	(void)now;
	if (!h)
		return ADIT_DROP_SHORT;
	return memcmp(h, "CODE", 4) == 0 ? ADIT_KEEP : ADIT_DROP_VERSION;
}

static const struct adit_codec_ops codec_fns = { codec_encap, codec_decap };

const struct adit_layer_ops sim_codec = {
	.name = "codec",
	.above = ADIT_DATAGRAM,
	.below = ADIT_DATAGRAM,
	.codec = &codec_fns,
	.open = codec_open,
	.down = adit_codec_down,
	.up = adit_codec_up,
};

/* hub */

struct hub {
	uint32_t flow[256]; /* by wire number */
	bool known[256];
};

static void hub_down(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	struct hub *h = l->state;
	uint8_t wire = (uint8_t)in->flow;

	while (adit_peek(in) && adit_room(out->down)) {
		struct adit_pkt *p = adit_take(in);

		h->flow[wire] = in->flow;
		h->known[wire] = true;
		if (p->kind != ADIT_DATA) {
			adit_pkt_free(p);
			continue;
		}
		*adit_push(p, 1) = wire;
		l->stats.down_units++;
		adit_add(out->down, p);
	}
}

static void hub_up(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	struct hub *h = l->state;
	struct adit_pkt *p;

	while ((p = adit_peek(in)) != NULL) {
		uint8_t wire = *adit_data(p);
		struct adit_batch *up;

		if (!h->known[wire]) {
			h->known[wire] = adit_flow_begin(out, &h->flow[wire]) != NULL;
			ADIT_ASSERT(h->known[wire]);
		}
		up = adit_flow_up(out, h->flow[wire]);
		adit_take(in);
		if (!up || !adit_room(up)) {
			adit_drop(l, p, up ? ADIT_DROP_NO_ROOM : ADIT_DROP_NO_FLOW);
			continue;
		}
		adit_pull(p, 1);
		l->stats.up_units++;
		adit_add(up, p);
	}
}

const struct adit_layer_ops sim_hub = {
	.name = "hub",
	.above = ADIT_DATAGRAM,
	.below = ADIT_DATAGRAM,
	.flags = ADIT_L_HUB,
	.state_size = sizeof(struct hub),
	.open = open_one_byte,
	.down = hub_down,
	.up = hub_up,
};
