/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ip.h"

#include "core/bytes.h"
#include "net/csum.h"
#include "net/tcp.h"

static enum adit_drop parse4(struct net_ip *ip, const uint8_t *p, size_t n)
{
	unsigned hdr, frag;

	if (n < IP4_LEN)
		return ADIT_DROP_SHORT;
	hdr = (p[0] & 15u) * 4;
	ip->total = adit_be16(p + 2);
	if (hdr < IP4_LEN || ip->total < hdr)
		return ADIT_DROP_LENGTH;
	if (n < hdr)
		return ADIT_DROP_SHORT;
	frag = adit_be16(p + 6);
	ip->version = 4;
	ip->addr_len = 4;
	ip->tos = p[1];
	ip->id = adit_be16(p + 4);
	ip->df = frag & IP4_DF;
	ip->more = frag & IP4_MF;
	ip->frag_off = (uint16_t)((frag & 0x1fff) * 8);
	ip->ttl = p[8];
	ip->proto = p[9];
	ip->src = p + 12;
	ip->dst = p + 16;
	ip->l4_off = (uint16_t)hdr;
	return ADIT_KEEP;
}

/* RFC 8200 4: only these headers carry a Next Header field; AH counts its length differently. */
static bool is_ext(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_N_HOPOPTS:
	case IPPROTO_N_ROUTING:
	case IPPROTO_N_FRAGMENT:
	case IPPROTO_N_AH:
	case IPPROTO_N_DSTOPTS:
	case 135: /* mobility */
	case 139: /* HIP */
	case 140: /* Shim6 */
		return true;
	default:
		return false;
	}
}

static unsigned ext_len(uint8_t proto, const uint8_t *h)
{
	if (proto == IPPROTO_N_FRAGMENT)
		return 8;
	if (proto == IPPROTO_N_AH)
		return (h[1] + 2u) * 4;
	return (h[1] + 1u) * 8;
}

static enum adit_drop walk6(struct net_ip *ip, const uint8_t *p, size_t n)
{
	size_t off = IP6_LEN, end = ip->total < n ? ip->total : n;
	unsigned i, len;

	for (i = 0; is_ext(ip->proto) && !ip->frag_off; i++) {
		if (i == IP6_EXT_MAX)
			return ADIT_DROP_MALFORMED;
		if (end < off + 8)
			return ADIT_DROP_SHORT;
		len = ext_len(ip->proto, p + off);
		if (end < off + len)
			return ADIT_DROP_SHORT;
		if (ip->proto == IPPROTO_N_FRAGMENT) {
			if (ip->frag_hdr)
				return ADIT_DROP_MALFORMED;
			ip->frag_hdr = (uint16_t)off;
			ip->frag_off = adit_be16(p + off + 2) & 0xfff8;
			ip->more = p[off + 3] & 1;
			ip->id = adit_be32(p + off + 4);
		}
		if (ip->proto == IPPROTO_N_ROUTING && p[off + 3])
			ip->routing = true;
		ip->proto = p[off];
		off += len;
	}
	ip->l4_off = (uint16_t)off;
	return ADIT_KEEP;
}

static enum adit_drop parse6(struct net_ip *ip, const uint8_t *p, size_t n)
{
	if (n < IP6_LEN)
		return ADIT_DROP_SHORT;
	ip->version = 6;
	ip->addr_len = 16;
	ip->tos = (uint8_t)(p[0] << 4 | p[1] >> 4);
	ip->total = IP6_LEN + adit_be16(p + 4);
	ip->proto = p[6];
	ip->ttl = p[7];
	ip->src = p + 8;
	ip->dst = p + 24;
	ip->df = true;
	return walk6(ip, p, n);
}

enum adit_drop net_ip_parse_quote(struct net_ip *ip, const uint8_t *p, size_t n)
{
	enum adit_drop d = ADIT_DROP_VERSION;

	memset(ip, 0, sizeof(*ip));
	if (!n)
		return ADIT_DROP_SHORT;
	if (p[0] >> 4 == 4)
		d = parse4(ip, p, n);
	else if (p[0] >> 4 == 6)
		d = parse6(ip, p, n);
	ip->truncated = d == ADIT_KEEP && ip->total > n;
	return d;
}

enum adit_drop net_ip_parse(struct net_ip *ip, const uint8_t *p, size_t n)
{
	enum adit_drop d = net_ip_parse_quote(ip, p, n);

	return d == ADIT_KEEP && ip->truncated ? ADIT_DROP_LENGTH : d;
}

bool net_ip4_csum_ok(const uint8_t *p)
{
	return net_fold(net_sum(p, (p[0] & 15u) * 4, 0)) == 0xffff;
}

void net_ip4_csum_set(uint8_t *p)
{
	adit_put_be16(p + 10, 0);
	adit_put_be16(p + 10, net_csum(p, (p[0] & 15u) * 4));
}

unsigned net_ip_build(uint8_t *p, const struct net_ip_build *b)
{
	if (b->version == 6) {
		adit_put_be32(p, 6u << 28 | (uint32_t)b->tos << 20 | (b->flow & 0xfffff));
		adit_put_be16(p + 4, b->payload);
		p[6] = b->proto;
		p[7] = b->ttl;
		memcpy(p + 8, b->src, 16);
		memcpy(p + 24, b->dst, 16);
		return IP6_LEN;
	}
	p[0] = 0x45;
	p[1] = b->tos;
	adit_put_be16(p + 2, (uint16_t)(b->payload + IP4_LEN));
	adit_put_be16(p + 4, b->id);
	adit_put_be16(p + 6, b->df ? IP4_DF : 0);
	p[8] = b->ttl;
	p[9] = b->proto;
	memcpy(p + 12, b->src, 4);
	memcpy(p + 16, b->dst, 4);
	net_ip4_csum_set(p);
	return IP4_LEN;
}

/* One 16-bit word of an IPv4 header changes. */
static void patch4(uint8_t *p, unsigned off, uint16_t v)
{
	uint16_t was = adit_be16(p + off);

	if (was == v)
		return;
	adit_put_be16(p + 10, net_csum_fix16(adit_be16(p + 10), was, v));
	adit_put_be16(p + off, v);
}

bool net_ip_partial(const struct net_ip *ip, const uint8_t *l4)
{
	uint32_t len = net_ip_payload(ip);
	bool udp = ip->proto == IPPROTO_N_UDP;
	uint16_t field;

	if (len < (udp ? UDP_LEN : TCP_LEN) || (!udp && ip->proto != IPPROTO_N_TCP))
		return false;
	field = adit_be16(l4 + (udp ? 6 : 16));
	return field &&
	       field == net_fold(net_sum_pseudo(ip->src, ip->dst, ip->addr_len, ip->proto, len));
}

uint8_t net_ip_tos(const uint8_t *p)
{
	return p[0] >> 4 == 6 ? (uint8_t)(p[0] << 4 | p[1] >> 4) : p[1];
}

void net_ip_set_tos(uint8_t *p, uint8_t tos)
{
	if (p[0] >> 4 == 6)
		adit_put_be16(p, (uint16_t)(6u << 12 | (unsigned)tos << 4 | (p[1] & 15u)));
	else
		patch4(p, 0, (uint16_t)(p[0] << 8 | tos));
}

uint8_t net_ip_ttl(const uint8_t *p)
{
	return p[0] >> 4 == 6 ? p[7] : p[8];
}

void net_ip_set_ttl(uint8_t *p, uint8_t ttl)
{
	if (p[0] >> 4 == 6)
		p[7] = ttl;
	else
		patch4(p, 8, (uint16_t)(ttl << 8 | p[9]));
}

void net_udp_build(uint8_t *p, uint16_t len, const struct net_udp_build *b)
{
	uint16_t csum;

	adit_put_be16(p, b->sport);
	adit_put_be16(p + 2, b->dport);
	adit_put_be16(p + 4, len);
	adit_put_be16(p + 6, 0);
	if (b->zero_csum)
		return;
	csum = net_csum_of(
		net_sum(p, len, net_sum_pseudo(b->src, b->dst, b->addr_len, IPPROTO_N_UDP, len)));
	adit_put_be16(p + 6, csum ? csum : 0xffff);
}

enum adit_drop net_udp_check(
	const struct net_ip *ip, const uint8_t *p, size_t n, bool zero_ok, uint16_t *len)
{
	uint64_t sum;

	if (n < UDP_LEN)
		return ADIT_DROP_SHORT;
	*len = adit_be16(p + 4);
	if (*len < UDP_LEN || *len > n)
		return ADIT_DROP_LENGTH;
	if (!adit_be16(p + 6))
		return zero_ok ? ADIT_KEEP : ADIT_DROP_CHECKSUM;
	sum = net_sum_pseudo(ip->src, ip->dst, ip->addr_len, IPPROTO_N_UDP, *len);
	return net_fold(net_sum(p, *len, sum)) == 0xffff ? ADIT_KEEP : ADIT_DROP_CHECKSUM;
}
