/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cut.h"
#include "net_samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cut_vectors.h"

static struct adit_pool *pool;

static int set_up(void **state)
{
	struct adit_pool_conf c = { 4, 8, 4 };

	(void)state;
	pool = adit_pool_open(&c);
	return pool ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	adit_pool_close(pool);
	return 0;
}

static struct net_gso gso_of(const struct cut_vector *v)
{
	struct net_gso g = { .kind = v->kind, .csum = true, .seg = v->seg };

	g.csum_start = v->csum_start;
	g.csum_off = v->csum_off;
	return g;
}

/* max: segments a train. */
static void against_scapy(const struct cut_vector *v, unsigned max)
{
	uint8_t *super = malloc(strlen(v->super) / 2), want[2000];
	struct adit_seg src = { super, hex(super, v->super) }, s;
	struct net_gso g = gso_of(v);
	struct net_cut cut;
	struct adit_pkt *p;
	unsigned i, k = 0;

	assert_int_equal(net_cut_begin(&cut, &src, v->shape, &g), ADIT_KEEP);
	while ((p = net_cut_next(&cut, pool, 70, 30, max))) {
		assert_int_equal(p->m.shape, v->shape);
		assert_int_equal(p->off, 70);
		assert_true(p->count <= max);
		if (p->count > 1)
			assert_int_equal(p->pitch, 70 + p->len + 30);
		for (i = 0; i < p->count; i++, k++) {
			s = adit_seg_at(p, i);
			assert_int_equal(s.len, hex(want, v->segs[k]));
			assert_memory_equal(s.data, want, s.len);
		}
		adit_pkt_free(p);
	}
	assert_true(net_cut_done(&cut));
	assert_true(k == ADIT_LEN(v->segs) || !v->segs[k]);
	free(super);
}

static void test_scapy(void **state)
{
	unsigned i, max;

	(void)state;
	for (i = 0; i < ADIT_LEN(cut_vectors); i++)
		for (max = 1; max <= 4; max++)
			against_scapy(&cut_vectors[i], max);
}

/* A single packet with NEEDS_CSUM, of any protocol: the checksum is finished. */
static void test_single(void **state)
{
	static uint8_t buf[70000];
	struct sample s = { .payload = 1401, .flags = 0x10 };
	struct adit_seg src = { buf, 0 }, one;
	struct net_gso g;
	struct net_cut cut;
	struct adit_pkt *p;
	unsigned i;

	(void)state;
	for (i = 0; i < 8; i++) {
		s.v6 = i & 1;
		s.udp = i & 2;
		s.frame = i & 4;
		src.len = sample_make(buf, &s, &g);
		g.kind = NET_GSO_NONE;
		assert_int_equal(
			net_cut_begin(&cut, &src, s.frame ? ADIT_FRAME : ADIT_PACKET, &g), 0);
		p = net_cut_next(&cut, pool, 50, 16, 64);
		assert_non_null(p);
		assert_true(net_cut_done(&cut));
		assert_int_equal(p->count, 1);
		one = adit_seg_at(p, 0);
		assert_int_equal(one.len, src.len);
		assert_int_equal(p->last, p->len);
		assert_true(sample_sums_hold(
			one.data + (s.frame ? 14 : 0), one.len - (s.frame ? 14 : 0)));
		assert_null(net_cut_next(&cut, pool, 50, 16, 64));
		adit_pkt_free(p);
		g.csum = false;
		assert_int_equal(
			net_cut_begin(&cut, &src, s.frame ? ADIT_FRAME : ADIT_PACKET, &g), 0);
		p = net_cut_next(&cut, pool, 50, 16, 64);
		assert_memory_equal(adit_data(p), buf, src.len);
		adit_pkt_free(p);
	}
}

/* A UDP checksum that comes out as zero is sent as 0xffff (RFC 768). */
static void test_udp_zero(void **state)
{
	static uint8_t buf[100];
	struct sample s = { .udp = true, .payload = 2 };
	struct adit_seg src = { buf, 0 };
	struct net_gso g;
	struct net_cut cut;
	struct adit_pkt *p;
	uint32_t sum;

	(void)state;
	src.len = sample_make(buf, &s, &g);
	g.kind = NET_GSO_NONE;
	adit_put_be16(buf + 28, 0);
	sum = slow_sum(buf + 20, 10, 0);
	adit_put_be16(buf + 28, (uint16_t)~sum);
	assert_int_equal(net_cut_begin(&cut, &src, ADIT_PACKET, &g), ADIT_KEEP);
	p = net_cut_next(&cut, pool, 0, 0, 1);
	assert_int_equal(adit_be16(adit_data(p) + 26), 0xffff);
	adit_pkt_free(p);
}

static enum adit_drop begin(const struct cut_vector *v, const struct net_gso *g, unsigned at,
	uint8_t flip, uint32_t len)
{
	static uint8_t buf[2000];
	uint32_t n = hex(buf, v->super);
	uint8_t *exact = malloc(len && len < n ? len : n);
	struct adit_seg src = { exact, len && len < n ? len : n };
	struct net_cut cut;
	struct adit_pkt *p;
	enum adit_drop d;

	memcpy(exact, buf, src.len);
	if (at < src.len)
		exact[at] ^= flip;
	d = net_cut_begin(&cut, &src, v->shape, g);
	while (d == ADIT_KEEP && (p = net_cut_next(&cut, pool, 10, 10, 64)))
		adit_pkt_free(p);
	free(exact);
	return d;
}

static void test_refused(void **state)
{
	const struct cut_vector *v = &cut_vectors[0];
	static const struct {
		unsigned at;
		uint8_t flip;
	} bad[] = {
		{ 0, 0x10 },  /* version */
		{ 0, 0x03 },  /* header length */
		{ 3, 0x02 },  /* total length, two bytes behind it */
		{ 6, 0x20 },  /* a fragment */
		{ 7, 0x01 },  /* likewise */
		{ 9, 0x17 },  /* protocol */
		{ 32, 0xc0 }, /* TCP header too short */
		{ 33, 0x02 }, /* SYN */
		{ 33, 0x04 }, /* RST */
		{ 33, 0x20 }, /* URG */
	};
	struct net_gso g = gso_of(v);
	unsigned i;

	(void)state;
	assert_int_equal(begin(v, &g, 9999, 0, 0), ADIT_KEEP);
	for (i = 0; i < ADIT_LEN(bad); i++)
		assert_int_equal(begin(v, &g, bad[i].at, bad[i].flip, 0), ADIT_DROP_GSO);
	assert_int_equal(begin(v, &g, 3, 0x01, 0), ADIT_DROP_LENGTH);
	g = gso_of(&cut_vectors[9]); /* a TCP header longer than the packet */
	assert_int_equal(begin(&cut_vectors[9], &g, 32, 0x70, 0), ADIT_DROP_GSO);
	for (i = 0; i < 6; i++) {
		g = gso_of(v);
		g.seg = i == 0 ? 0 : g.seg;
		g.csum_start += i == 1;
		g.csum_off += i == 2;
		g.kind = i == 3 ? NET_GSO_TCP6 : i == 4 ? NET_GSO_UDP : i == 5 ? 77 : g.kind;
		assert_int_equal(begin(v, &g, 9999, 0, 0), ADIT_DROP_GSO);
	}
	g = gso_of(v);
	g.csum = false;
	assert_int_equal(begin(v, &g, 9999, 0, 0), ADIT_DROP_GSO);
	g = gso_of(v);
	g.kind = NET_GSO_NONE;
	g.csum_start = 0xffff;
	g.csum_off = 0xffff;
	assert_int_equal(begin(v, &g, 9999, 0, 0), ADIT_DROP_GSO);
	g.csum_off = 0;
	g.csum_start = (uint16_t)(strlen(v->super) / 2 - 2);
	assert_int_equal(begin(v, &g, 9999, 0, 0), ADIT_KEEP);
	g.csum_start++;
	assert_int_equal(begin(v, &g, 9999, 0, 0), ADIT_DROP_GSO);
}

/* Why a super-packet of which only len bytes are there is refused. */
static enum adit_drop cut_short(unsigned vector, uint32_t len)
{
	const struct cut_vector *v = &cut_vectors[vector];
	uint32_t l3_off = 0;

	if (v->shape == ADIT_FRAME)
		l3_off = v->csum_start - (v->kind == NET_GSO_TCP4 ? 20u : 40u);
	if (len <= l3_off)
		return ADIT_DROP_GSO;
	return len < v->csum_start ? ADIT_DROP_SHORT : ADIT_DROP_LENGTH;
}

/* No prefix of a super-packet is believed, and no flipped byte leads out of it (ASan looks on). */
static void test_sweep(void **state)
{
	struct net_gso g;
	uint32_t n, len;
	unsigned i, at;

	(void)state;
	for (i = 0; i < ADIT_LEN(cut_vectors); i++) {
		g = gso_of(&cut_vectors[i]);
		n = (uint32_t)strlen(cut_vectors[i].super) / 2;
		for (len = 1; len < n; len++)
			assert_int_equal(
				begin(&cut_vectors[i], &g, 9999, 0, len), cut_short(i, len));
		for (at = 0; at < n && at < 140; at++) {
			begin(&cut_vectors[i], &g, at, 0xff, 0);
			begin(&cut_vectors[i], &g, at, 0x01, 0);
			begin(&cut_vectors[i], &g, at, 0x80, 0);
		}
	}
}

static enum adit_drop begin_exact(
	const uint8_t *p, uint32_t n, enum adit_shape shape, const struct net_gso *g)
{
	struct adit_seg src = { malloc(n), n };
	struct net_cut cut;
	enum adit_drop d;

	memcpy(src.data, p, n);
	d = net_cut_begin(&cut, &src, shape, g);
	free(src.data);
	return d;
}

/* A transport header that is cut short, or has nothing behind it. */
static void test_no_payload(void **state)
{
	uint8_t buf[100];
	struct net_gso g;
	unsigned i, hdr;
	uint32_t n, len;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct sample s = { .v6 = i & 1, .udp = i & 2, .payload = 1, .flags = 0x10 };

		n = sample_make(buf, &s, &g);
		g.seg = 100;
		hdr = s.v6 ? 40 : 20;
		assert_int_equal(begin_exact(buf, n, ADIT_PACKET, &g), ADIT_KEEP);
		for (len = hdr; len < n; len++) {
			adit_put_be16(buf + (s.v6 ? 4 : 2), (uint16_t)(s.v6 ? len - hdr : len));
			assert_int_equal(begin_exact(buf, len, ADIT_PACKET, &g), ADIT_DROP_GSO);
		}
	}
}

/* Segments have 16-bit lengths. A segment size above the payload is the payload's. */
static void test_largest(void **state)
{
	static uint8_t buf[70000];
	struct sample s = { .frame = true, .payload = 65495, .flags = 0x10 };
	struct adit_seg src = { buf, 0 };
	struct net_gso g;
	struct net_cut cut;
	struct adit_pkt *p;

	(void)state;
	src.len = sample_make(buf, &s, &g);
	assert_int_equal(src.len, 65549);
	g.seg = 65482;
	assert_int_equal(net_cut_begin(&cut, &src, ADIT_FRAME, &g), ADIT_DROP_GSO);
	g.seg = 65481;
	assert_int_equal(net_cut_begin(&cut, &src, ADIT_FRAME, &g), ADIT_KEEP);
	g.kind = NET_GSO_NONE;
	src.len = 65536;
	assert_int_equal(net_cut_begin(&cut, &src, ADIT_FRAME, &g), ADIT_DROP_GSO);
	src.len = 65535;
	assert_int_equal(net_cut_begin(&cut, &src, ADIT_FRAME, &g), ADIT_KEEP);
	s.payload = 10;
	src.len = sample_make(buf, &s, &g);
	g.seg = UINT16_MAX;
	assert_int_equal(net_cut_begin(&cut, &src, ADIT_FRAME, &g), ADIT_KEEP);
	p = net_cut_next(&cut, pool, 0, 0, 64);
	assert_int_equal(p->count, 1);
	assert_int_equal(p->len, src.len);
	assert_true(net_cut_done(&cut));
	adit_pkt_free(p);
}

/* Out of cells in the middle: NULL, not done, and it goes on when one comes free. */
static void test_resume(void **state)
{
	static uint8_t buf[70000];
	struct sample s = { .payload = 65000, .flags = 0x10 };
	struct adit_seg src = { buf, 0 };
	struct net_gso g;
	struct net_cut cut;
	struct adit_pkt *p, *held[8] = { 0 };
	unsigned n = 0, segs = 0;

	(void)state;
	src.len = sample_make(buf, &s, &g);
	g.seg = 100;
	assert_int_equal(net_cut_begin(&cut, &src, ADIT_PACKET, &g), ADIT_KEEP);
	while (n < 8 && (held[n] = net_cut_next(&cut, pool, 50, 16, 64)))
		segs += held[n++]->count;
	assert_int_equal(n, 4);
	assert_false(net_cut_done(&cut));
	while (n)
		adit_pkt_free(held[--n]);
	while ((p = net_cut_next(&cut, pool, 50, 16, 64))) {
		segs += p->count;
		adit_pkt_free(p);
	}
	assert_true(net_cut_done(&cut));
	assert_int_equal(segs, 650);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scapy),
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_udp_zero),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_no_payload),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_resume),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
