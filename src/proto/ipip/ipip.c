/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/ipip/ipip.h"

static const struct adit_opt opts[] = {
	[IPIP_OPT_ALLOWED] = { .name = "allowed",
		.type = ADIT_OPT_PREFIX,
		.flags = ADIT_OPT_LIST,
		.arg = "ADDR/LEN,...",
		.help = "sources that inner packets may have, all unless given" },
	[IPIP_OPT_ENCAPLIMIT] = { .name = "encaplimit",
		.type = ADIT_OPT_UINT,
		.max = 255,
		.arg = "0..255",
		.help = "send an RFC 2473 tunnel encapsulation limit; only below IPv6" },
};

_Static_assert(ADIT_LEN(opts) == IPIP_OPT_N, "one row an option");

static const struct adit_code codes[] = {
	{ ADIT_SPACE_IPPROTO, 4 },
	{ ADIT_SPACE_IPPROTO, 41 },
};

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
};
