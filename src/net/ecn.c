/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ecn.h"

#include "net/eth.h"
#include "net/ip.h"

struct cell {
	int8_t out;
	uint8_t alarm;
};

/* RFC 6040 figure 4, [inner][outer]; columns in the order of the code points 00, 01, 10, 11. */
static const struct cell decap_table[4][4] = {
	[ECN_NOT_ECT] = { { ECN_NOT_ECT, ECN_FINE }, { ECN_NOT_ECT, ECN_DANGER },
		{ ECN_NOT_ECT, ECN_DANGER }, { -1, ECN_DANGER } },
	[ECN_ECT1] = { { ECN_ECT1, ECN_FINE }, { ECN_ECT1, ECN_FINE }, { ECN_ECT1, ECN_UNUSED },
		{ ECN_CE, ECN_FINE } },
	[ECN_ECT0] = { { ECN_ECT0, ECN_FINE }, { ECN_ECT1, ECN_FINE }, { ECN_ECT0, ECN_FINE },
		{ ECN_CE, ECN_FINE } },
	[ECN_CE] = { { ECN_CE, ECN_FINE }, { ECN_CE, ECN_DANGER }, { ECN_CE, ECN_FINE },
		{ ECN_CE, ECN_FINE } },
};

int net_ecn_decap(enum net_ecn inner, enum net_ecn outer, enum net_ecn_alarm *alarm)
{
	const struct cell *c = &decap_table[inner & 3][outer & 3];

	if (alarm)
		*alarm = c->alarm;
	return c->out;
}

/* The inner IP header, whole as far as TOS and checksum need it; NULL: none. */
static uint8_t *inner_ip(enum adit_shape shape, const struct adit_seg *s)
{
	uint32_t off;
	unsigned version = net_find_ip(shape, s->data, s->len, &off);

	if (!version || s->len - off < (version == 4 ? IP4_LEN : IP6_LEN))
		return NULL;
	return s->data + off;
}

uint8_t net_encap_tos(
	enum adit_shape shape, const struct adit_seg *s, const struct net_tos_policy *policy)
{
	const uint8_t *ip = inner_ip(shape, s);
	uint8_t inner, dscp = policy->tos & 0xfc;

	if (!ip)
		return dscp;
	inner = net_ip_tos(ip);
	if (policy->inherit)
		dscp = inner & 0xfc;
	return policy->no_ecn ? dscp : (uint8_t)(dscp | (inner & 3));
}

enum adit_drop net_decap_tos(enum adit_shape shape, struct adit_seg *s, uint8_t outer_tos)
{
	uint8_t *ip = inner_ip(shape, s);
	uint8_t inner;
	int out;

	if (!ip)
		return ADIT_KEEP;
	inner = net_ip_tos(ip);
	out = net_ecn_decap(inner & 3, outer_tos & 3, NULL);
	if (out < 0)
		return ADIT_DROP_ECN;
	if (out != (inner & 3))
		net_ip_set_tos(ip, (uint8_t)((inner & 0xfc) | out));
	return ADIT_KEEP;
}

void net_decap_dscp(enum adit_shape shape, struct adit_seg *s, uint8_t outer_tos)
{
	uint8_t *ip = inner_ip(shape, s);

	if (ip)
		net_ip_set_tos(ip, (uint8_t)((outer_tos & 0xfc) | (net_ip_tos(ip) & 3)));
}
