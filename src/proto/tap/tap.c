/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/tap/tap.h"

const struct adit_layer_ops adit_layer_tap = {
	.name = "tap",
	.title = "Ethernet frames of a TAP device",
	.standard = "Linux TAP",
	.osi = 2,
	.below = ADIT_FRAME,
	.flags = ADIT_L_END,
	.opts = adit_device_opts,
	.n_opts = ADIT_DEVICE_N,
	.open = adit_device_open,
};
