/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cut.h"
#include "net/join.h"
#include "net_samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static uint8_t super[70000], again[70000];
static struct net_join join;

static struct adit_pool *open_pool(void)
{
	struct adit_pool_conf c = { 4, 64, 16 };
	struct adit_pool *pool = adit_pool_open(&c);

	assert_non_null(pool);
	return pool;
}

static uint32_t gather(const struct net_vec *v, unsigned n, uint8_t *to)
{
	uint32_t len = 0;
	unsigned i;

	for (i = 0; i < n; i++) {
		memcpy(to + len, v[i].base, v[i].len);
		len += (uint32_t)v[i].len;
	}
	return len;
}

/* Cuts sample s at seg and joins the result; the joined whole is the sample again, in pieces where
 * more than 64 segments were needed. */
static void identity(const struct sample *s, uint16_t seg)
{
	struct adit_pool *pool = open_pool();
	struct net_vec v[NET_JOIN_RUN];
	struct net_gso in, out;
	struct net_cut cut;
	struct adit_pkt *p;
	enum adit_shape shape = s->frame || s->tags ? ADIT_FRAME : ADIT_PACKET;
	uint32_t len = sample_make(super, s, &in), done = 0, l3;
	struct adit_seg whole = { super, len }, one;
	unsigned i, n, segs, trains = 0;

	in.seg = seg;
	l3 = in.csum_start - (s->v6 ? 40u : 20u);
	assert_int_equal(net_cut_begin(&cut, &whole, shape, &in), ADIT_KEEP);
	while ((p = net_cut_next(&cut, pool, 50, 16, 64))) {
		trains++;
		net_join_init(&join, shape, true);
		for (i = 0; i < p->count; i++) {
			one = adit_seg_at(p, i);
			assert_true(sample_sums_hold(one.data + l3, one.len - l3));
			assert_true(net_join_add(&join, &one, i % 2));
		}
		segs = p->count;
		n = net_join_next(&join, v, &out);
		assert_int_equal(n, segs);
		len = gather(v, n, again);
		assert_int_equal(len - in.hdr_len, adit_pkt_bytes(p) - segs * in.hdr_len);
		assert_memory_equal(
			again + in.hdr_len, super + in.hdr_len + done, len - in.hdr_len);
		done += len - in.hdr_len;
		if (segs > 1) {
			assert_int_equal(out.kind, in.kind);
			assert_int_equal(out.seg, seg);
			assert_true(out.csum);
			assert_int_equal(out.csum_start, in.csum_start);
			assert_int_equal(out.csum_off, in.csum_off);
			assert_int_equal(out.hdr_len, in.hdr_len);
		}
		if (trains == 1 && net_cut_done(&cut) && segs > 1)
			assert_memory_equal(again, super, len);
		assert_int_equal(net_join_next(&join, v, &out), 0);
		adit_pkt_free(p);
	}
	assert_true(net_cut_done(&cut));
	assert_int_equal(done, whole.len - in.hdr_len);
	adit_pool_close(pool);
}

static void test_identity(void **state)
{
	static const uint16_t segs[] = { 1, 2, 7, 100, 536, 1220, 1348, 1448, 8948, 40000 };
	static const uint32_t sizes[] = { 1, 99, 100, 101, 1348, 1349, 2696, 20000, 65000, 65455 };
	struct sample s = { .flags = 0x18 };
	unsigned i, j, k;

	(void)state;
	for (k = 0; k < 16; k++) {
		s.v6 = k & 1;
		s.udp = k & 2;
		s.frame = k & 4;
		s.tags = k & 8 ? 1 + k % 4 : 0;
		s.df = k & 4;
		s.tcp_opt = k & 2 ? 0 : k & 1 ? 12 : 40;
		for (i = 0; i < ADIT_LEN(segs); i++)
			for (j = 0; j < ADIT_LEN(sizes); j++) {
				s.payload = sizes[j];
				s.seed = i + j;
				identity(&s, segs[i]);
			}
	}
}

/* Single segments for the cases below, each in memory of its own. */
static uint8_t cell[80][2000];

static struct adit_seg single(unsigned at, struct sample s, uint32_t seq, uint16_t id)
{
	struct net_gso g;
	struct adit_seg seg = { cell[at], 0 };
	uint8_t *l3, *l4;
	uint32_t sum;

	seg.len = sample_make(cell[at], &s, &g);
	l4 = cell[at] + g.csum_start;
	l3 = l4 - (s.v6 ? 40 : 20);
	if (!s.udp)
		adit_put_be32(l4 + 4, seq);
	if (!s.v6) {
		adit_put_be16(l3 + 4, id);
		adit_put_be16(l3 + 10, 0);
		adit_put_be16(l3 + 10, (uint16_t)~slow_sum(l3, 20, 0));
	}
	adit_put_be16(l4 + g.csum_off, 0);
	sum = slow_sum(l4, seg.len - g.csum_start,
		sample_pseudo(s.v6, l3, s.udp ? 17 : 6, seg.len - g.csum_start));
	adit_put_be16(l4 + g.csum_off, (uint16_t)~sum);
	return seg;
}

static void fix_sums(struct adit_seg s)
{
	uint8_t *l4 = s.data + 20;

	adit_put_be16(s.data + 10, 0);
	adit_put_be16(s.data + 10, (uint16_t)~slow_sum(s.data, 20, 0));
	adit_put_be16(l4 + 16, 0);
	adit_put_be16(l4 + 16,
		(uint16_t)~slow_sum(l4, s.len - 20, sample_pseudo(false, s.data, 6, s.len - 20)));
}

/* How many outputs two segments make. */
static unsigned outputs(struct adit_seg a, struct adit_seg b, bool trusted)
{
	struct net_vec v[NET_JOIN_RUN];
	struct net_gso g;
	unsigned n = 0;

	net_join_init(&join, ADIT_PACKET, true);
	assert_true(net_join_add(&join, &a, trusted));
	assert_true(net_join_add(&join, &b, trusted));
	while (net_join_next(&join, v, &g))
		n++;
	return n;
}

static const struct sample base = { .payload = 1000, .flags = 0x10 };

/* Each changes one thing in the second segment that forbids to join it. */
static void test_refused(void **state)
{
	static const struct {
		unsigned off;
		uint8_t flip;
		const char *what;
	} t[] = {
		{ 1, 0x01, "ECN" },
		{ 1, 0x20, "DSCP" },
		{ 5, 0x10, "id without DF" },
		{ 6, 0x40, "DF" },
		{ 8, 0x01, "TTL" },
		{ 15, 0x01, "source" },
		{ 19, 0x01, "destination" },
		{ 21, 0x01, "source port" },
		{ 23, 0x01, "destination port" },
		{ 27, 0x01, "sequence number" },
		{ 31, 0x01, "ack number" },
		{ 33, 0x02, "SYN" },
		{ 33, 0x04, "RST" },
		{ 33, 0x10, "no ACK" },
		{ 33, 0x20, "URG" },
		{ 33, 0x40, "ECE" },
		{ 33, 0x80, "CWR" },
		{ 34, 0x01, "window" },
		{ 39, 0x01, "urgent pointer" },
		{ 41, 0x01, "options" },
	};
	struct sample s = base;
	struct adit_seg a, b;
	unsigned i;

	(void)state;
	s.tcp_opt = 12;
	a = single(0, s, 1000, 7);
	b = single(1, s, 2000, 8);
	assert_int_equal(outputs(a, b, false), 1);
	for (i = 0; i < ADIT_LEN(t); i++) {
		a = single(0, s, 1000, 7);
		b = single(1, s, 2000, 8);
		b.data[t[i].off] ^= t[i].flip;
		fix_sums(b);
		if (outputs(a, b, false) != 2)
			fail_msg("joined in spite of %s", t[i].what);
	}
}

/* What one unit in memory of its size becomes: itself. */
static void passes(const uint8_t *p, uint32_t n)
{
	struct adit_seg s = { malloc(n), n };
	struct net_vec v[NET_JOIN_RUN];
	struct net_gso g;

	memcpy(s.data, p, n);
	net_join_init(&join, ADIT_PACKET, true);
	assert_true(net_join_add(&join, &s, true));
	assert_int_equal(net_join_next(&join, v, &g), 1);
	assert_int_equal(g.kind, NET_GSO_NONE);
	assert_int_equal(v[0].len, n);
	assert_memory_equal(v[0].base, p, n);
	assert_int_equal(net_join_next(&join, v, &g), 0);
	free(s.data);
}

/* A packet cut short, and one whose transport header is, are left alone. */
static void test_short(void **state)
{
	struct sample s = { .payload = 4, .flags = 0x10 };
	struct adit_seg a;
	unsigned i, hdr;
	uint32_t n;

	(void)state;
	for (i = 0; i < 4; i++) {
		s.udp = i & 1;
		s.v6 = i & 2;
		hdr = s.v6 ? 40 : 20;
		a = single(0, s, 1000, 7);
		for (n = 1; n <= a.len; n++)
			passes(a.data, n);
		for (n = hdr; n < a.len; n++) {
			adit_put_be16(a.data + (s.v6 ? 4 : 2), (uint16_t)(s.v6 ? n - hdr : n));
			passes(a.data, n);
		}
	}
}

/* A TCP header of 16 bytes is none, though its follower claims one too. */
static void test_small_header(void **state)
{
	struct adit_seg a = single(0, base, 1000, 7), b = single(1, base, 2004, 8);

	(void)state;
	a.data[32] = b.data[32] = 0x40;
	fix_sums(a);
	fix_sums(b);
	assert_int_equal(outputs(a, b, false), 2);
}

/* Segments that together are more than an IP packet can be make two. */
static void test_too_long(void **state)
{
	static uint8_t big[4][20100];
	struct sample s = { .payload = 20000, .flags = 0x10, .df = true };
	struct net_vec v[NET_JOIN_RUN];
	struct adit_seg seg;
	struct net_gso g;
	unsigned i;

	(void)state;
	net_join_init(&join, ADIT_PACKET, true);
	for (i = 0; i < 4; i++) {
		s.seed = 20000 * i;
		seg = (struct adit_seg){ big[i], sample_make(big[i], &s, &g) };
		assert_true(net_join_add(&join, &seg, true));
	}
	assert_int_equal(net_join_next(&join, v, &g), 3);
	assert_int_equal(adit_be16(v[0].base + 2), 60040);
	assert_int_equal(net_join_next(&join, v, &g), 1);
	assert_int_equal(net_join_next(&join, v, &g), 0);
}

static void test_checksums(void **state)
{
	struct adit_seg a = single(0, base, 1000, 7), b = single(1, base, 2000, 8);

	(void)state;
	b.data[500] ^= 1;
	assert_int_equal(outputs(a, b, false), 2);
	a = single(0, base, 1000, 7);
	a.data[500] ^= 1;
	b = single(1, base, 2000, 8);
	assert_int_equal(outputs(a, b, false), 2);
	a = single(0, base, 1000, 7);
	a.data[500] ^= 1;
	assert_int_equal(outputs(a, b, true), 1);
	a = single(0, base, 1000, 7);
	a.data[10] ^= 1;
	b = single(1, base, 2000, 8);
	assert_int_equal(outputs(a, b, true), 2);
}

/* PSH, a short one and a longer one each end a run, and padding keeps a frame alone. */
/* What a neighbour's kernel left to a card: the sum of the pseudo-header alone. */
static void test_partial(void **state)
{
	static const struct sample kinds[] = { { .payload = 10, .flags = 0x12 },
		{ .payload = 10, .udp = true }, { .payload = 10, .v6 = true, .flags = 0x10 },
		{ .payload = 10, .frame = true, .flags = 0x10 } };

	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(kinds); i++) {
		struct net_vec v[NET_JOIN_RUN];
		struct net_gso want, got;
		struct adit_seg s = { cell[0], 0 };

		s.len = sample_make(cell[0], &kinds[i], &want);
		net_join_init(&join, kinds[i].frame ? ADIT_FRAME : ADIT_PACKET, false);
		assert_true(net_join_add(&join, &s, false));
		assert_int_equal(net_join_next(&join, v, &got), 1);
		assert_true(got.csum);
		assert_int_equal(got.kind, NET_GSO_NONE);
		assert_int_equal(got.csum_start, want.csum_start);
		assert_int_equal(got.csum_off, want.csum_off);
		cell[0][want.csum_start + want.csum_off] ^= 1;
		assert_true(net_join_add(&join, &s, false));
		assert_int_equal(net_join_next(&join, v, &got), 1);
		assert_false(got.csum);
	}
}

/* A super-packet that was never cut gets a segment size that fits the device. */
static void test_uncut(void **state)
{
	static const struct sample big = { .payload = 9000, .flags = 0x10, .v6 = true };
	struct net_vec v[NET_JOIN_RUN];
	struct net_gso want, got;
	struct adit_seg s = { super, 0 };

	(void)state;
	s.len = sample_make(super, &big, &want);
	net_join_init(&join, ADIT_PACKET, false);
	join.mtu = 1400;
	assert_true(net_join_add(&join, &s, false));
	assert_int_equal(net_join_next(&join, v, &got), 1);
	assert_true(got.csum);
	assert_int_equal(got.kind, NET_GSO_TCP6);
	assert_int_equal(got.seg, 1400 - 40 - 20);
	assert_int_equal(got.hdr_len, 60);
	join.mtu = 9060;
	assert_true(net_join_add(&join, &s, false));
	assert_int_equal(net_join_next(&join, v, &got), 1);
	assert_int_equal(got.kind, NET_GSO_NONE);
}

static void test_ends(void **state)
{
	struct sample s = base, push = base, shorter = base, longer = base;
	struct adit_seg a, b;

	(void)state;
	push.flags |= 0x08;
	shorter.payload = 999;
	longer.payload = 1001;
	assert_int_equal(outputs(single(0, push, 1000, 7), single(1, s, 2000, 8), false), 2);
	assert_int_equal(outputs(single(0, s, 1000, 7), single(1, push, 2000, 8), false), 1);
	assert_int_equal(outputs(single(0, s, 1000, 7), single(1, shorter, 2000, 8), false), 1);
	assert_int_equal(outputs(single(0, shorter, 1000, 7), single(1, s, 1999, 8), false), 2);
	assert_int_equal(outputs(single(0, s, 1000, 7), single(1, longer, 2000, 8), false), 2);
	a = single(0, s, 1000, 7);
	b = single(1, s, 2000, 8);
	b.len++;
	assert_int_equal(outputs(a, b, false), 2);
	a.data[12] ^= 1; /* the id of another flow's first segment does not matter with DF */
	s.df = true;
	assert_int_equal(outputs(single(0, s, 1000, 7), single(1, s, 2000, 7), false), 1);
}

static void test_udp_flag(void **state)
{
	struct sample s = base;
	struct adit_seg a, b;
	struct net_vec v[NET_JOIN_RUN];
	struct net_gso g;

	(void)state;
	s.udp = true;
	a = single(0, s, 0, 7);
	b = single(1, s, 0, 8);
	net_join_init(&join, ADIT_PACKET, false);
	assert_true(net_join_add(&join, &a, false));
	assert_true(net_join_add(&join, &b, false));
	assert_int_equal(net_join_next(&join, v, &g), 1);
	assert_int_equal(g.kind, NET_GSO_NONE);
	assert_false(g.csum);
	assert_int_equal(net_join_next(&join, v, &g), 1);
	assert_int_equal(net_join_next(&join, v, &g), 0);
	assert_int_equal(outputs(a, b, false), 1);
}

/* Six flows taken in turn: each comes out as one, in the order of their first segments. */
static void test_flows(void **state)
{
	struct net_vec v[NET_JOIN_RUN];
	struct net_gso g;
	struct sample s = base;
	struct adit_seg seg;
	unsigned i, f;

	(void)state;
	net_join_init(&join, ADIT_PACKET, false);
	for (i = 0; i < 10; i++)
		for (f = 0; f < 6; f++) {
			s.sport = (uint16_t)(1000 + f);
			seg = single(i * 6 + f, s, 1000 * (i + 1), (uint16_t)i);
			assert_true(net_join_add(&join, &seg, false));
		}
	for (f = 0; f < 6; f++) {
		assert_int_equal(net_join_next(&join, v, &g), 10);
		assert_int_equal(adit_be16((uint8_t *)v[0].base + 20), 1000 + f);
		assert_int_equal(adit_be16((uint8_t *)v[0].base + 2), 40 + 10000);
	}
	assert_int_equal(net_join_next(&join, v, &g), 0);
}

/* A pure ACK between two data segments of its flow is not overtaken; another flow's is. */
static void test_order(void **state)
{
	struct net_vec v[NET_JOIN_RUN];
	struct net_gso g;
	struct sample ack = base;
	struct adit_seg s[4];
	unsigned i;

	(void)state;
	ack.payload = 0;
	s[0] = single(0, base, 1000, 1);
	s[1] = single(1, ack, 2000, 2);
	s[2] = single(2, base, 2000, 3);
	net_join_init(&join, ADIT_PACKET, false);
	for (i = 0; i < 3; i++)
		assert_true(net_join_add(&join, &s[i], false));
	for (i = 0; i < 3; i++) {
		assert_int_equal(net_join_next(&join, v, &g), 1);
		assert_ptr_equal(v[0].base, s[i].data);
	}
	ack.sport = 7;
	s[1] = single(1, ack, 2000, 2);
	s[2] = single(2, base, 2000, 2);
	for (i = 0; i < 3; i++)
		assert_true(net_join_add(&join, &s[i], false));
	assert_int_equal(net_join_next(&join, v, &g), 2);
	assert_int_equal(net_join_next(&join, v, &g), 1);
}

static void test_full(void **state)
{
	struct net_vec v[NET_JOIN_RUN];
	struct net_gso g;
	struct sample s = base;
	struct adit_seg seg;
	unsigned i, n = 0;

	(void)state;
	net_join_init(&join, ADIT_PACKET, false);
	for (i = 0; i < 65; i++) {
		s.sport = (uint16_t)(1 + i);
		seg = single(i, s, 0, 0);
		assert_int_equal(net_join_add(&join, &seg, false), i < 64);
	}
	assert_int_equal(net_join_next(&join, v, &g), 1);
	assert_true(net_join_add(&join, &seg, false));
	while (net_join_next(&join, v, &g))
		assert_int_equal(adit_be16((uint8_t *)v[0].base + 20), 2 + n++);
	assert_int_equal(n, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_small_header),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_checksums),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_uncut),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_udp_flag),
		cmocka_unit_test(test_flows),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
