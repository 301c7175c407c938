/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/gre/gre.h"

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
};
