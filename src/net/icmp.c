/* SPDX-License-Identifier: Apache-2.0 */
#include "net/icmp.h"

#include "core/bytes.h"
#include "net/csum.h"
#include "net/eth.h"
#include "net/ip.h"

#define ICMP4_UNREACH  3
#define ICMP4_EXCEEDED 11
#define ICMP6_UNREACH  1
#define ICMP6_TOO_BIG  2
#define ICMP6_EXCEEDED 3
#define ICMP_HDR       8
#define ICMP4_MAX      576  /* RFC 1812 4.3.2.3 */
#define ICMP6_MAX      1280 /* RFC 4443 2.4 (c) */
#define ICMP_TTL       64
#define ICMP_TOS       0xc0 /* RFC 1812 4.3.2.5: internetwork control */

bool net_icmp_allow(struct net_icmp_limit *l, adit_time now)
{
	const adit_time cost = ADIT_S / NET_ICMP_RATE;
	uint64_t fresh;

	if (!l->used) {
		l->used = 1;
		l->tokens = NET_ICMP_BURST;
		l->last = now;
	}
	fresh = now > l->last ? (now - l->last) / cost : 0;
	if (l->tokens + fresh >= NET_ICMP_BURST) {
		l->tokens = NET_ICMP_BURST;
		l->last = now;
	} else {
		l->tokens += (uint32_t)fresh;
		l->last += fresh * cost;
	}
	if (!l->tokens)
		return false;
	l->tokens--;
	return true;
}

static bool all_zero(const uint8_t *p, unsigned n)
{
	while (n)
		if (p[--n])
			return false;
	return true;
}

/* One host that may be answered: not a group, not unspecified, not broadcast, not loopback. */
static bool is_host4(const uint8_t *a)
{
	return a[0] != 0 && a[0] < 224 && a[0] != 127;
}

static bool is_host6(const uint8_t *a)
{
	return a[0] != 0xff && !all_zero(a, 15);
}

static bool about_icmp_error(const struct net_ip *ip, const uint8_t *l4, uint32_t n)
{
	if (ip->version == 4 && ip->proto == IPPROTO_N_ICMP) {
		if (!n)
			return true;
		return l4[0] == 3 || l4[0] == 4 || l4[0] == 5 || l4[0] == 11 || l4[0] == 12;
	}
	if (ip->version == 6 && ip->proto == IPPROTO_N_ICMPV6)
		return !n || l4[0] < 128 || l4[0] == 137; /* a redirect too: RFC 4443 2.4 (e.2) */
	return false;
}

static bool may_answer(const struct net_ip *ip, const uint8_t *p, const struct net_icmp_make *m)
{
	if (ip->frag_off || about_icmp_error(ip, p + ip->l4_off, net_ip_payload(ip)))
		return false;
	if (ip->version == 4)
		return is_host4(ip->src) && is_host4(ip->dst);
	/* RFC 4443 2.4 (e.3): packet too big is sent even about a group's packets, so that path MTU
	 * discovery works for them; it then needs a source of its own. */
	if (!is_host6(ip->src))
		return false;
	if (ip->dst[0] == 0xff)
		return m->what == NET_ICMP_TOO_BIG && m->via && m->via->family == 6;
	return is_host6(ip->dst);
}

static void type4(uint8_t *h, const struct net_icmp_make *m)
{
	static const uint8_t code[] = { [NET_ICMP_TOO_BIG] = 4,
		[NET_ICMP_TIME_EXCEEDED] = 0,
		[NET_ICMP_NO_ROUTE] = 0,
		[NET_ICMP_PROHIBITED] = 13 };

	h[0] = m->what == NET_ICMP_TIME_EXCEEDED ? ICMP4_EXCEEDED : ICMP4_UNREACH;
	h[1] = code[m->what];
	if (m->what == NET_ICMP_TOO_BIG)
		adit_put_be16(h + 6, (uint16_t)(m->mtu < UINT16_MAX ? m->mtu : UINT16_MAX));
}

static void type6(uint8_t *h, const struct net_icmp_make *m)
{
	static const uint8_t type[] = { [NET_ICMP_TOO_BIG] = ICMP6_TOO_BIG,
		[NET_ICMP_TIME_EXCEEDED] = ICMP6_EXCEEDED,
		[NET_ICMP_NO_ROUTE] = ICMP6_UNREACH,
		[NET_ICMP_PROHIBITED] = ICMP6_UNREACH };

	h[0] = type[m->what];
	h[1] = m->what == NET_ICMP_PROHIBITED;
	if (m->what == NET_ICMP_TOO_BIG)
		adit_put_be32(h + 4, m->mtu < ICMP6_MAX ? ICMP6_MAX : m->mtu); /* RFC 8200 5 */
}

/* IP header, ICMP header and quote at `to`. */
static uint32_t write_error(
	uint8_t *to, const struct net_ip *ip, const uint8_t *p, const struct net_icmp_make *m)
{
	bool v6 = ip->version == 6;
	uint32_t hdr = v6 ? IP6_LEN : IP4_LEN, max = v6 ? ICMP6_MAX : ICMP4_MAX;
	uint32_t quote = ip->total < max - hdr - ICMP_HDR ? ip->total : max - hdr - ICMP_HDR;
	struct net_ip_build b = { .dst = ip->src, .src = ip->dst, .version = ip->version };
	uint8_t *h = to + hdr;
	uint64_t sum = 0;

	if (m->via && m->via->family == ip->version)
		b.src = m->via->ip;
	b.proto = v6 ? IPPROTO_N_ICMPV6 : IPPROTO_N_ICMP;
	b.tos = v6 ? 0 : ICMP_TOS;
	b.ttl = ICMP_TTL;
	b.payload = (uint16_t)(ICMP_HDR + quote);
	net_ip_build(to, &b);
	memset(h, 0, ICMP_HDR);
	if (v6)
		type6(h, m);
	else
		type4(h, m);
	memcpy(h + ICMP_HDR, p, quote);
	if (v6)
		sum = net_sum_pseudo(b.src, b.dst, 16, b.proto, b.payload);
	adit_put_be16(h + 2, net_csum_of(net_sum(h, b.payload, sum)));
	return hdr + b.payload;
}

uint32_t net_icmp_error(uint8_t *out, enum adit_shape shape, const struct adit_seg *about,
	const struct net_icmp_make *m)
{
	struct net_ip ip;
	uint32_t off;

	if (!net_find_ip(shape, about->data, about->len, &off))
		return 0;
	if (net_ip_parse(&ip, about->data + off, about->len - off) != ADIT_KEEP)
		return 0;
	if (!may_answer(&ip, about->data + off, m))
		return 0;
	if (shape == ADIT_FRAME) {
		/* Nothing is sent to or about a group's link address (RFC 1122 3.2.2). */
		if (net_mac_is_group(about->data) || net_mac_is_group(about->data + 6))
			return 0;
		memcpy(out, about->data, off);
		memcpy(out, about->data + 6, 6);
		memcpy(out + 6, about->data, 6);
	}
	return off + write_error(out + off, &ip, about->data + off, m);
}

static void kind4(struct net_icmp_quote *q, const uint8_t *p)
{
	q->known = true;
	if (p[0] == ICMP4_EXCEEDED && p[1] == 0) {
		q->what = NET_ICMP_TIME_EXCEEDED;
	} else if (p[0] == ICMP4_UNREACH && p[1] == 4) {
		q->what = NET_ICMP_TOO_BIG;
		q->mtu = adit_be16(p + 6);
	} else if (p[0] == ICMP4_UNREACH) {
		q->what = p[1] == 9 || p[1] == 10 || p[1] == 13 ? NET_ICMP_PROHIBITED
								: NET_ICMP_NO_ROUTE;
	} else {
		q->known = false;
	}
}

static void kind6(struct net_icmp_quote *q, const uint8_t *p)
{
	q->known = true;
	if (p[0] == ICMP6_EXCEEDED && p[1] == 0) {
		q->what = NET_ICMP_TIME_EXCEEDED;
	} else if (p[0] == ICMP6_TOO_BIG) {
		q->what = NET_ICMP_TOO_BIG;
		q->mtu = adit_be32(p + 4);
	} else if (p[0] == ICMP6_UNREACH) {
		q->what = p[1] == 1 || p[1] == 5 || p[1] == 6 ? NET_ICMP_PROHIBITED
							      : NET_ICMP_NO_ROUTE;
	} else {
		q->known = false;
	}
}

static bool is_error(unsigned version, uint8_t type)
{
	if (version == 6)
		return type < 128;
	return type == 3 || type == 4 || type == 11 || type == 12;
}

bool net_icmp_parse(struct net_icmp_quote *q, unsigned version, const uint8_t *p, size_t n)
{
	struct net_ip ip;

	memset(q, 0, sizeof(*q));
	if (n < ICMP_HDR || !is_error(version, p[0]))
		return false;
	if (net_ip_parse_quote(&ip, p + ICMP_HDR, n - ICMP_HDR) != ADIT_KEEP ||
		ip.version != version)
		return false;
	if (version == 4)
		kind4(q, p);
	else
		kind6(q, p);
	q->version = ip.version;
	q->proto = ip.proto;
	memcpy(q->src, ip.src, ip.addr_len);
	memcpy(q->dst, ip.dst, ip.addr_len);
	q->l4 = p + ICMP_HDR + ip.l4_off;
	q->l4_len = (uint32_t)(n - ICMP_HDR - ip.l4_off);
	if (q->l4_len > net_ip_payload(&ip))
		q->l4_len = net_ip_payload(&ip);
	return true;
}
