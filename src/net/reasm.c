/* SPDX-License-Identifier: Apache-2.0 */
#include "net/reasm.h"

#include "core/bytes.h"
#include "net/ip.h"

/* A fragment's place: what lies at data_off belongs at frag_off of the payload. */
struct piece {
	struct net_ip ip;
	const uint8_t *p;
	uint32_t data_off, len;
};

static void end_slot(struct net_reasm_slot *s)
{
	if (s->p)
		adit_pkt_free(s->p);
	s->p = NULL;
}

static bool same(const struct net_reasm_slot *s, const struct net_ip *ip)
{
	if (!s->p || s->version != ip->version || s->id != ip->id)
		return false;
	if (memcmp(s->addr, ip->src, 2u * ip->addr_len) != 0)
		return false;
	return ip->version == 6 || s->proto == ip->proto;
}

static struct net_reasm_slot *find(struct net_reasm *r, const struct net_ip *ip)
{
	unsigned i;

	if (!ip->more && !ip->frag_off)
		return NULL; /* an atomic fragment stands for itself: RFC 6946 4 */
	for (i = 0; i < NET_REASM_SLOTS; i++)
		if (same(&r->slot[i], ip))
			return &r->slot[i];
	return NULL;
}

static struct net_reasm_slot *begin(struct net_reasm *r, const struct net_ip *ip,
	struct adit_pool *pool, uint32_t head, adit_time now)
{
	struct net_reasm_slot *s = &r->slot[0];
	unsigned i;

	for (i = 0; i < NET_REASM_SLOTS && s->p; i++)
		if (!r->slot[i].p || r->slot[i].began < s->began)
			s = &r->slot[i];
	end_slot(s);
	if (head + NET_REASM_HDR + 65536 > ADIT_CELL_LARGE)
		return NULL;
	memset(s, 0, sizeof(*s));
	s->p = adit_pool_get(pool, head, head + NET_REASM_HDR + 65536);
	if (!s->p)
		return NULL;
	s->began = now;
	s->data = head + NET_REASM_HDR;
	s->id = ip->id;
	s->version = ip->version;
	s->proto = ip->proto;
	memcpy(s->addr, ip->src, 2u * ip->addr_len);
	return s;
}

enum fit { FRESH, REPEAT, OVERLAP };

/* Marks the blocks of a piece. */
static enum fit mark(struct net_reasm_slot *s, uint32_t off, uint32_t len)
{
	uint32_t i, from = off / 8, to = (off + len + 7) / 8, had = 0;

	for (i = from; i < to; i++)
		had += s->block[i / 64] >> (i % 64) & 1;
	if (had)
		return had == to - from ? REPEAT : OVERLAP;
	for (i = from; i < to; i++)
		s->block[i / 64] |= 1ull << (i % 64);
	return FRESH;
}

/* Where the Next Header field that names the fragment header stands. */
static uint32_t field_before(const uint8_t *p, uint32_t frag_hdr)
{
	uint32_t at = 6, off = IP6_LEN;
	uint8_t proto;

	while (off < frag_hdr) {
		proto = p[at];
		at = off;
		off += proto == IPPROTO_N_AH ? (p[off + 1] + 2u) * 4 : (p[off + 1] + 1u) * 8;
	}
	return at;
}

static enum adit_drop keep_header(struct net_reasm_slot *s, const struct piece *k)
{
	uint32_t n = k->ip.version == 4 ? k->data_off : k->ip.frag_hdr;

	if (n > NET_REASM_HDR)
		return ADIT_DROP_FRAGMENT;
	memcpy(s->hdr, k->p, n);
	if (k->ip.version == 6)
		s->hdr[field_before(k->p, n)] = k->p[n];
	s->hdr_len = (uint16_t)n;
	return ADIT_KEEP;
}

/* RFC 3168 5.3: congestion marked on one fragment is marked on the whole; with a fragment that was
 * not ECN-capable beside it the packet is dropped. */
static enum adit_drop finish(struct net_reasm_slot *s, struct adit_pkt **whole)
{
	struct adit_pkt *p = s->p;
	uint32_t n = s->hdr_len + s->end;
	uint8_t *h = p->base + s->data - s->hdr_len;

	if (n > UINT16_MAX || ((s->ecn & 8) && (s->ecn & 1))) {
		end_slot(s);
		return n > UINT16_MAX ? ADIT_DROP_LENGTH : ADIT_DROP_ECN;
	}
	memcpy(h, s->hdr, s->hdr_len);
	if (s->version == 4) {
		adit_put_be16(h + 2, (uint16_t)n);
		adit_put_be16(h + 6, 0);
		net_ip4_csum_set(h);
	} else {
		adit_put_be16(h + 4, (uint16_t)(n - IP6_LEN));
	}
	if (s->ecn & 8)
		net_ip_set_tos(h, net_ip_tos(h) | 3);
	p->off = (uint16_t)(s->data - s->hdr_len);
	p->len = p->last = (uint16_t)n;
	p->m.shape = ADIT_PACKET;
	s->p = NULL;
	*whole = p;
	return ADIT_KEEP;
}

static enum adit_drop store(struct net_reasm_slot *s, const struct piece *k)
{
	uint32_t off = k->ip.frag_off, end = off + k->len;
	enum fit fit;

	if (s->end && (end > s->end || (!k->ip.more && end != s->end)))
		return ADIT_DROP_FRAGMENT;
	fit = mark(s, off, k->len);
	if (fit == REPEAT)
		return ADIT_KEEP;
	if (fit == OVERLAP || (!k->ip.more && s->top > end))
		return ADIT_DROP_FRAGMENT;
	if (!off && keep_header(s, k) != ADIT_KEEP)
		return ADIT_DROP_FRAGMENT;
	memcpy(s->p->base + s->data + off, k->p + k->data_off, k->len);
	s->have += k->len;
	s->top = end > s->top ? end : s->top;
	s->ecn |= (uint8_t)(1u << (k->ip.tos & 3));
	if (!k->ip.more)
		s->end = end;
	return ADIT_KEEP;
}

static enum adit_drop look(struct piece *k, const struct adit_seg *f)
{
	enum adit_drop d = net_ip_parse(&k->ip, f->data, f->len);

	if (d != ADIT_KEEP)
		return d;
	if (!net_ip_is_fragment(&k->ip) && !k->ip.frag_hdr)
		return ADIT_DROP_FRAGMENT;
	k->p = f->data;
	k->data_off = k->ip.version == 4 ? k->ip.l4_off : k->ip.frag_hdr + 8u;
	k->len = k->ip.total - k->data_off;
	if (!k->len || (k->ip.more && k->len % 8))
		return ADIT_DROP_FRAGMENT;
	return k->ip.frag_off + k->len > UINT16_MAX ? ADIT_DROP_LENGTH : ADIT_KEEP;
}

enum adit_drop net_reasm_add(struct net_reasm *r, const struct adit_seg *fragment,
	struct adit_pool *pool, uint32_t head, adit_time now, struct adit_pkt **whole)
{
	struct net_reasm_slot *s;
	struct piece k;
	enum adit_drop d = look(&k, fragment);

	*whole = NULL;
	if (d != ADIT_KEEP)
		return d;
	s = find(r, &k.ip);
	if (!s)
		s = begin(r, &k.ip, pool, head, now);
	if (!s)
		return ADIT_DROP_NO_CELL;
	d = store(s, &k);
	if (d != ADIT_KEEP) {
		end_slot(s);
		return d;
	}
	return s->end && s->have == s->end && s->hdr_len ? finish(s, whole) : ADIT_KEEP;
}

unsigned net_reasm_tick(struct net_reasm *r, adit_time now, adit_time *wake)
{
	struct net_reasm_slot *s;
	unsigned i, n = 0;

	*wake = ADIT_NEVER;
	for (i = 0; i < NET_REASM_SLOTS; i++) {
		s = &r->slot[i];
		if (!s->p)
			continue;
		if (now >= s->began + NET_REASM_TIMEOUT) {
			end_slot(s);
			n++;
		} else if (s->began + NET_REASM_TIMEOUT < *wake) {
			*wake = s->began + NET_REASM_TIMEOUT;
		}
	}
	return n;
}

void net_reasm_close(struct net_reasm *r)
{
	unsigned i;

	for (i = 0; i < NET_REASM_SLOTS; i++)
		end_slot(&r->slot[i]);
}
