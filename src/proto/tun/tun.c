/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/tun/tun.h"

#include <string.h>

static const struct adit_opt tun_opts[] = {
	[TUN_DEV] = { .name = "dev",
		.type = ADIT_OPT_STR,
		.flags = ADIT_OPT_POS,
		.min = 1,
		.max = 15,
		.arg = "NAME",
		.help = "name of the device, the system's choice without" },
	[TUN_ADDR] = { .name = "addr",
		.type = ADIT_OPT_PREFIX,
		.flags = ADIT_OPT_POS | ADIT_OPT_LIST,
		.arg = "ADDR/LEN",
		.help = "addresses of the device" },
	[TUN_MTU] = { .name = "mtu",
		.type = ADIT_OPT_UINT,
		.min = 68,
		.max = 65521,
		.arg = "BYTES",
		.help = "MTU of the device, else what the path leaves" },
	[TUN_ROUTE] = { .name = "route",
		.type = ADIT_OPT_PREFIX,
		.flags = ADIT_OPT_LIST,
		.arg = "ADDR/LEN",
		.help = "networks reached through the device" },
	[TUN_MSS] = { .name = "mss",
		.type = ADIT_OPT_STR,
		.min = 1,
		.max = 5,
		.arg = "on|off|N",
		.help = "clamp the TCP segment size; on where the MTU is below 1500" },
	[TUN_QUEUES] = { .name = "queues",
		.type = ADIT_OPT_UINT,
		.min = 1,
		.max = 16,
		.arg = "N",
		.help = "queues of the device, one for each worker without" },
	[TUN_NAME] = { .name = "name",
		.type = ADIT_OPT_STR,
		.min = 1,
		.max = 63,
		.arg = "NAME",
		.help = "name of the tunnel, the device's without" },
};

_Static_assert(ADIT_LEN(tun_opts) == TUN_OPT_N, "one row an option");

static enum adit_err tun_open(struct adit_layer *l, bool first, struct adit_fault *f)
{
	const char *mss = adit_conf_str(l->conf, TUN_MSS, 0);
	enum adit_err e = ADIT_OK;

	if (mss && first && strcmp(mss, "on") != 0 && strcmp(mss, "off") != 0 &&
		strspn(mss, "0123456789") != strlen(mss)) {
		e = adit_fail(f, ADIT_ECONF, "mss=on, mss=off or mss=1360",
			"`%s` is no segment size", mss);
		if (f)
			f->opt = TUN_MSS;
	}
	return e;
}

const struct adit_layer_ops adit_layer_tun = {
	.name = "tun",
	.title = "IP packets of a TUN device",
	.standard = "Linux TUN",
	.osi = 3,
	.below = ADIT_PACKET,
	.flags = ADIT_L_END,
	.opts = tun_opts,
	.n_opts = TUN_OPT_N,
	.open = tun_open,
};
