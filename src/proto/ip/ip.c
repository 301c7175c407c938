/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/ip/ip.h"

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
};
