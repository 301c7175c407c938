/* SPDX-License-Identifier: Apache-2.0 */
/* DSCP (RFC 2983) and ECN (RFC 6040) between an inner packet and its tunnel header. */
#ifndef ADIT_NET_ECN_H
#define ADIT_NET_ECN_H

#include "core/packet.h"

enum net_ecn {
	ECN_NOT_ECT = 0,
	ECN_ECT1 = 1,
	ECN_ECT0 = 2,
	ECN_CE = 3,
};

struct net_tos_policy {
	bool inherit; /* DSCP of the inner packet (uniform model), else of `tos` (pipe) */
	bool no_ecn;  /* compatibility mode, RFC 6040 4.1: the outer header is Not-ECT */
	uint8_t tos;  /* its upper six bits: DSCP for pipe, and for units without IP */
};

/* The outer TOS for a unit. No IP inside (other EtherType, other shape): DSCP of the policy, no
 * ECN. */
uint8_t net_encap_tos(
	enum adit_shape shape, const struct adit_seg *s, const struct net_tos_policy *policy);
/* Carries the outer ECN field into the inner packet: the table of RFC 6040 4.2. A unit without
 * IP is left as it is. Returns ADIT_KEEP or ADIT_DROP_ECN. */
enum adit_drop net_decap_tos(enum adit_shape shape, struct adit_seg *s, uint8_t outer_tos);
/* Uniform model: the inner packet takes the outer DSCP. */
void net_decap_dscp(enum adit_shape shape, struct adit_seg *s, uint8_t outer_tos);

/* How grave a combination is: nobody sends it today, or it is potentially dangerous. */
enum net_ecn_alarm { ECN_FINE, ECN_UNUSED, ECN_DANGER };

/* One cell of the table. Returns the outgoing field, or -1: drop. */
int net_ecn_decap(enum net_ecn inner, enum net_ecn outer, enum net_ecn_alarm *alarm);

#endif
