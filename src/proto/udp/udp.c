/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/udp/udp.h"

#include "core/bytes.h"
#include "core/codec.h"
#include "net/ip.h"
#include "proto/describe.h"

static const char *const from_words[] = { "any", NULL };

static const struct adit_opt opts[] = {
	[ADIT_DELIVERY_REMOTE] = { .name = "remote",
		.type = ADIT_OPT_HOST,
		.flags = ADIT_OPT_POS | ADIT_OPT_PORT | ADIT_OPT_BELOW,
		.arg = "HOST[:PORT]",
		.help = "far side; without it each datagram names its own" },
	[ADIT_DELIVERY_LOCAL] = { .name = "local",
		.type = ADIT_OPT_ADDR,
		.flags = ADIT_OPT_PORT | ADIT_OPT_BELOW,
		.arg = "ADDR[:PORT]",
		.help = "address and port to bind and to send from" },
	[ADIT_DELIVERY_DEV] = { .name = "dev",
		.type = ADIT_OPT_STR,
		.min = 1,
		.max = 15,
		.flags = ADIT_OPT_BELOW,
		.arg = "NAME",
		.help = "network device to bind to" },
	[ADIT_DELIVERY_TTL] = { .name = "ttl",
		.type = ADIT_OPT_STR,
		.flags = ADIT_OPT_BELOW,
		.arg = "1..255|inherit",
		.help = "time to live of the outer header, 64 unless given" },
	[ADIT_DELIVERY_TOS] = { .name = "tos",
		.type = ADIT_OPT_STR,
		.flags = ADIT_OPT_BELOW,
		.arg = "0..255|inherit",
		.help = "DSCP bits of the outer header, 0 unless given; ECN always follows RFC "
			"6040" },
	[ADIT_DELIVERY_DF] = { .name = "df",
		.type = ADIT_OPT_FLAG,
		.flags = ADIT_OPT_DEFAULT | ADIT_OPT_BELOW,
		.def = 1,
		.help = "forbid fragmenting of the outer packet, on unless turned off" },
	[ADIT_DELIVERY_FROM] = { .name = "from",
		.type = ADIT_OPT_ENUM,
		.words = from_words,
		.flags = ADIT_OPT_BELOW,
		.arg = "any",
		.help = "accept from every sender, not from the remote alone" },
	[UDP_OPT_PORT] = { .name = "port",
		.type = ADIT_OPT_UINT,
		.min = 1,
		.max = 65535,
		.arg = "PORT",
		.help = "far port; ours too where both sides use one, as in VXLAN" },
	[UDP_OPT_CSUM] = { .name = "csum",
		.type = ADIT_OPT_FLAG,
		.flags = ADIT_OPT_DEFAULT,
		.def = 1,
		.help = "UDP checksum, on unless turned off (IPv6: RFC 6935)" },
};

_Static_assert(ADIT_LEN(opts) == UDP_OPT_N, "one row an option");

static const struct adit_code codes[] = { { ADIT_SPACE_IPPROTO, 17 } };

enum adit_err udp_conf_read(struct udp_conf *u, const struct adit_conf *c, struct adit_fault *f)
{
	uint16_t port = (uint16_t)adit_conf_u(c, UDP_OPT_PORT);
	enum adit_err e = adit_delivery_read(&u->ip, c, f);

	if (e != ADIT_OK)
		return e;
	u->csum = adit_conf_flag(c, UDP_OPT_CSUM);
	if (port && u->ip.remote.port && port != u->ip.remote.port)
		return adit_blame(f, UDP_OPT_PORT,
			adit_fail(f, ADIT_ECONF, "leave one of them out",
				"port=%u contradicts the port given with the address", port));
	if (!u->ip.remote.port)
		u->ip.remote.port = port;
	if (!u->ip.local.port)
		u->ip.local.port = port;
	return ADIT_OK;
}

static enum adit_err udp_open(struct adit_layer *l, bool first, struct adit_fault *f)
{
	struct udp_conf *u = l->state;
	enum adit_err e = udp_conf_read(u, l->conf, f);

	(void)first;
	if (e != ADIT_OK)
		return e;
	l->headroom = UDP_LEN;
	if (!l->below) { /* the socket writes both headers */
		l->headroom += adit_delivery_version(&u->ip) == 4 ? IP4_LEN : IP6_LEN;
		return ADIT_OK;
	}
	if (!adit_addr_len(&u->ip.local))
		return adit_fail(f, ADIT_ECONF, "write local=ADDR",
			"udp inside another tunnel needs its own address: its checksum covers it");
	return ADIT_OK;
}

/* The far port, where the address has none: the configured one, else that of the protocol above. */
static uint16_t far_port(const struct udp_conf *u, const struct adit_meta *in)
{
	if (u->ip.remote.port)
		return u->ip.remote.port;
	return in->space == ADIT_SPACE_UDPPORT ? in->code : 0;
}

static enum adit_drop encap(struct adit_layer *l, struct adit_seg *s, const struct adit_meta *in,
	struct adit_meta *out, adit_time now)
{
	const struct udp_conf *u = l->state;
	struct net_udp_build b = { .zero_csum = !u->csum };

	(void)now;
	if (!adit_delivery_route(&u->ip, in, &out->far, &out->near))
		return ADIT_DROP_NO_DEST;
	if (!out->far.port)
		out->far.port = far_port(u, in);
	if (!out->far.port)
		return ADIT_DROP_PORT;
	if (s->len > UINT16_MAX - UDP_LEN)
		return ADIT_DROP_TOO_BIG;
	b.src = out->near.ip;
	b.dst = out->far.ip;
	b.addr_len = adit_addr_len(&out->far);
	b.dport = out->far.port;
	b.sport = in->near.port ? in->near.port : u->ip.local.port;
	if (!b.sport)
		b.sport = b.dport;
	out->near.port = b.sport;
	out->space = ADIT_SPACE_IPPROTO;
	out->code = IPPROTO_N_UDP;
	adit_seg_push(s, UDP_LEN);
	net_udp_build(s->data, (uint16_t)s->len, &b);
	return ADIT_KEEP;
}

static enum adit_drop decap(struct adit_layer *l, struct adit_seg *s, const struct adit_meta *in,
	struct adit_meta *out, adit_time now)
{
	const struct udp_conf *u = l->state;
	struct net_ip ip = { .src = in->far.ip, .dst = in->near.ip };
	enum adit_drop d = adit_delivery_check(&u->ip, out);
	uint16_t len;

	(void)now;
	if (in->space != ADIT_SPACE_IPPROTO || in->code != IPPROTO_N_UDP)
		return ADIT_DROP_PROTO;
	if (d != ADIT_KEEP)
		return d;
	ip.addr_len = (uint8_t)adit_addr_len(&in->far);
	/* RFC 6935 5: over IPv6 none only where it was asked for. */
	d = net_udp_check(&ip, s->data, s->len, in->far.family == 4 || !u->csum, &len);
	if (d != ADIT_KEEP)
		return d;
	out->far.port = adit_be16(s->data);
	out->near.port = adit_be16(s->data + 2);
	if (u->ip.local.port && out->near.port != u->ip.local.port)
		return ADIT_DROP_PORT;
	out->space = ADIT_SPACE_UDPPORT;
	out->code = out->near.port;
	adit_seg_trim(s, len);
	adit_seg_pull(s, UDP_LEN);
	return ADIT_KEEP;
}

static unsigned describe(const struct adit_layer *l, struct adit_hdr *out, unsigned max)
{
	const struct udp_conf *u = l->state;
	struct adit_hdr *h = out;

	if (max < 2)
		return 0;
	*h = (struct adit_hdr){ .name = "UDP",
		.dissector = "udp",
		.role = "delivery: datagrams between ports",
		.standard = "RFC 768",
		.bytes = UDP_LEN,
		.osi = 4 };
	adit_hdr_field(h, "Source Port", "udp.srcport", 0, 2);
	adit_hdr_field(h, "Destination Port", "udp.dstport", 2, 2);
	if (u->ip.remote.port)
		adit_hdr_value(h, "%u", u->ip.remote.port);
	adit_hdr_field(h, "Length", "udp.length", 4, 2);
	adit_hdr_field(h, "Checksum", "udp.checksum", 6, 2);
	if (!u->csum)
		adit_hdr_value(h, "0x0000");
	if (l->below)
		return 1;
	adit_delivery_describe(&u->ip, h + 1, IPPROTO_N_UDP);
	return 2;
}

static const struct adit_codec_ops codec = { .encap = encap, .decap = decap };

const struct adit_layer_ops adit_layer_udp = {
	.name = "udp",
	.title = "UDP datagrams: a socket at the bottom, written headers in the middle",
	.standard = "RFC 768",
	.needs = "ip",
	.osi = 4,
	.above = ADIT_DATAGRAM,
	.below = ADIT_PAYLOAD,
	.space = ADIT_SPACE_UDPPORT,
	.flags = ADIT_L_BOTTOM,
	.codes = codes,
	.n_codes = ADIT_LEN(codes),
	.opts = opts,
	.n_opts = ADIT_LEN(opts),
	.state_size = sizeof(struct udp_conf),
	.codec = &codec,
	.open = udp_open,
	.down = adit_codec_down,
	.up = adit_codec_up,
	.describe = describe,
};
