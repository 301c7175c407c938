/* SPDX-License-Identifier: Apache-2.0 */
/* UDP: options, shared with the socket driver, and the layer for the middle of a stack. */
#ifndef ADIT_UDP_H
#define ADIT_UDP_H

#include "proto/delivery.h"

enum udp_opt {
	UDP_OPT_PORT = ADIT_DELIVERY_N, /* of the far side, and of ours unless local= has one */
	UDP_OPT_CSUM,
	UDP_OPT_N
};

#define UDP_HLEN 8

extern const struct adit_layer_ops adit_layer_udp;

#endif
