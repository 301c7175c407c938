/* SPDX-License-Identifier: Apache-2.0 */
#include "net/flow.h"

#include "core/bytes.h"
#include "net/eth.h"
#include "net/ip.h"

#define MIX_A 0x9e3779b97f4a7c15ull
#define MIX_B 0xd6e8feb86659fd93ull

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * MIX_A;
	return h ^ h >> 32;
}

static uint32_t finish(uint64_t h)
{
	h *= MIX_B;
	h ^= h >> 32;
	h *= MIX_B;
	return (uint32_t)(h >> 32);
}

static bool has_ports(uint8_t proto)
{
	return proto == IPPROTO_N_TCP || proto == IPPROTO_N_UDP || proto == 33 || proto == 132 ||
	       proto == 136; /* DCCP, SCTP, UDP-Lite */
}

static uint32_t hash_ip(const struct net_ip *ip, const uint8_t *p, size_t n)
{
	uint64_t h = ip->proto;
	unsigned i;

	if (ip->version == 4)
		h = mix(h, adit_be64(ip->src)); /* both addresses */
	else
		for (i = 0; i < 32; i += 8)
			h = mix(h, adit_be64(ip->src + i));
	if (has_ports(ip->proto) && !net_ip_is_fragment(ip) && n >= ip->l4_off + 4u)
		h = mix(h, adit_be32(p + ip->l4_off));
	return finish(h);
}

uint32_t net_flow_hash(enum adit_shape shape, const uint8_t *p, size_t n)
{
	struct net_ip ip;
	struct net_eth e;
	uint32_t off;

	if (net_find_ip(shape, p, n, &off) &&
		net_ip_parse_quote(&ip, p + off, n - off) == ADIT_KEEP)
		return hash_ip(&ip, p + off, n - off);
	if (shape == ADIT_FRAME && net_eth_parse(&e, p, n) == ADIT_KEEP)
		return finish(mix(mix(e.type, adit_be64(p)), adit_be32(p + 8)));
	return 0;
}

uint16_t net_flow_port(uint32_t hash)
{
	return (uint16_t)(49152u + (hash >> 18));
}
