/* SPDX-License-Identifier: Apache-2.0 */
/* Everything in src/net that reads bytes from a peer or from the kernel; the first byte picks what
 * is called. Input is copied to memory of exactly its size, so that ASan sees every byte too far.
 */
#include "core/bytes.h"
#include "net/cut.h"
#include "net/ecn.h"
#include "net/eth.h"
#include "net/flow.h"
#include "net/frag.h"
#include "net/icmp.h"
#include "net/ip.h"
#include "net/join.h"
#include "net/mss.h"
#include "net/reasm.h"

#include <stdlib.h>

static struct adit_pool *pool;
static struct net_join join;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static enum adit_shape shape_of(uint8_t b)
{
	return b & 1 ? ADIT_FRAME : ADIT_PACKET;
}

static void fuzz_parse(struct adit_seg *s, uint8_t how)
{
	struct net_ip ip;
	struct net_eth e;
	uint32_t off;
	uint16_t len;

	net_flow_port(net_flow_hash(shape_of(how), s->data, s->len));
	net_eth_parse(&e, s->data, s->len);
	net_ip_parse_quote(&ip, s->data, s->len);
	if (!net_find_ip(shape_of(how), s->data, s->len, &off))
		return;
	if (net_ip_parse(&ip, s->data + off, s->len - off) != ADIT_KEEP)
		return;
	ADIT_ASSERT(ip.l4_off <= ip.total && ip.total <= s->len - off);
	net_udp_check(&ip, s->data + off + ip.l4_off, net_ip_payload(&ip), how & 2, &len);
}

static void fuzz_change(struct adit_seg *s, uint8_t how)
{
	struct net_tos_policy p = { .inherit = how & 2, .no_ecn = how & 4, .tos = how };

	net_encap_tos(shape_of(how), s, &p);
	net_decap_tos(shape_of(how), s, (uint8_t)(how >> 3));
	net_decap_dscp(shape_of(how), s, how);
	net_mss_clamp(shape_of(how), s, 576u + how);
}

static void fuzz_icmp(struct adit_seg *s, uint8_t how)
{
	struct net_icmp_make m = { (enum net_icmp_what)(how >> 1 & 3), 1400, NULL };
	struct net_icmp_quote q;
	uint8_t *out = malloc(NET_ICMP_MAX);

	ADIT_ASSERT(net_icmp_error(out, shape_of(how), s, &m) <= NET_ICMP_MAX);
	if (net_icmp_parse(&q, how & 8 ? 4 : 6, s->data, s->len))
		ADIT_ASSERT(q.l4 >= s->data && q.l4 + q.l4_len <= s->data + s->len);
	free(out);
}

/* The virtio header is fuzzed too: ten bytes in front. */
static void fuzz_cut(struct adit_seg *s, uint8_t how)
{
	const uint8_t *h = adit_seg_pull(s, 10);
	struct net_gso g;
	struct net_cut c;
	struct adit_pkt *p;
	struct adit_seg one;
	struct net_ip ip;
	unsigned i;

	if (!h)
		return;
	g = (struct net_gso){ .kind = h[0], .csum = h[1], .hdr_len = adit_be16(h + 2) };
	g.seg = adit_be16(h + 4);
	g.csum_start = adit_be16(h + 6);
	g.csum_off = adit_be16(h + 8);
	if (net_cut_begin(&c, s, shape_of(how), &g) != ADIT_KEEP)
		return;
	while ((p = net_cut_next(&c, pool, 70, how, 1 + how % 64u))) {
		for (i = 0; i < p->count; i++) {
			one = adit_seg_at(p, i);
			if (g.kind != NET_GSO_NONE)
				ADIT_ASSERT(net_ip_parse(&ip, one.data + c.l3_off,
						    one.len - c.l3_off) == ADIT_KEEP);
		}
		adit_pkt_free(p);
	}
	ADIT_ASSERT(net_cut_done(&c));
}

/* Segments one after the other, each behind its length. Nothing may get lost or grow. */
static void fuzz_join(struct adit_seg *s, uint8_t how)
{
	struct net_vec v[NET_JOIN_RUN];
	struct net_gso g;
	unsigned n = 0, runs = 0;
	uint32_t len;
	const uint8_t *h;

	net_join_init(&join, shape_of(how), how & 2);
	while (n < NET_JOIN_SLOTS && (h = adit_seg_pull(s, 2))) {
		len = adit_be16(h);
		if (!len || len > s->len)
			len = s->len;
		if (!len)
			break;
		ADIT_ASSERT(net_join_add(&join, &(struct adit_seg){ s->data, len }, how & 4));
		adit_seg_pull(s, len);
		n++;
	}
	while ((len = net_join_next(&join, v, &g))) {
		ADIT_ASSERT(len <= NET_JOIN_RUN && (len == 1) == (g.kind == NET_GSO_NONE));
		runs += len;
	}
	ADIT_ASSERT(runs == n);
}

/* Fragments one after the other, each behind its length; what becomes whole is cut up again. */
static void fuzz_reasm(struct adit_seg *s, uint8_t how)
{
	static struct net_reasm r;
	struct adit_pkt *p, *q;
	struct adit_seg one;
	struct net_frag f;
	const uint8_t *h;
	adit_time wake;
	unsigned i;

	for (i = 0; i < 32 && (h = adit_seg_pull(s, 2)); i++) {
		one = *s;
		if (adit_be16(h) < one.len)
			one.len = adit_be16(h);
		net_reasm_add(&r, &one, pool, how, i, &p);
		adit_seg_pull(s, one.len);
		if (!p)
			continue;
		one = adit_seg_at(p, 0);
		if (net_frag_begin(&f, &one, 60u + how, i) == ADIT_KEEP)
			while ((q = net_frag_next(&f, pool, 8, 8)))
				adit_pkt_free(q);
		adit_pkt_free(p);
	}
	net_reasm_tick(&r, NET_REASM_TIMEOUT + how % 32u, &wake);
	net_reasm_close(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static void (*const entry[])(struct adit_seg *, uint8_t) = { fuzz_parse, fuzz_change,
		fuzz_icmp, fuzz_cut, fuzz_join, fuzz_reasm };
	struct adit_pool_conf conf = { 1, 4, 9 };
	struct adit_seg s;
	uint8_t *copy;

	if (!pool)
		pool = adit_pool_open(&conf);
	if (n < 2 || n > 66000 || !pool)
		return 0;
	copy = malloc(n - 2 ? n - 2 : 1);
	memcpy(copy, data + 2, n - 2);
	s = (struct adit_seg){ copy, (uint32_t)(n - 2) };
	entry[data[0] % ADIT_LEN(entry)](&s, data[1]);
	ADIT_ASSERT(adit_pool_out(pool) == 0);
	free(copy);
	return 0;
}
