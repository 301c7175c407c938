/* SPDX-License-Identifier: Apache-2.0 */
#include "net/frag.h"

#include "core/bytes.h"
#include "net/ip.h"

#define FRAG6_LEN 8

/* The header of the later fragments: only options with the copied flag (RFC 791 3.1) stay. */
static void later_header(struct net_frag *f, uint32_t hdr)
{
	const uint8_t *o = f->src;
	uint32_t i = IP4_LEN, n = IP4_LEN, len;

	memset(f->later, 0, sizeof(f->later));
	memcpy(f->later, o, IP4_LEN);
	while (i < hdr && o[i] != 0) {
		len = o[i] == 1 ? 1 : i + 1 < hdr ? o[i + 1] : 0;
		if (!len || (o[i] != 1 && len < 2) || i + len > hdr)
			break;
		if (o[i] & 0x80) {
			memcpy(f->later + n, o + i, len);
			n += len;
		}
		i += len;
	}
	n = (n + 3u) & ~3u;
	f->later[0] = (uint8_t)(0x40 | n / 4);
	f->later_hdr = (uint16_t)n;
}

enum adit_drop net_frag_begin(
	struct net_frag *f, const struct adit_seg *packet, uint32_t mtu, uint32_t id)
{
	struct net_ip ip;
	enum adit_drop d = net_ip_parse(&ip, packet->data, packet->len);

	if (d != ADIT_KEEP)
		return d;
	if (ip.version == 4 ? ip.df : ip.l4_off != IP6_LEN)
		return ADIT_DROP_TOO_BIG;
	if (ip.frag_off + net_ip_payload(&ip) > UINT16_MAX)
		return ADIT_DROP_LENGTH;
	memset(f, 0, offsetof(struct net_frag, later));
	f->src = packet->data;
	f->len = ip.total;
	f->v6 = ip.version == 6;
	f->data = f->next = ip.l4_off;
	f->id = id;
	f->first_off = ip.frag_off;
	f->more = ip.more;
	if (mtu < f->data + (f->v6 ? FRAG6_LEN : 0u) + 8)
		return ADIT_DROP_TOO_BIG;
	f->step = (mtu - f->data - (f->v6 ? FRAG6_LEN : 0u)) & ~7u;
	if (!f->v6)
		later_header(f, f->data);
	return ADIT_KEEP;
}

static void write4(const struct net_frag *f, uint8_t *to, uint32_t hdr, uint32_t n, bool more)
{
	uint32_t off = f->first_off + (f->next - f->data);

	memcpy(to, f->next == f->data ? f->src : f->later, hdr);
	adit_put_be16(to + 2, (uint16_t)(hdr + n));
	adit_put_be16(to + 6, (uint16_t)((more ? IP4_MF : 0u) | off / 8));
	net_ip4_csum_set(to);
}

static void write6(const struct net_frag *f, uint8_t *to, uint32_t n, bool more)
{
	memcpy(to, f->src, IP6_LEN);
	adit_put_be16(to + 4, (uint16_t)(FRAG6_LEN + n));
	to[6] = IPPROTO_N_FRAGMENT;
	to[IP6_LEN] = f->src[6];
	to[IP6_LEN + 1] = 0;
	adit_put_be16(to + IP6_LEN + 2, (uint16_t)((f->next - f->data) | more));
	adit_put_be32(to + IP6_LEN + 4, f->id);
}

struct adit_pkt *net_frag_next(
	struct net_frag *f, struct adit_pool *pool, uint32_t head, uint32_t tail)
{
	uint32_t left = f->len - f->next, n = left < f->step ? left : f->step, hdr = f->data;
	bool more = n < left || f->more;
	struct adit_pkt *p;
	uint8_t *to;

	if (!left)
		return NULL;
	if (f->v6)
		hdr = IP6_LEN + FRAG6_LEN;
	else if (f->next != f->data)
		hdr = f->later_hdr;
	p = adit_pool_get(pool, head, head + hdr + n + tail);
	if (!p)
		return NULL;
	to = adit_put(p, hdr + n);
	if (f->v6)
		write6(f, to, n, more);
	else
		write4(f, to, hdr, n, more);
	memcpy(to + hdr, f->src + f->next, n);
	f->next += n;
	p->m.shape = ADIT_PACKET;
	return p;
}
