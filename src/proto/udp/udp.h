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

/* The options as values, for the layer and the socket driver. */
struct udp_conf {
	struct adit_delivery ip; /* its ports are those given with the addresses, else by port= */
	bool csum;
};

enum adit_err udp_conf_read(
	struct udp_conf *u, const struct adit_conf *c, struct adit_fault *f) ADIT_MUST_USE;

extern const struct adit_layer_ops adit_layer_udp;

#endif
