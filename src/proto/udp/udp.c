/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/udp/udp.h"

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
		.help = "far port, and ours where local= has none" },
	[UDP_OPT_CSUM] = { .name = "csum",
		.type = ADIT_OPT_FLAG,
		.flags = ADIT_OPT_DEFAULT,
		.def = 1,
		.help = "UDP checksum, on unless turned off (IPv6: RFC 6935)" },
};

_Static_assert(ADIT_LEN(opts) == UDP_OPT_N, "one row an option");

static const struct adit_code codes[] = { { ADIT_SPACE_IPPROTO, 17 } };

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
};
