/* SPDX-License-Identifier: Apache-2.0 */
/* Nanoseconds a segment spends in the cutter and in the joiner: 64 KB of TCP over IPv4, MSS 1348,
 * headers for VXLAN in UDP in front. Median of 15 rounds. */
#include "core/bytes.h"
#include "net/csum.h"
#include "net/cut.h"
#include "net/ip.h"
#include "net/join.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 15
#define LOOPS  2000
#define MSS    1348
#define SEGS   46

static uint8_t super[65536];
static struct net_join join;

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint32_t make(struct net_gso *g)
{
	uint32_t n = 52 + MSS * SEGS, i;
	const struct net_ip_build b = { .src = (const uint8_t *)"\x0a\0\0\1",
		.version = 4,
		.dst = (const uint8_t *)"\x0a\0\0\2",
		.proto = 6,
		.ttl = 64,
		.df = true,
		.payload = (uint16_t)(n - 20) };

	for (i = 52; i < n; i++)
		super[i] = (uint8_t)(i * 2654435761u >> 13);
	net_ip_build(super, &b);
	adit_put_be32(super + 20, 40000u << 16 | 5201);
	super[32] = 8 << 4;
	super[33] = 0x10;
	*g = (struct net_gso){
		.kind = NET_GSO_TCP4, .csum = true, .seg = MSS, .csum_start = 20, .csum_off = 16
	};
	return n;
}

static struct adit_pkt *cut_all(struct adit_pool *pool, uint32_t n, const struct net_gso *g)
{
	struct adit_seg src = { super, n };
	struct net_cut c;
	struct adit_pkt *p = NULL;

	if (net_cut_begin(&c, &src, ADIT_PACKET, g) == ADIT_KEEP)
		p = net_cut_next(&c, pool, 64, 0, SEGS);
	if (!p || p->count != SEGS)
		abort();
	return p;
}

static void join_all(const struct adit_pkt *p, bool trusted)
{
	struct net_vec v[NET_JOIN_RUN];
	struct net_gso g;
	struct adit_seg s;
	unsigned i;

	net_join_init(&join, ADIT_PACKET, false);
	for (i = 0; i < p->count; i++) {
		s = adit_seg_at(p, i);
		if (!net_join_add(&join, &s, trusted))
			abort();
	}
	if (net_join_next(&join, v, &g) != p->count)
		abort();
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(double *v)
{
	qsort(v, ROUNDS, sizeof(*v), by_value);
	return v[ROUNDS / 2];
}

int main(void)
{
	struct adit_pool_conf conf = { 1, 4, 4 };
	struct adit_pool *pool = adit_pool_open(&conf);
	double cut[ROUNDS], joined[ROUNDS], copy[ROUNDS], t[4], cut_ns = 0, join_ns = 0;
	struct net_gso g;
	uint32_t n = make(&g);
	struct adit_pkt *p;
	unsigned r, i, k;

	if (!pool)
		return 1;
	for (r = 0; r < ROUNDS; r++) {
		cut_ns = join_ns = 0;
		for (i = 0; i < LOOPS; i++) {
			t[0] = now_ns();
			p = cut_all(pool, n, &g);
			t[1] = now_ns();
			join_all(p, false);
			t[2] = now_ns();
			adit_pkt_free(p);
			cut_ns += t[1] - t[0];
			join_ns += t[2] - t[1];
		}
		cut[r] = cut_ns / LOOPS / SEGS;
		joined[r] = join_ns / LOOPS / SEGS;
		p = adit_pool_get(pool, 0, 65536);
		t[0] = now_ns();
		for (i = 0; i < LOOPS; i++)
			for (k = 0; k < SEGS; k++)
				memcpy(p->base + 1464 * k, super + 52 + MSS * k, MSS);
		copy[r] = (now_ns() - t[0]) / LOOPS / SEGS;
		adit_pkt_free(p);
	}
	printf("ns a segment of %d bytes: cut %.1f, join with verified checksum %.1f; bare copy "
	       "%.1f\n",
		MSS, median(cut), median(joined), median(copy));
	adit_pool_close(pool);
	return 0;
}
