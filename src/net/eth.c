/* SPDX-License-Identifier: Apache-2.0 */
#include "net/eth.h"

#include "core/bytes.h"

static bool is_tag(uint16_t type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD || type == ETH_P_QINQ;
}

enum adit_drop net_eth_parse(struct net_eth *e, const uint8_t *p, size_t n)
{
	e->type = 0;
	if (n < ETH_LEN)
		return ADIT_DROP_SHORT;
	e->dst = p;
	e->src = p + 6;
	e->type = adit_be16(p + 12);
	e->off = ETH_LEN;
	e->tci = 0;
	e->n_tags = 0;
	while (is_tag(e->type) && e->n_tags < ETH_TAGS_MAX) {
		if (n < e->off + 4u)
			return ADIT_DROP_SHORT;
		if (!e->n_tags)
			e->tci = adit_be16(p + e->off);
		e->type = adit_be16(p + e->off + 2);
		e->off += 4;
		e->n_tags++;
	}
	return ADIT_KEEP;
}

void net_eth_build(uint8_t *p, const uint8_t dst[6], const uint8_t src[6], uint16_t type)
{
	memcpy(p, dst, 6);
	memcpy(p + 6, src, 6);
	adit_put_be16(p + 12, type);
}

unsigned net_find_ip(enum adit_shape shape, const uint8_t *p, size_t n, uint32_t *off)
{
	struct net_eth e = { .off = 0 };
	unsigned version;

	if (shape == ADIT_FRAME) {
		net_eth_parse(&e, p, n);
		if (e.type != ETH_P_IP && e.type != ETH_P_IPV6)
			return 0;
	} else if (shape != ADIT_PACKET) {
		return 0;
	}
	if (n <= e.off)
		return 0;
	*off = e.off;
	version = p[e.off] >> 4;
	if (shape == ADIT_FRAME && version != (e.type == ETH_P_IP ? 4u : 6u))
		return 0;
	return version == 4 || version == 6 ? version : 0;
}
