/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/gre/gre.h"

#include "core/bytes.h"
#include "core/codec.h"
#include "core/share.h"
#include "net/csum.h"
#include "net/eth.h"
#include "proto/describe.h"
#include "proto/tunnel.h"

#include <string.h>

#define GRE_OPT_U32(word, text)                                                                    \
	{                                                                                          \
		.name = word, .type = ADIT_OPT_UINT, .max = UINT32_MAX, .arg = "0..4294967295",    \
		.help = text                                                                       \
	}
#define GRE_OPT_BOOL(word, text)                                                                   \
	{                                                                                          \
		.name = word, .type = ADIT_OPT_FLAG, .help = text                                  \
	}

static const struct adit_opt opts[] = {
	[GRE_OPT_KEY] = GRE_OPT_U32("key", "key of both directions"),
	[GRE_OPT_IKEY] = GRE_OPT_U32("ikey", "key that received packets must have"),
	[GRE_OPT_OKEY] = GRE_OPT_U32("okey", "key of sent packets"),
	[GRE_OPT_CSUM] = GRE_OPT_BOOL("csum", "checksum in both directions"),
	[GRE_OPT_ICSUM] = GRE_OPT_BOOL("icsum", "refuse received packets without a checksum"),
	[GRE_OPT_OCSUM] = GRE_OPT_BOOL("ocsum", "send a checksum"),
	[GRE_OPT_SEQ] = GRE_OPT_BOOL("seq", "sequence numbers in both directions"),
	[GRE_OPT_ISEQ] = GRE_OPT_BOOL("iseq", "drop what is received out of order"),
	[GRE_OPT_OSEQ] = GRE_OPT_BOOL("oseq", "send sequence numbers"),
	[GRE_OPT_ALLOWED] = { .name = "allowed",
		.type = ADIT_OPT_PREFIX,
		.flags = ADIT_OPT_LIST,
		.arg = "ADDR/LEN,...",
		.help = "sources that inner packets may have, all unless given" },
};

_Static_assert(ADIT_LEN(opts) == GRE_OPT_N, "one row an option");

static const struct adit_code codes[] = { { ADIT_SPACE_IPPROTO, 47 } };

/* A peer that restarts counts from zero again: after this silence any number is a beginning. */
#define GRE_SEQ_SILENCE (3 * ADIT_S)

struct gre {
	uint16_t send; /* flags */
	uint16_t want; /* of these, what must be there on receipt; no key may be there without */
	uint32_t ikey, okey;
};

struct shared {
	struct adit_share_counter sent;
	struct adit_share_lock lock; /* guards the rest */
	bool seen;
	uint32_t next; /* lowest sequence number that is in order */
	adit_time last;
};

static void read_key(struct gre *g, const struct adit_conf *c)
{
	unsigned in = adit_conf_has(c, GRE_OPT_IKEY) ? GRE_OPT_IKEY : GRE_OPT_KEY;
	unsigned out = adit_conf_has(c, GRE_OPT_OKEY) ? GRE_OPT_OKEY : GRE_OPT_KEY;

	if (adit_conf_has(c, in)) {
		g->want |= GRE_F_KEY;
		g->ikey = (uint32_t)adit_conf_u(c, in);
	}
	if (adit_conf_has(c, out)) {
		g->send |= GRE_F_KEY;
		g->okey = (uint32_t)adit_conf_u(c, out);
	}
}

/* The option of one direction says it, else the one of both. */
static bool flag(const struct adit_conf *c, unsigned one, unsigned both)
{
	return adit_conf_flag(c, adit_conf_has(c, one) ? one : both);
}

static enum adit_err gre_open(struct adit_layer *l, bool first, struct adit_fault *f)
{
	struct gre *g = l->state;
	const struct adit_conf *c = l->conf;

	(void)first;
	(void)f;
	read_key(g, c);
	if (flag(c, GRE_OPT_ICSUM, GRE_OPT_CSUM))
		g->want |= GRE_F_CSUM;
	if (flag(c, GRE_OPT_OCSUM, GRE_OPT_CSUM))
		g->send |= GRE_F_CSUM;
	if (flag(c, GRE_OPT_ISEQ, GRE_OPT_SEQ))
		g->want |= GRE_F_SEQ;
	if (flag(c, GRE_OPT_OSEQ, GRE_OPT_SEQ))
		g->send |= GRE_F_SEQ;
	l->ordered = (g->send | g->want) & GRE_F_SEQ;
	l->headroom = GRE_LEN;
	for (unsigned bit = GRE_F_SEQ; bit <= GRE_F_CSUM; bit <<= 1)
		if (g->send & bit)
			l->headroom += 4;
	return ADIT_OK;
}

/* The EtherType of what is inside. False: it has none. */
static bool protocol(const struct adit_layer *l, const struct adit_seg *s,
	const struct adit_meta *in, uint16_t *type)
{
	unsigned version = s->len > 0 ? s->data[0] >> 4 : 0;

	if (l->above == ADIT_FRAME)
		*type = ETH_P_TEB;
	else if (l->above == ADIT_PAYLOAD)
		*type = in->code;
	else
		*type = version == 4 ? ETH_P_IP : ETH_P_IPV6;
	if (l->above == ADIT_PACKET)
		return version == 4 || version == 6;
	return l->above == ADIT_FRAME || in->space == ADIT_SPACE_ETHERTYPE;
}

/* RFC 2784 2.1, RFC 2890 2: flags and version, protocol type, then as flagged checksum with 16
 * reserved bits, key, sequence number. */
static enum adit_drop encap(struct adit_layer *l, struct adit_seg *s, const struct adit_meta *in,
	struct adit_meta *out, adit_time now)
{
	const struct gre *g = l->state;
	struct shared *shared = l->shared;
	enum adit_drop d;
	uint16_t type;
	uint8_t *h;

	(void)now;
	if (l->above == ADIT_FRAME && s->len < ETH_LEN)
		return ADIT_DROP_SHORT;
	if (!protocol(l, s, in, &type))
		return ADIT_DROP_PROTO;
	d = adit_tunnel_encap(l->above, s, in, out);
	if (d != ADIT_KEEP)
		return d;
	out->space = ADIT_SPACE_IPPROTO;
	out->code = codes[0].code;
	h = adit_seg_push(s, l->headroom);
	adit_put_be16(h, g->send);
	adit_put_be16(h + 2, type);
	h += GRE_LEN;
	if (g->send & GRE_F_CSUM) {
		adit_put_be32(h, 0);
		h += 4;
	}
	if (g->send & GRE_F_KEY) {
		adit_put_be32(h, g->okey);
		h += 4;
	}
	if (g->send & GRE_F_SEQ)
		adit_put_be32(h, (uint32_t)adit_share_take(&shared->sent, 1));
	if (g->send & GRE_F_CSUM)
		adit_put_be16(s->data + GRE_LEN, net_csum(s->data, s->len));
	return ADIT_KEEP;
}

/* RFC 2890 2.2: what is older than the newest seen is discarded. */
static bool in_order(struct shared *sh, uint32_t seq, adit_time now)
{
	bool ok;

	adit_share_lock(&sh->lock);
	ok = !sh->seen || (int32_t)(seq - sh->next) >= 0 || now - sh->last >= GRE_SEQ_SILENCE;
	if (ok) {
		sh->seen = true;
		sh->next = seq + 1;
		sh->last = now;
	}
	adit_share_unlock(&sh->lock);
	return ok;
}

/* The optional fields of the header h, all of whose bytes are there. */
static enum adit_drop check_fields(
	const struct gre *g, uint16_t flags, const uint8_t *h, const uint8_t **seq)
{
	const uint8_t *field = h + GRE_LEN + (flags & GRE_F_CSUM ? 4 : 0);

	if ((g->want & GRE_F_CSUM) && !(flags & GRE_F_CSUM))
		return ADIT_DROP_CHECKSUM;
	if ((g->want ^ flags) & GRE_F_KEY)
		return ADIT_DROP_KEY;
	if (flags & GRE_F_KEY) {
		if (adit_be32(field) != g->ikey)
			return ADIT_DROP_KEY;
		field += 4;
	}
	if ((g->want & GRE_F_SEQ) && !(flags & GRE_F_SEQ))
		return ADIT_DROP_SEQ;
	*seq = g->want & GRE_F_SEQ ? field : NULL;
	return ADIT_KEEP;
}

/* What is inside is what the layer above takes. */
static enum adit_drop check_type(
	const struct adit_layer *l, const struct adit_seg *s, uint16_t type)
{
	if (l->above == ADIT_PAYLOAD)
		return ADIT_KEEP;
	if (l->above == ADIT_FRAME) {
		if (type != ETH_P_TEB)
			return ADIT_DROP_PROTO;
		return s->len < ETH_LEN ? ADIT_DROP_SHORT : ADIT_KEEP;
	}
	if (type != ETH_P_IP && type != ETH_P_IPV6)
		return ADIT_DROP_PROTO;
	if (s->len > 0 && s->data[0] >> 4 != (type == ETH_P_IP ? 4 : 6))
		return ADIT_DROP_VERSION;
	return ADIT_KEEP;
}

static enum adit_drop decap(struct adit_layer *l, struct adit_seg *s, const struct adit_meta *in,
	struct adit_meta *out, adit_time now)
{
	const struct gre *g = l->state;
	const uint8_t *h = s->data, *seq;
	uint16_t flags, type;
	enum adit_drop d;
	uint32_t len = GRE_LEN;

	if (in->space != ADIT_SPACE_IPPROTO || in->code != codes[0].code)
		return ADIT_DROP_PROTO;
	if (s->len < GRE_LEN)
		return ADIT_DROP_SHORT;
	flags = adit_be16(h);
	type = adit_be16(h + 2);
	if (flags & GRE_VERSION)
		return ADIT_DROP_VERSION;
	if (flags & GRE_F_REFUSED)
		return ADIT_DROP_FLAGS;
	for (unsigned bit = GRE_F_SEQ; bit <= GRE_F_CSUM; bit <<= 1)
		if (flags & bit)
			len += 4;
	if (s->len < len)
		return ADIT_DROP_SHORT;
	if ((flags & GRE_F_CSUM) && net_csum(h, s->len) != 0)
		return ADIT_DROP_CHECKSUM;
	d = check_fields(g, flags, h, &seq);
	if (d != ADIT_KEEP)
		return d;
	adit_seg_pull(s, len);
	d = check_type(l, s, type);
	if (d == ADIT_KEEP && l->above == ADIT_PACKET)
		d = adit_tunnel_inner(s, l->conf, GRE_OPT_ALLOWED);
	if (d != ADIT_KEEP)
		return d;
	if (seq && !in_order(l->shared, adit_be32(seq), now))
		return ADIT_DROP_SEQ;
	out->space = ADIT_SPACE_ETHERTYPE;
	out->code = type;
	return adit_tunnel_decap(l->above, s, in, out);
}

static void describe_optional(const struct gre *g, struct adit_hdr *h)
{
	if (g->send & GRE_F_CSUM) {
		adit_hdr_field(h, "Checksum", "gre.checksum", h->bytes, 2);
		adit_hdr_field(h, "Reserved1", "gre.offset", h->bytes + 2u, 2);
		adit_hdr_value(h, "0");
		h->bytes += 4;
	}
	if (g->send & GRE_F_KEY) {
		adit_hdr_field(h, "Key", "gre.key", h->bytes, 4);
		adit_hdr_value(h, "0x%08x", g->okey);
		h->bytes += 4;
	}
	if (g->send & GRE_F_SEQ) {
		adit_hdr_field(h, "Sequence Number", "gre.sequence_number", h->bytes, 4);
		h->bytes += 4;
	}
}

static unsigned describe(const struct adit_layer *l, struct adit_hdr *out, unsigned max)
{
	const struct gre *g = l->state;

	if (max < 1)
		return 0;
	*out = (struct adit_hdr){ .name = "GRE",
		.dissector = "gre",
		.role = "tunnel: a packet, frame or other payload behind its EtherType",
		.standard = "RFC 2784 2.1",
		.bytes = GRE_LEN,
		.osi = 3 };
	adit_hdr_field(out, "Flags and Version", "gre.flags_and_version", 0, 2);
	adit_hdr_value(out, "0x%04x", g->send);
	adit_hdr_field(out, "Protocol Type", "gre.proto", 2, 2);
	if (l->above == ADIT_FRAME)
		adit_hdr_value(out, "0x%04x", ETH_P_TEB);
	describe_optional(g, out);
	return 1;
}

static const struct adit_codec_ops codec = { .encap = encap, .decap = decap };

const struct adit_layer_ops adit_layer_gre = {
	.name = "gre",
	.title = "Generic Routing Encapsulation: packets, frames or any EtherType over IP",
	.standard = "RFC 2784, RFC 2890, RFC 7676",
	.needs = "ip",
	.osi = 3,
	.above = ADIT_FRAME | ADIT_PACKET | ADIT_PAYLOAD,
	.below = ADIT_PAYLOAD,
	.space = ADIT_SPACE_ETHERTYPE,
	.codes = codes,
	.n_codes = ADIT_LEN(codes),
	.opts = opts,
	.n_opts = ADIT_LEN(opts),
	.state_size = sizeof(struct gre),
	.shared_size = sizeof(struct shared),
	.codec = &codec,
	.open = gre_open,
	.down = adit_codec_down,
	.up = adit_codec_up,
	.describe = describe,
};
