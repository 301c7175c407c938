/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/len16/len16.h"

#include "core/bytes.h"
#include "core/codec.h"
#include "proto/describe.h"

#define LEN16_HLEN  2
#define LEN16_SPARE 128

/* The message whose bytes are coming in. */
struct len16 {
	uint8_t head[LEN16_HLEN];
	uint8_t have;	      /* bytes of head */
	uint32_t want;	      /* bytes of the message, once head is whole */
	struct adit_pkt *msg; /* NULL: between messages, or its bytes are thrown away */
	uint32_t at;	      /* bytes already read of the segment below */
	unsigned seg;	      /* of the packet in front */
};

static enum adit_err len16_open(struct adit_layer *l, bool first, struct adit_fault *f)
{
	(void)first;
	(void)f;
	l->headroom = LEN16_HLEN;
	return ADIT_OK;
}

static enum adit_drop encap(struct adit_layer *l, struct adit_seg *s, const struct adit_meta *in,
	struct adit_meta *out, adit_time now)
{
	uint32_t len = s->len;

	(void)l;
	(void)now;
	if (len > UINT16_MAX - LEN16_HLEN)
		return ADIT_DROP_TOO_BIG;
	*out = (struct adit_meta){ .shape = ADIT_STREAM, .flow = in->flow, .hash = in->hash };
	adit_put_be16(adit_seg_push(s, LEN16_HLEN), (uint16_t)len);
	return ADIT_KEEP;
}

static void down(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	const struct adit_pkt *p;

	while ((p = adit_peek(in)) != NULL) {
		bool done = p->kind == ADIT_DATA ? adit_train_run(l, in, out->down, out, encap)
						 : adit_pass_down(l, in, out);

		if (!done)
			break;
	}
}

/* The whole message goes up. */
static void finish(struct adit_layer *l, struct adit_emit *out)
{
	struct len16 *s = l->state;

	if (s->msg) {
		l->stats.up_units++;
		l->stats.up_bytes += s->msg->len;
		adit_add(out->up, s->msg);
	}
	s->msg = NULL;
	s->have = 0;
}

/* Both bytes of the length are there. The cell has room for what the layers above may add when it
 * is sent on. */
static void begin(struct adit_layer *l, const struct adit_pkt *p, struct adit_emit *out)
{
	struct len16 *s = l->state;

	s->want = adit_be16(s->head);
	s->msg = adit_pool_get(out->pool, LEN16_SPARE, LEN16_SPARE + s->want);
	if (!s->msg) {
		l->stats.drops[ADIT_DROP_NO_CELL]++;
		return;
	}
	s->msg->m = p->m;
	s->msg->m.shape = l->above;
}

/* Takes bytes from n at `data` until one message is whole or none is left; returns how many. */
static uint32_t feed(struct adit_layer *l, const struct adit_pkt *p, const uint8_t *data,
	uint32_t n, struct adit_emit *out)
{
	struct len16 *s = l->state;
	uint32_t at = 0, part;

	while (s->have < LEN16_HLEN && at < n) {
		s->head[s->have++] = data[at++];
		if (s->have == LEN16_HLEN)
			begin(l, p, out);
	}
	if (s->have < LEN16_HLEN)
		return at;
	part = n - at < s->want ? n - at : s->want;
	if (s->msg)
		memcpy(adit_put(s->msg, part), data + at, part);
	s->want -= part;
	if (s->want == 0)
		finish(l, out);
	return at + part;
}

/* False: no room above; `at` and `seg` remember how far the packet in front was read. */
static bool split(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	struct len16 *s = l->state;
	struct adit_pkt *p = adit_peek(in);

	while (s->seg < p->count) {
		struct adit_seg g = adit_seg_at(p, s->seg);

		if (s->at == g.len) {
			s->seg++;
			s->at = 0;
			continue;
		}
		if (!adit_room(out->up))
			return false;
		s->at += feed(l, p, g.data + s->at, g.len - s->at, out);
	}
	s->seg = 0;
	adit_pkt_free(adit_take(in));
	return true;
}

/* The end of the stream, orderly or not: what is there of a message will never be whole. */
static void forget(struct adit_layer *l)
{
	struct len16 *s = l->state;

	if (s->have == 0)
		return;
	l->stats.drops[ADIT_DROP_SHORT]++;
	adit_pkt_free(s->msg);
	s->msg = NULL;
	s->have = 0;
}

static void up(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	const struct adit_pkt *p;

	while ((p = adit_peek(in)) != NULL) {
		if (p->kind == ADIT_EOF || p->kind == ADIT_RESET)
			forget(l);
		if (!(p->kind == ADIT_DATA ? split(l, in, out) : adit_pass_up(l, in, out)))
			break;
	}
}

static void len16_close(struct adit_layer *l)
{
	struct len16 *s = l->state;

	adit_pkt_free(s->msg);
	s->msg = NULL;
}

static unsigned describe(const struct adit_layer *l, struct adit_hdr *out, unsigned max)
{
	(void)l;
	if (max < 1)
		return 0;
	*out = (struct adit_hdr){ .name = "length",
		.role = "adapter: messages in a stream",
		.standard = "docs/protocols/len16.md",
		.bytes = LEN16_HLEN,
		.osi = 5 };
	adit_hdr_field(out, "Length", NULL, 0, LEN16_HLEN);
	return 1;
}

const struct adit_layer_ops adit_layer_len16 = {
	.name = "len16",
	.title = "Messages over a stream, each behind its length in two bytes",
	.standard = "docs/protocols/len16.md",
	.needs = "tcp",
	.osi = 5,
	.above = ADIT_DATAGRAM | ADIT_PACKET | ADIT_FRAME,
	.below = ADIT_STREAM,
	.state_size = sizeof(struct len16),
	.open = len16_open,
	.down = down,
	.up = up,
	.close = len16_close,
	.describe = describe,
};
