/* SPDX-License-Identifier: Apache-2.0 */
#include "net/join.h"

#include "core/bytes.h"
#include "net/csum.h"
#include "net/eth.h"
#include "net/ip.h"
#include "net/tcp.h"

#define NONE UINT16_MAX

/* What a new segment looks like. key 0: belongs to no flow that could be joined. */
struct look {
	struct net_ip ip;
	uint32_t l3_off, l4_off, hdr_len, payload, key;
	uint8_t kind, flags;
	bool joinable, partial;
};

void net_join_init(struct net_join *j, enum adit_shape shape, bool udp)
{
	memset(j, 0, offsetof(struct net_join, key));
	j->shape = (uint8_t)shape;
	j->udp = udp;
}

static uint32_t flow_key(const struct net_ip *ip, const uint8_t *l4)
{
	uint64_t h = (uint64_t)adit_be32(l4) << 8 | ip->proto;
	unsigned i;

	for (i = 0; i < 2u * ip->addr_len; i += 4)
		h = (h ^ adit_be32(ip->src + i)) * 0x9e3779b97f4a7c15ull;
	return (uint32_t)(h >> 32) | 1;
}

static bool sums_hold(const struct look *k, const uint8_t *p, bool trusted)
{
	const struct net_ip *ip = &k->ip;
	uint32_t len = net_ip_payload(ip);
	uint64_t sum;

	if (ip->version == 4 && !net_ip4_csum_ok(p + k->l3_off))
		return false;
	if (trusted)
		return true;
	sum = net_sum_pseudo(ip->src, ip->dst, ip->addr_len, ip->proto, len);
	return net_fold(net_sum(p + k->l4_off, len, sum)) == 0xffff;
}

/* No flags but these may be in a segment that is joined: the rest would be lost or repeated. */
static void look_tcp(struct look *k, const uint8_t *l4)
{
	uint32_t len = net_ip_payload(&k->ip), hdr;

	if (len < TCP_LEN)
		return;
	k->key = flow_key(&k->ip, l4);
	hdr = tcp_hdr_len(l4);
	if (hdr < TCP_LEN || hdr >= len)
		return;
	k->flags = tcp_flags(l4);
	k->hdr_len = k->l4_off + hdr;
	k->payload = len - hdr;
	k->kind = k->ip.version == 4 ? NET_GSO_TCP4 : NET_GSO_TCP6;
	k->joinable = (k->flags & TCP_ACK) && !(k->flags & (TCP_SYN | TCP_RST | TCP_URG | TCP_CWR));
}

static void look_udp(struct look *k, const uint8_t *l4)
{
	uint32_t len = net_ip_payload(&k->ip);

	if (len < UDP_LEN)
		return;
	k->key = flow_key(&k->ip, l4);
	k->hdr_len = k->l4_off + UDP_LEN;
	k->payload = len - UDP_LEN;
	k->kind = NET_GSO_UDP;
	k->joinable = k->payload && adit_be16(l4 + 4) == len && adit_be16(l4 + 6);
}

static void look_at(
	const struct net_join *j, struct look *k, const struct adit_seg *s, bool trusted)
{
	const uint8_t *p = s->data;
	struct net_ip *ip = &k->ip;

	k->key = 0;
	k->flags = 0;
	k->l4_off = 0;
	k->joinable = k->partial = false;
	if (!net_find_ip(j->shape, p, s->len, &k->l3_off))
		return;
	if (net_ip_parse(ip, p + k->l3_off, s->len - k->l3_off) != ADIT_KEEP)
		return;
	if (net_ip_is_fragment(ip))
		return;
	k->l4_off = k->l3_off + ip->l4_off;
	if (ip->proto == IPPROTO_N_TCP)
		look_tcp(k, p + k->l4_off);
	else if (ip->proto == IPPROTO_N_UDP && j->udp)
		look_udp(k, p + k->l4_off);
	k->partial =
		!trusted && k->l3_off + ip->total == s->len && net_ip_partial(ip, p + k->l4_off);
	/* Options and extension headers would have to be compared too, padding to be cut off. */
	if (k->joinable)
		k->joinable = ip->l4_off == (ip->version == 4 ? IP4_LEN : IP6_LEN) &&
			      k->l3_off + ip->total == s->len &&
			      sums_hold(k, p, trusted || k->partial);
}

/* All that must be equal: link header; of IP everything but lengths, id and checksum. */
static bool same_path(const struct net_run *r, const struct look *k, const uint8_t *p)
{
	const uint8_t *a = r->first + r->l3_off, *b = p + k->l3_off;

	if (r->l3_off != k->l3_off || r->version != k->ip.version)
		return false;
	if (memcmp(r->first, p, r->l3_off) != 0)
		return false;
	if (r->version == 6)
		return !memcmp(a, b, 4) && !memcmp(a + 6, b + 6, 34);
	if (memcmp(a, b, 2) != 0 || memcmp(a + 6, b + 6, 4) != 0 || memcmp(a + 12, b + 12, 8) != 0)
		return false;
	/* RFC 6864 4.1: the id means something only where fragmentation may follow. */
	return k->ip.df || k->ip.id == r->next_id;
}

static bool same_tcp(const struct net_run *r, const struct look *k, const uint8_t *p)
{
	const uint8_t *a = r->first + r->l4_off, *b = p + k->l4_off;
	const uint8_t loose = TCP_PSH | TCP_FIN;

	if (adit_be32(b + 4) != r->next_seq || memcmp(a + 8, b + 8, 4) != 0)
		return false;
	if ((a[12] != b[12]) || ((a[13] ^ b[13]) & ~loose) || memcmp(a + 14, b + 14, 2) != 0)
		return false;
	return !memcmp(a + 18, b + 18, r->hdr_len - r->l4_off - 18u);
}

static bool follows(const struct net_run *r, const struct look *k, const uint8_t *p)
{
	if (!r->open || r->kind != k->kind || k->payload > r->seg)
		return false;
	if (r->count == NET_JOIN_RUN || r->total - r->l3_off + k->payload > UINT16_MAX)
		return false;
	return same_path(r, k, p) && (k->kind == NET_GSO_UDP || same_tcp(r, k, p));
}

static void grow(struct net_join *j, struct net_run *r, const struct look *k, uint8_t *p)
{
	uint16_t i = j->pieces++;

	j->piece[i].base = p + k->hdr_len;
	j->piece[i].len = k->payload;
	j->piece[i].next = NONE;
	if (r->tail == NONE)
		r->head = i;
	else
		j->piece[r->tail].next = i;
	r->tail = i;
	r->count++;
	r->total += k->payload;
	r->next_seq += k->payload;
	r->next_id++;
	r->flags |= k->flags;
	if (k->payload < r->seg || (k->flags & (TCP_PSH | TCP_FIN)))
		r->open = false;
}

static void start(struct net_join *j, const struct look *k, const struct adit_seg *s)
{
	unsigned slot = (j->from + j->slots++) % NET_JOIN_SLOTS;
	struct net_run *r = &j->run[slot];

	j->key[slot] = k->key;
	r->first = s->data;
	r->first_len = r->total = s->len;
	r->head = r->tail = NONE;
	r->count = 1;
	r->open = k->joinable;
	r->kind = NET_GSO_NONE;
	r->partial = k->partial;
	r->l4_off = (uint16_t)k->l4_off;
	r->csum_off = k->partial && k->ip.proto == IPPROTO_N_UDP ? 6 : 16;
	if (!k->joinable)
		return;
	r->kind = k->kind;
	r->version = k->ip.version;
	r->flags = k->flags;
	r->seg = (uint16_t)k->payload;
	r->l3_off = (uint16_t)k->l3_off;
	r->l4_off = (uint16_t)k->l4_off;
	r->hdr_len = (uint16_t)k->hdr_len;
	r->next_id = (uint16_t)(k->ip.id + 1);
	if (k->kind == NET_GSO_UDP)
		return;
	r->next_seq = adit_be32(s->data + k->l4_off + 4) + k->payload;
	if (k->flags & (TCP_PSH | TCP_FIN))
		r->open = false;
}

/* The newest run of this flow: an older one is closed already. */
static struct net_run *find(struct net_join *j, uint32_t key)
{
	unsigned i, slot;

	for (i = j->slots; i-- > 0;) {
		slot = (j->from + i) % NET_JOIN_SLOTS;
		if (j->key[slot] == key)
			return &j->run[slot];
	}
	return NULL;
}

/* A unit whose flow is not known (a fragment, say) must not be overtaken by what came later. */
static void close_all(struct net_join *j)
{
	unsigned i;

	for (i = 0; i < j->slots; i++)
		j->run[(j->from + i) % NET_JOIN_SLOTS].open = false;
}

bool net_join_add(struct net_join *j, const struct adit_seg *s, bool trusted)
{
	struct net_run *r = NULL;
	struct look k;

	if (j->slots == NET_JOIN_SLOTS || j->pieces == NET_JOIN_SEGS)
		return false;
	look_at(j, &k, s, trusted);
	if (k.key)
		r = find(j, k.key);
	if (r && k.joinable && follows(r, &k, s->data)) {
		grow(j, r, &k, s->data);
		return true;
	}
	if (r)
		r->open = false;
	if (!k.key)
		close_all(j);
	start(j, &k, s);
	return true;
}

/* The first segment's headers become those of the whole. */
static void rewrite(struct net_run *r, struct net_gso *gso)
{
	uint8_t *l3 = r->first + r->l3_off, *l4 = r->first + r->l4_off;
	uint32_t l3_len = r->total - r->l3_off, l4_len = r->total - r->l4_off;
	bool v6 = r->version == 6, udp = r->kind == NET_GSO_UDP;
	unsigned addr_len = v6 ? 16 : 4;
	const uint8_t *src = l3 + (v6 ? 8 : 12);
	uint64_t sum = net_sum_pseudo(
		src, src + addr_len, addr_len, udp ? IPPROTO_N_UDP : IPPROTO_N_TCP, l4_len);

	if (v6) {
		adit_put_be16(l3 + 4, (uint16_t)(l3_len - IP6_LEN));
	} else {
		adit_put_be16(l3 + 2, (uint16_t)l3_len);
		net_ip4_csum_set(l3);
	}
	if (udp)
		adit_put_be16(l4 + 4, (uint16_t)l4_len);
	else
		l4[13] = r->flags;
	gso->kind = r->kind;
	gso->csum = true;
	gso->hdr_len = r->hdr_len;
	gso->seg = r->seg;
	gso->csum_start = r->l4_off;
	gso->csum_off = udp ? 6 : 16;
	adit_put_be16(l4 + gso->csum_off, net_fold(sum));
}

/* A checksum to be finished; and a super-packet that a neighbour's kernel passed on uncut is given
 * a segment size again, so that the device can send it on. */
static void unfinished(const struct net_join *j, const struct net_run *r, struct net_gso *gso)
{
	uint32_t l3_len = r->total - r->l3_off, hdrs = r->hdr_len - r->l3_off;
	bool tcp = r->kind == NET_GSO_TCP4 || r->kind == NET_GSO_TCP6;

	gso->csum = true;
	gso->csum_start = r->l4_off;
	gso->csum_off = r->csum_off;
	if (!tcp || !j->mtu || l3_len <= j->mtu || j->mtu <= hdrs)
		return;
	gso->kind = r->kind;
	gso->hdr_len = r->hdr_len;
	gso->seg = (uint16_t)(j->mtu - hdrs);
}

unsigned net_join_next(struct net_join *j, struct net_vec v[NET_JOIN_RUN], struct net_gso *gso)
{
	struct net_run *r = &j->run[j->from];
	unsigned n = 1;
	uint16_t i;

	if (!j->slots)
		return 0;
	memset(gso, 0, sizeof(*gso));
	v[0].base = r->first;
	v[0].len = r->first_len;
	if (r->count > 1) {
		rewrite(r, gso);
	} else if (r->partial) {
		unfinished(j, r, gso);
	}
	for (i = r->head; i != NONE; i = j->piece[i].next) {
		v[n].base = j->piece[i].base;
		v[n++].len = j->piece[i].len;
	}
	j->from = (j->from + 1) % NET_JOIN_SLOTS;
	if (!--j->slots)
		j->pieces = 0;
	return n;
}
