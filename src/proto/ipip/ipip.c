/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/ipip/ipip.h"

#include "core/codec.h"
#include "net/ip.h"
#include "proto/tunnel.h"

static const struct adit_opt opts[] = {
	[IPIP_OPT_ALLOWED] = { .name = "allowed",
		.type = ADIT_OPT_PREFIX,
		.flags = ADIT_OPT_LIST,
		.arg = "ADDR/LEN,...",
		.help = "sources that inner packets may have, all unless given" },
};

_Static_assert(ADIT_LEN(opts) == IPIP_OPT_N, "one row an option");

static const struct adit_code codes[] = {
	{ ADIT_SPACE_IPPROTO, 4 },
	{ ADIT_SPACE_IPPROTO, 41 },
};

#define OPT_PAD1	0
#define OPT_ENCAP_LIMIT 4

/* The tunnel encapsulation limit (RFC 2473 4.1.1) in a destination options header of len bytes;
 * -1: none. */
static int limit_in(const uint8_t *h, uint32_t len)
{
	uint32_t i = 2;

	while (i + 2 <= len) {
		if (h[i] == OPT_PAD1) {
			i++;
			continue;
		}
		if (h[i] == OPT_ENCAP_LIMIT && h[i + 1] == 1 && i + 3 <= len)
			return h[i + 2];
		i += 2u + h[i + 1];
	}
	return -1;
}

/* Whether the packet forbids to be put into one more tunnel. The option stands in the first
 * extension header, or behind hop-by-hop options. */
static bool used_up(const uint8_t *p, uint32_t n)
{
	uint8_t next = p[6];
	uint32_t off = IP6_LEN;

	for (unsigned i = 0; i < 2; i++) {
		uint32_t len;

		if ((next != IPPROTO_N_HOPOPTS && next != IPPROTO_N_DSTOPTS) || n < off + 8)
			return false;
		len = (p[off + 1] + 1u) * 8;
		if (n < off + len)
			return false;
		if (next == IPPROTO_N_DSTOPTS)
			return limit_in(p + off, len) == 0;
		next = p[off];
		off += len;
	}
	return false;
}

static enum adit_err ipip_open(struct adit_layer *l, bool first, struct adit_fault *f)
{
	(void)first;
	(void)f;
	l->headroom = 0;
	return ADIT_OK;
}

static enum adit_drop encap(struct adit_layer *l, struct adit_seg *s, const struct adit_meta *in,
	struct adit_meta *out, adit_time now)
{
	unsigned version = s->len > 0 ? s->data[0] >> 4 : 0;

	(void)l;
	(void)now;
	if (version != 4 && version != 6)
		return ADIT_DROP_VERSION;
	if (s->len < (version == 4 ? IP4_LEN : IP6_LEN))
		return ADIT_DROP_SHORT;
	if (version == 6 && used_up(s->data, s->len))
		return ADIT_DROP_LOOP;
	out->space = ADIT_SPACE_IPPROTO;
	out->code = version == 4 ? IPPROTO_N_IPIP : IPPROTO_N_IPV6;
	return adit_tunnel_encap(ADIT_PACKET, s, in, out);
}

static enum adit_drop decap(struct adit_layer *l, struct adit_seg *s, const struct adit_meta *in,
	struct adit_meta *out, adit_time now)
{
	enum adit_drop d;

	(void)now;
	if (in->space != ADIT_SPACE_IPPROTO ||
		(in->code != IPPROTO_N_IPIP && in->code != IPPROTO_N_IPV6))
		return ADIT_DROP_PROTO;
	if (s->len > 0 && s->data[0] >> 4 != (in->code == IPPROTO_N_IPIP ? 4 : 6))
		return ADIT_DROP_VERSION;
	d = adit_tunnel_inner(s, l->conf, IPIP_OPT_ALLOWED);
	return d == ADIT_KEEP ? adit_tunnel_decap(ADIT_PACKET, s, in, out) : d;
}

static const struct adit_codec_ops codec = { .encap = encap, .decap = decap };

const struct adit_layer_ops adit_layer_ipip = {
	.name = "ipip",
	.alias = "sit",
	.title = "IP in IP, either version in either version",
	.standard = "RFC 2003, RFC 4213, RFC 2473",
	.needs = "ip",
	.osi = 3,
	.above = ADIT_PACKET,
	.below = ADIT_PAYLOAD,
	.codes = codes,
	.n_codes = ADIT_LEN(codes),
	.opts = opts,
	.n_opts = ADIT_LEN(opts),
	.codec = &codec,
	.open = ipip_open,
	.down = adit_codec_down,
	.up = adit_codec_up,
};
