/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/tun/tun.h"

const struct adit_layer_ops adit_layer_tun = {
	.name = "tun",
	.title = "IP packets of a TUN device",
	.standard = "Linux TUN",
	.osi = 3,
	.below = ADIT_PACKET,
	.flags = ADIT_L_END,
	.opts = adit_device_opts,
	.n_opts = ADIT_DEVICE_MAC, /* a TUN device has none */
	.open = adit_device_open,
};
