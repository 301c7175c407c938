/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/ip/ip.h"

#include "core/codec.h"
#include "core/share.h"
#include "net/eth.h"
#include "net/ip.h"

#include <string.h>

static const char *const from_words[] = { "any", NULL };

static const struct adit_opt opts[] = {
	[ADIT_DELIVERY_REMOTE] = { .name = "remote",
		.type = ADIT_OPT_HOST,
		.flags = ADIT_OPT_POS,
		.arg = "HOST",
		.help = "far side" },
	[ADIT_DELIVERY_LOCAL] = { .name = "local",
		.type = ADIT_OPT_ADDR,
		.arg = "ADDR",
		.help = "address to bind and to send from" },
	[ADIT_DELIVERY_DEV] = { .name = "dev",
		.type = ADIT_OPT_STR,
		.min = 1,
		.max = 15,
		.arg = "NAME",
		.help = "network device to bind to" },
	[ADIT_DELIVERY_TTL] = { .name = "ttl",
		.type = ADIT_OPT_STR,
		.arg = "1..255|inherit",
		.help = "time to live of the outer header, 64 unless given" },
	[ADIT_DELIVERY_TOS] = { .name = "tos",
		.type = ADIT_OPT_STR,
		.arg = "0..255|inherit",
		.help = "DSCP bits of the outer header, 0 unless given; ECN always follows RFC "
			"6040" },
	[ADIT_DELIVERY_DF] = { .name = "df",
		.type = ADIT_OPT_FLAG,
		.flags = ADIT_OPT_DEFAULT,
		.def = 1,
		.help = "forbid fragmenting of the outer packet, on unless turned off" },
	[ADIT_DELIVERY_FROM] = { .name = "from",
		.type = ADIT_OPT_ENUM,
		.words = from_words,
		.arg = "any",
		.help = "accept from every sender, not from the remote alone" },
};

_Static_assert(ADIT_LEN(opts) == ADIT_DELIVERY_N, "one row an option");

struct shared {
	struct adit_share_counter id; /* of IPv4 headers, RFC 6864 */
};

static enum adit_err ip_open(struct adit_layer *l, bool first, struct adit_fault *f)
{
	struct adit_delivery *d = l->state;
	enum adit_err e = adit_delivery_read(d, l->conf, f);

	(void)first;
	if (e != ADIT_OK)
		return e;
	l->headroom = adit_delivery_version(d) == 4 ? IP4_LEN : IP6_LEN;
	if (l->below && (!adit_addr_len(&d->local) || adit_addr_is_any(&d->local)))
		return adit_fail(f, ADIT_ECONF, "write local=ADDR",
			"ip inside another tunnel needs its own address");
	return ADIT_OK;
}

static enum adit_drop encap(struct adit_layer *l, struct adit_seg *s, const struct adit_meta *in,
	struct adit_meta *out, adit_time now)
{
	const struct adit_delivery *d = l->state;
	struct shared *shared = l->shared;
	struct adit_addr far, near;
	struct net_ip_build b;

	(void)now;
	if (in->space != ADIT_SPACE_IPPROTO)
		return ADIT_DROP_PROTO;
	if (!adit_delivery_route(d, in, &far, &near) || far.family != d->local.family)
		return ADIT_DROP_NO_DEST;
	/* A segment's length is 16 bits with the header on; jumbograms are not spoken. */
	if (s->len > UINT16_MAX - (far.family == 4 ? IP4_LEN : IP6_LEN))
		return ADIT_DROP_TOO_BIG;
	b = (struct net_ip_build){ .src = near.ip,
		.dst = far.ip,
		.version = far.family,
		.proto = (uint8_t)in->code,
		.tos = adit_delivery_tos(d, in),
		.ttl = adit_delivery_ttl(d, in),
		.df = adit_delivery_df(d, in),
		.id = (uint16_t)adit_share_take(&shared->id, 1),
		.flow = in->hash, /* RFC 6438 3 */
		.payload = (uint16_t)s->len };
	adit_seg_push(s, far.family == 4 ? IP4_LEN : IP6_LEN);
	net_ip_build(s->data, &b);
	memset(&out->far, 0, sizeof(out->far));
	memset(&out->near, 0, sizeof(out->near));
	out->space = ADIT_SPACE_ETHERTYPE;
	out->code = far.family == 4 ? ETH_P_IP : ETH_P_IPV6;
	out->tos = b.tos;
	out->ttl = b.ttl;
	/* What may not fit goes in fragments of the packet below as well as of this one. */
	out->df = in->df == ADIT_DF_OFF ? ADIT_DF_OFF : ADIT_DF_UNSET;
	return ADIT_KEEP;
}

static enum adit_drop decap(struct adit_layer *l, struct adit_seg *s, const struct adit_meta *in,
	struct adit_meta *out, adit_time now)
{
	const struct adit_delivery *d = l->state;
	struct net_ip ip;
	enum adit_drop why = net_ip_parse(&ip, s->data, s->len);

	(void)in;
	(void)now;
	if (why != ADIT_KEEP)
		return why;
	if (ip.version == 4 && !net_ip4_csum_ok(s->data))
		return ADIT_DROP_CHECKSUM;
	if (net_ip_is_fragment(&ip))
		return ADIT_DROP_FRAGMENT;
	if (ip.routing) /* it is still under way to its last address */
		return ADIT_DROP_PEER;
	out->far = (struct adit_addr){ .family = ip.version };
	out->near = (struct adit_addr){ .family = ip.version };
	memcpy(out->far.ip, ip.src, ip.addr_len);
	memcpy(out->near.ip, ip.dst, ip.addr_len);
	why = adit_delivery_check(d, out);
	if (why != ADIT_KEEP)
		return why;
	out->space = ADIT_SPACE_IPPROTO;
	out->code = ip.proto;
	out->tos = ip.tos;
	out->ttl = ip.ttl;
	adit_seg_trim(s, ip.total);
	adit_seg_pull(s, ip.l4_off);
	return ADIT_KEEP;
}

static unsigned describe(const struct adit_layer *l, struct adit_hdr *out, unsigned max)
{
	if (max < 1)
		return 0;
	adit_delivery_describe(l->state, out, 0);
	return 1;
}

static const struct adit_codec_ops codec = { .encap = encap, .decap = decap };

const struct adit_layer_ops adit_layer_ip = {
	.name = "ip",
	.title = "IPv4 or IPv6: a raw socket at the bottom, written headers in the middle",
	.standard = "RFC 791, RFC 8200",
	.osi = 3,
	.above = ADIT_PAYLOAD,
	.below = ADIT_PACKET,
	.space = ADIT_SPACE_IPPROTO,
	.flags = ADIT_L_BOTTOM,
	.opts = opts,
	.n_opts = ADIT_LEN(opts),
	.state_size = sizeof(struct adit_delivery),
	.shared_size = sizeof(struct shared),
	.codec = &codec,
	.open = ip_open,
	.down = adit_codec_down,
	.up = adit_codec_up,
	.describe = describe,
};
