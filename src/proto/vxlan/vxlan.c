/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/vxlan/vxlan.h"

static const char *const from_words[] = { "any", NULL };

static const struct adit_opt mac_opts[] = {
	[VXLAN_MAC_MAC] = { .name = "mac",
		.type = ADIT_OPT_MAC,
		.flags = ADIT_OPT_POS | ADIT_OPT_REQUIRED,
		.arg = "MAC",
		.help = "station" },
	[VXLAN_MAC_REMOTE] = { .name = "remote",
		.type = ADIT_OPT_HOST,
		.flags = ADIT_OPT_POS | ADIT_OPT_REQUIRED | ADIT_OPT_PORT,
		.arg = "HOST[:PORT]",
		.help = "tunnel endpoint behind which it is" },
};

static const struct adit_opt opts[] = {
	[VXLAN_OPT_VNI] = { .name = "vni",
		.type = ADIT_OPT_UINT,
		.flags = ADIT_OPT_REQUIRED,
		.max = 0xffffff,
		.arg = "0..16777215",
		.help = "VXLAN network identifier" },
	[VXLAN_OPT_REMOTES] = { .name = "remotes",
		.type = ADIT_OPT_HOST,
		.flags = ADIT_OPT_LIST | ADIT_OPT_PORT,
		.arg = "HOST[:PORT],...",
		.help = "other endpoints; broadcasts go to each of them" },
	[VXLAN_OPT_LEARNING] = { .name = "learning",
		.type = ADIT_OPT_FLAG,
		.flags = ADIT_OPT_DEFAULT,
		.def = 1,
		.help = "learn which station is behind which endpoint, on unless turned off" },
	[VXLAN_OPT_AGEING] = { .name = "ageing",
		.type = ADIT_OPT_TIME,
		.flags = ADIT_OPT_DEFAULT,
		.min = ADIT_S,
		.max = 86400 * ADIT_S,
		.def = 300 * ADIT_S,
		.arg = "TIME",
		.help = "forget a learnt station after this silence, 5m unless given" },
	[VXLAN_OPT_FROM] = { .name = "from",
		.type = ADIT_OPT_ENUM,
		.words = from_words,
		.arg = "any",
		.help = "accept endpoints that remotes= does not list" },
	[VXLAN_OPT_MAC] = { .name = "mac",
		.type = ADIT_OPT_BLOCK,
		.flags = ADIT_OPT_LIST,
		.sub = mac_opts,
		.n_sub = ADIT_LEN(mac_opts),
		.arg = "MAC remote=HOST",
		.help = "a station that never ages and cannot be learnt elsewhere" },
};

_Static_assert(ADIT_LEN(opts) == VXLAN_OPT_N, "one row an option");
_Static_assert(ADIT_LEN(mac_opts) == VXLAN_MAC_N, "one row an option");

static const struct adit_code codes[] = { { ADIT_SPACE_UDPPORT, VXLAN_PORT } };

const struct adit_layer_ops adit_layer_vxlan = {
	.name = "vxlan",
	.title = "Ethernet over UDP with a network identifier, any number of endpoints",
	.standard = "RFC 7348",
	.needs = "udp",
	.osi = 2,
	.above = ADIT_FRAME,
	.below = ADIT_DATAGRAM,
	.flags = ADIT_L_ENTROPY | ADIT_L_PORT_BOTH | ADIT_L_OPEN_BELOW,
	.codes = codes,
	.n_codes = ADIT_LEN(codes),
	.opts = opts,
	.n_opts = ADIT_LEN(opts),
};
