/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cut.h"

#include "core/bytes.h"
#include "net/csum.h"
#include "net/eth.h"
#include "net/flow.h"
#include "net/ip.h"
#include "net/tcp.h"

static enum adit_drop begin_single(struct net_cut *c, const struct net_gso *gso)
{
	if (!c->len || c->len > UINT16_MAX)
		return ADIT_DROP_GSO;
	c->csum = gso->csum;
	c->csum_start = gso->csum_start;
	c->csum_off = gso->csum_off;
	if (c->csum && (uint32_t)c->csum_start + c->csum_off + 2 > c->len)
		return ADIT_DROP_GSO;
	return ADIT_KEEP;
}

/* Sums of what all segments share; lengths, id, sequence number and flags come in one by one. */
static void sum_constant(struct net_cut *c, const struct net_ip *ip)
{
	const uint8_t *h = c->src + c->l3_off, *l4 = c->src + c->l4_off;
	uint32_t l4_hdr = c->hdr_len - c->l4_off;

	c->l4_sum = net_sum_pseudo(ip->src, ip->dst, ip->addr_len, ip->proto, 0);
	if (c->kind == NET_GSO_UDP) {
		c->l4_sum = net_sum(l4, 4, c->l4_sum);
	} else {
		c->l4_sum = net_sum(l4, 4, c->l4_sum);
		c->l4_sum = net_sum(l4 + 8, 4, c->l4_sum);
		c->l4_sum = net_sum(l4 + 14, 2, c->l4_sum);
		c->l4_sum = net_sum(l4 + 18, l4_hdr - 18, c->l4_sum);
	}
	if (ip->version == 4) {
		c->ip_sum = net_sum(h, 2, 0);
		c->ip_sum = net_sum(h + 6, 4, c->ip_sum);
		c->ip_sum = net_sum(h + 12, ip->l4_off - 12u, c->ip_sum);
	}
}

static bool kind_fits(const struct net_gso *gso, const struct net_ip *ip)
{
	switch (gso->kind) {
	case NET_GSO_TCP4:
		return ip->version == 4 && ip->proto == IPPROTO_N_TCP;
	case NET_GSO_TCP6:
		return ip->version == 6 && ip->proto == IPPROTO_N_TCP;
	case NET_GSO_UDP:
		return ip->proto == IPPROTO_N_UDP;
	default:
		return false;
	}
}

/* The transport header's length; 0: not a header that can be cut. */
static uint32_t l4_header(const struct net_cut *c, const struct net_ip *ip, const uint8_t *l4)
{
	uint32_t payload = net_ip_payload(ip), len;

	if (c->kind == NET_GSO_UDP)
		return payload > UDP_LEN ? UDP_LEN : 0;
	if (payload < TCP_LEN)
		return 0;
	len = tcp_hdr_len(l4);
	if (len < TCP_LEN || len >= payload)
		return 0;
	return tcp_flags(l4) & (TCP_SYN | TCP_RST | TCP_URG) ? 0 : len;
}

static enum adit_drop begin_gso(struct net_cut *c, const struct net_gso *gso)
{
	struct net_ip ip;
	enum adit_drop d;
	uint32_t l4_hdr;

	if (!net_find_ip(c->shape, c->src, c->len, &c->l3_off))
		return ADIT_DROP_GSO;
	d = net_ip_parse(&ip, c->src + c->l3_off, c->len - c->l3_off);
	if (d != ADIT_KEEP)
		return d;
	if (c->l3_off + ip.total != c->len || net_ip_is_fragment(&ip) || ip.frag_hdr || ip.routing)
		return ADIT_DROP_GSO;
	if (!kind_fits(gso, &ip) || !gso->seg || !gso->csum)
		return ADIT_DROP_GSO;
	c->l4_off = c->l3_off + ip.l4_off;
	l4_hdr = l4_header(c, &ip, c->src + c->l4_off);
	if (!l4_hdr || gso->csum_start != c->l4_off ||
		gso->csum_off != (c->kind == NET_GSO_UDP ? 6 : 16))
		return ADIT_DROP_GSO;
	c->version = ip.version;
	c->hdr_len = c->l4_off + l4_hdr;
	c->seg = gso->seg < c->len - c->hdr_len ? gso->seg : c->len - c->hdr_len;
	c->next = c->hdr_len;
	if (c->hdr_len + c->seg > UINT16_MAX)
		return ADIT_DROP_GSO;
	sum_constant(c, &ip);
	return ADIT_KEEP;
}

enum adit_drop net_cut_begin(struct net_cut *c, const struct adit_seg *src, enum adit_shape shape,
	const struct net_gso *gso)
{
	enum adit_drop d;

	memset(c, 0, sizeof(*c));
	c->src = src->data;
	c->len = src->len;
	c->shape = (uint8_t)shape;
	c->kind = gso->kind;
	d = gso->kind == NET_GSO_NONE ? begin_single(c, gso) : begin_gso(c, gso);
	if (d == ADIT_KEEP)
		c->hash = net_flow_hash(shape, c->src, c->len);
	return d;
}

/* One segment of n payload bytes: headers, then the payload with its sum. */
static void cut_one(struct net_cut *c, uint8_t *to, uint32_t n, bool last)
{
	uint8_t *l3 = to + c->l3_off, *l4 = to + c->l4_off;
	uint16_t l3_len = (uint16_t)(c->hdr_len - c->l3_off + n);
	uint16_t l4_len = (uint16_t)(c->hdr_len - c->l4_off + n);
	uint64_t sum = net_sum_be16(c->l4_sum, l4_len);
	uint16_t v, csum;

	memcpy(to, c->src, c->hdr_len);
	if (c->version == 4) {
		v = (uint16_t)(adit_be16(l3 + 4) + c->done_segs);
		adit_put_be16(l3 + 2, l3_len);
		adit_put_be16(l3 + 4, v);
		adit_put_be16(
			l3 + 10, net_csum_of(net_sum_be16(net_sum_be16(c->ip_sum, l3_len), v)));
	} else {
		adit_put_be16(l3 + 4, (uint16_t)(l3_len - IP6_LEN));
	}
	if (c->kind == NET_GSO_UDP) {
		adit_put_be16(l4 + 4, l4_len);
		sum = net_sum_be16(sum, l4_len);
	} else {
		uint32_t seq = adit_be32(l4 + 4) + (c->next - c->hdr_len);

		v = adit_be16(l4 + 12);
		if (!last)
			v &= (uint16_t) ~(TCP_FIN | TCP_PSH);
		if (c->done_segs)
			v &= (uint16_t)~TCP_CWR;
		adit_put_be32(l4 + 4, seq);
		adit_put_be16(l4 + 12, v);
		sum = net_sum_be16(net_sum_be32(sum, seq), v);
	}
	csum = net_csum_of(net_sum_copy(to + c->hdr_len, c->src + c->next, n, sum));
	if (c->kind == NET_GSO_UDP && !csum)
		csum = 0xffff;
	adit_put_be16(l4 + (c->kind == NET_GSO_UDP ? 6 : 16), csum);
	c->next += n;
	c->done_segs++;
}

static struct adit_pkt *get_cell(
	const struct net_cut *c, struct adit_pool *pool, uint32_t head, uint32_t room)
{
	struct adit_pkt *p = adit_pool_get(pool, head, room);

	if (!p)
		return NULL;
	p->m.shape = c->shape;
	p->m.hash = c->hash;
	return p;
}

static struct adit_pkt *next_single(
	struct net_cut *c, struct adit_pool *pool, uint32_t head, uint32_t tail)
{
	struct adit_pkt *p = get_cell(c, pool, head, head + c->len + tail);
	uint8_t *to;
	uint16_t csum;

	if (!p)
		return NULL;
	to = adit_put(p, c->len);
	c->finished = true;
	if (!c->csum) {
		memcpy(to, c->src, c->len);
		return p;
	}
	memcpy(to, c->src, c->csum_start);
	csum = net_csum_of(net_sum_copy(
		to + c->csum_start, c->src + c->csum_start, c->len - c->csum_start, 0));
	if (!csum && c->csum_off == 6)
		csum = 0xffff; /* UDP's zero means none; other protocols take either form of zero */
	adit_put_be16(to + c->csum_start + c->csum_off, csum);
	return p;
}

struct adit_pkt *net_cut_next(
	struct net_cut *c, struct adit_pool *pool, uint32_t head, uint32_t tail, unsigned max_segs)
{
	uint32_t pitch = head + c->hdr_len + c->seg + tail;
	uint32_t left = c->len - c->next, n;
	unsigned i, segs;
	struct adit_pkt *p;

	if (c->finished)
		return NULL;
	if (c->kind == NET_GSO_NONE)
		return next_single(c, pool, head, tail);
	segs = ADIT_CELL_LARGE / pitch < ADIT_TRAIN_MAX ? ADIT_CELL_LARGE / pitch : ADIT_TRAIN_MAX;
	if (segs > max_segs)
		segs = max_segs;
	if (segs > (left + c->seg - 1) / c->seg)
		segs = (left + c->seg - 1) / c->seg;
	ADIT_ASSERT(segs);
	p = get_cell(c, pool, head, pitch * segs);
	if (!p)
		return NULL;
	for (i = 0; i < segs; i++) {
		n = left < c->seg ? left : c->seg;
		left -= n;
		cut_one(c, p->base + (size_t)i * pitch + head, n, !left);
	}
	p->off = (uint16_t)head;
	p->len = (uint16_t)(c->hdr_len + (segs > 1 ? c->seg : n));
	p->last = (uint16_t)(c->hdr_len + n);
	p->count = (uint8_t)segs;
	if (segs > 1)
		p->pitch = pitch;
	c->finished = !left;
	return p;
}
