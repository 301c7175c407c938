/* SPDX-License-Identifier: Apache-2.0 */
/* TAP device: an end whose units are Ethernet frames. The options only; src/io drives the device.
 * The rows that a TUN device has too stand in the same order. */
#ifndef ADIT_TAP_H
#define ADIT_TAP_H

#include "core/layer.h"

enum tap_opt {
	TAP_DEV,
	TAP_ADDR,
	TAP_MTU,
	TAP_ROUTE,
	TAP_MSS,
	TAP_QUEUES,
	TAP_NAME,
	TAP_MAC,
	TAP_OPT_N
};

extern const struct adit_layer_ops adit_layer_tap;

#endif
