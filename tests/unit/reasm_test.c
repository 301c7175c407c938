/* SPDX-License-Identifier: Apache-2.0 */
#include "net/frag.h"
#include "net/reasm.h"
#include "net_samples.h"
#include "net_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const *const v4 = vec_frags4, *const *const v6 = vec_frags6;
static struct adit_pool *pool;
static struct net_reasm r;
static uint8_t packet[70000];

static int set_up(void **state)
{
	struct adit_pool_conf c = { 1, 64, 10 };

	(void)state;
	memset(&r, 0, sizeof(r));
	pool = adit_pool_open(&c);
	return pool ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	net_reasm_close(&r);
	adit_pool_close(pool);
	return 0;
}

static enum adit_drop add(const uint8_t *p, uint32_t n, adit_time now, struct adit_pkt **whole)
{
	uint8_t *exact = malloc(n);
	struct adit_seg s = { exact, n };
	enum adit_drop d;

	memcpy(exact, p, n);
	d = net_reasm_add(&r, &s, pool, 40, now, whole);
	free(exact);
	return d;
}

/* The fragments are scapy's; put together in any of six orders they are the packet. */
static void both_ways(const char *const *v, uint32_t mtu)
{
	static const uint8_t orders[6][3] = { { 1, 2, 3 }, { 3, 2, 1 }, { 2, 1, 3 }, { 2, 3, 1 },
		{ 1, 3, 2 }, { 3, 1, 2 } };
	uint8_t want[300], p[300];
	struct adit_seg s = { want, hex(want, v[0]) };
	struct adit_pkt *q, *whole;
	struct net_frag f;
	unsigned i, o;

	assert_int_equal(net_frag_begin(&f, &s, mtu, 0xabcd1234), ADIT_KEEP);
	for (i = 1; (q = net_frag_next(&f, pool, 20, 8)); i++) {
		assert_int_equal(q->len, hex(p, v[i]));
		assert_memory_equal(adit_data(q), p, q->len);
		adit_pkt_free(q);
	}
	assert_true(net_frag_done(&f));
	assert_int_equal(i, 4);
	for (o = 0; o < 6; o++)
		for (i = 0; i < 3; i++) {
			assert_int_equal(add(p, hex(p, v[orders[o][i]]), 5, &whole), ADIT_KEEP);
			assert_int_equal(whole != NULL, i == 2);
			if (!whole)
				continue;
			assert_int_equal(whole->len, s.len);
			assert_true(whole->off >= 40);
			assert_memory_equal(adit_data(whole), want, s.len);
			adit_pkt_free(whole);
		}
	assert_int_equal(adit_pool_out(pool), 0);
}

static void test_scapy(void **state)
{
	(void)state;
	both_ways(v4, 100);
	both_ways(v6, 128);
}

/* A packet of 65,535 bytes through every sort of MTU, twice over: fragments of fragments. */
static void test_large(void **state)
{
	static const uint32_t mtus[] = { 8000, 9001, 20000, 65534 };
	struct sample s = { .udp = true, .payload = 65507 };
	struct net_gso g;
	struct adit_seg whole = { packet, sample_make(packet, &s, &g) }, part;
	struct adit_pkt *p, *q, *done = NULL;
	struct net_frag f, again;
	unsigned i;

	(void)state;
	assert_int_equal(whole.len, 65535);
	for (i = 0; i < ADIT_LEN(mtus); i++) {
		assert_int_equal(net_frag_begin(&f, &whole, mtus[i], 0), ADIT_KEEP);
		while ((p = net_frag_next(&f, pool, 0, 0))) {
			assert_null(done);
			assert_true(p->len <= mtus[i]);
			part = adit_seg_at(p, 0);
			assert_int_equal(net_frag_begin(&again, &part, 1500, 0), ADIT_KEEP);
			while ((q = net_frag_next(&again, pool, 0, 0))) {
				assert_true(q->len <= 1500);
				assert_int_equal(add(adit_data(q), q->len, 1, &done), ADIT_KEEP);
				adit_pkt_free(q);
			}
			adit_pkt_free(p);
		}
		assert_non_null(done);
		assert_memory_equal(adit_data(done) + 20, packet + 20, 65515);
		assert_int_equal(slow_sum(adit_data(done), 20, 0), 0xffff);
		adit_pkt_free(done);
		done = NULL;
	}
}

/* Router alert has the copied flag, record route has not. */
static void test_options(void **state)
{
	struct sample s = { .udp = true, .payload = 192 };
	uint8_t p[300];
	struct net_gso g;
	uint32_t n = sample_make(packet, &s, &g);
	struct adit_seg whole = { p, n + 12 };
	struct net_frag f;
	struct adit_pkt *q;

	(void)state;
	memcpy(p, packet, 20);
	memcpy(p + 20, "\x07\x07\x04\0\0\0\0\x94\x04\0\0\0", 12);
	memcpy(p + 32, packet + 20, n - 20);
	p[0] = 0x48;
	adit_put_be16(p + 2, (uint16_t)(n + 12));
	assert_int_equal(net_frag_begin(&f, &whole, 136, 0), ADIT_KEEP);
	q = net_frag_next(&f, pool, 0, 0);
	assert_int_equal(q->len, 32 + 104);
	assert_memory_equal(adit_data(q) + 20, p + 20, 12);
	adit_pkt_free(q);
	q = net_frag_next(&f, pool, 0, 0);
	assert_int_equal(adit_data(q)[0], 0x46);
	assert_memory_equal(adit_data(q) + 20, "\x94\x04\0\0", 4);
	assert_int_equal(q->len, 24 + 96);
	assert_int_equal(slow_sum(adit_data(q), 24, 0), 0xffff);
	adit_pkt_free(q);
	assert_true(net_frag_done(&f));
	p[6] = 0x40;
	assert_int_equal(net_frag_begin(&f, &whole, 136, 0), ADIT_DROP_TOO_BIG);
	p[6] = 0;
	assert_int_equal(net_frag_begin(&f, &whole, 39, 0), ADIT_DROP_TOO_BIG);
}

/* Only a packet that is one is cut. */
static void test_frag_refused(void **state)
{
	struct sample s = { .udp = true, .payload = 192 };
	struct net_gso g;
	struct adit_seg whole = { packet, sample_make(packet, &s, &g) };
	struct net_frag f;

	(void)state;
	whole.len--;
	assert_int_equal(net_frag_begin(&f, &whole, 128, 0), ADIT_DROP_LENGTH);
	whole.len = 19;
	assert_int_equal(net_frag_begin(&f, &whole, 128, 0), ADIT_DROP_SHORT);
}

/* A copied option that its length does not cover, or that goes on behind the header, ends them. */
static void test_bad_options(void **state)
{
	static const char *const bad[] = { "\x94\x01\0\0", "\x94\x05\0\0", "\x01\x01\x01\x94" };
	struct sample s = { .udp = true, .payload = 192 };
	struct net_gso g;
	uint32_t n = sample_make(packet, &s, &g);
	struct adit_seg whole = { malloc(n + 4), n + 4 };
	struct net_frag f;
	struct adit_pkt *q;
	unsigned i;

	(void)state;
	for (i = 0; i < ADIT_LEN(bad); i++) {
		memcpy(whole.data, packet, 20);
		memcpy(whole.data + 20, bad[i], 4);
		memcpy(whole.data + 24, packet + 20, n - 20);
		whole.data[0] = 0x46;
		adit_put_be16(whole.data + 2, (uint16_t)(n + 4));
		assert_int_equal(net_frag_begin(&f, &whole, 128, 0), ADIT_KEEP);
		q = net_frag_next(&f, pool, 0, 0);
		assert_int_equal(adit_data(q)[0], 0x46);
		adit_pkt_free(q);
		q = net_frag_next(&f, pool, 0, 0);
		assert_int_equal(adit_data(q)[0], 0x45);
		adit_pkt_free(q);
	}
	free(whole.data);
}

/* A fragment of the packet `id` with n payload bytes at off. */
static enum adit_drop frag(uint16_t id, uint32_t off, uint32_t n, bool more, uint8_t tos,
	adit_time now, struct adit_pkt **whole)
{
	uint8_t p[400] = { 0x45, tos, 0, (uint8_t)(20 + n), (uint8_t)(id >> 8), (uint8_t)id };

	adit_put_be16(p + 2, (uint16_t)(20 + n));
	adit_put_be16(p + 6, (uint16_t)((more ? 0x2000 : 0) | off / 8));
	p[9] = 17;
	memset(p + 20, (int)off, n);
	return add(p, 20 + n, now, whole);
}

static void test_refused(void **state)
{
	struct adit_pkt *w;

	(void)state;
	assert_int_equal(frag(1, 0, 16, true, 0, 0, &w), ADIT_KEEP);
	assert_int_equal(frag(1, 0, 16, true, 0, 0, &w), ADIT_KEEP);	      /* a repeat */
	assert_int_equal(frag(1, 8, 16, true, 0, 0, &w), ADIT_DROP_FRAGMENT); /* overlap */
	assert_int_equal(adit_pool_out(pool), 0);
	assert_int_equal(frag(2, 0, 15, true, 0, 0, &w), ADIT_DROP_FRAGMENT);
	assert_int_equal(frag(2, 0, 0, true, 0, 0, &w), ADIT_DROP_FRAGMENT);
	assert_int_equal(frag(2, 65528, 8, false, 0, 0, &w), ADIT_DROP_LENGTH);
	assert_int_equal(frag(2, 0, 8, false, 0, 0, &w), ADIT_DROP_FRAGMENT); /* is none */
	/* A hole, and as many bytes behind the end: never taken for complete. */
	assert_int_equal(frag(3, 0, 8, true, 0, 0, &w), ADIT_KEEP);
	assert_int_equal(frag(3, 24, 8, true, 0, 0, &w), ADIT_KEEP);
	assert_int_equal(frag(3, 16, 8, false, 0, 0, &w), ADIT_DROP_FRAGMENT);
	assert_null(w);
	/* Behind the known end, and a second end. */
	assert_int_equal(frag(4, 16, 8, false, 0, 0, &w), ADIT_KEEP);
	assert_int_equal(frag(4, 24, 8, true, 0, 0, &w), ADIT_DROP_FRAGMENT);
	assert_int_equal(frag(5, 16, 8, false, 0, 0, &w), ADIT_KEEP);
	assert_int_equal(frag(5, 8, 8, false, 0, 0, &w), ADIT_DROP_FRAGMENT);
	/* Bytes that are here already, now called the last. */
	assert_int_equal(frag(6, 16, 8, false, 0, 0, &w), ADIT_KEEP);
	assert_int_equal(frag(6, 8, 8, true, 0, 0, &w), ADIT_KEEP);
	assert_int_equal(frag(6, 8, 8, false, 0, 0, &w), ADIT_DROP_FRAGMENT);
	/* The furthest byte came first. */
	assert_int_equal(frag(7, 24, 8, true, 0, 0, &w), ADIT_KEEP);
	assert_int_equal(frag(7, 0, 8, true, 0, 0, &w), ADIT_KEEP);
	assert_int_equal(frag(7, 16, 8, false, 0, 0, &w), ADIT_DROP_FRAGMENT);
	assert_int_equal(adit_pool_out(pool), 0);
}

/* Payload that fits the offset field, but with its header no IP packet. */
static void test_too_long(void **state)
{
	struct adit_pkt *w;
	uint32_t off;

	(void)state;
	for (off = 0; off < 65520; off += 360)
		assert_int_equal(frag(1, off, 360, true, 0, 0, &w), ADIT_KEEP);
	assert_int_equal(frag(1, off, 8, false, 0, 0, &w), ADIT_DROP_LENGTH);
	assert_null(w);
	assert_int_equal(adit_pool_out(pool), 0);
}

/* More headers before the fragment header than are kept. */
static void test_long_headers(void **state)
{
	uint8_t p[400] = { 0x60 };
	struct adit_pkt *w;
	unsigned hdr;

	(void)state;
	for (hdr = 216; hdr <= 224; hdr += 8) {
		memset(p + 1, 0, sizeof(p) - 1);
		adit_put_be16(p + 4, (uint16_t)(hdr + 16));
		p[6] = 60;
		p[40] = 44;
		p[41] = (uint8_t)(hdr / 8 - 1);
		p[40 + hdr] = 17;
		p[40 + hdr + 3] = 1;
		assert_int_equal(
			add(p, 40 + hdr + 16, 0, &w), hdr == 216 ? ADIT_KEEP : ADIT_DROP_FRAGMENT);
		net_reasm_close(&r);
	}
}

static void test_ecn(void **state)
{
	struct adit_pkt *w;

	(void)state;
	assert_int_equal(frag(1, 0, 8, true, 2, 0, &w), ADIT_KEEP);
	assert_int_equal(frag(1, 8, 8, false, 3, 0, &w), ADIT_KEEP);
	assert_int_equal(adit_data(w)[1], 3);
	assert_int_equal(slow_sum(adit_data(w), 20, 0), 0xffff);
	adit_pkt_free(w);
	assert_int_equal(frag(1, 0, 8, true, 0, 0, &w), ADIT_KEEP);
	assert_int_equal(frag(1, 8, 8, false, 3, 0, &w), ADIT_DROP_ECN);
	assert_int_equal(adit_pool_out(pool), 0);
}

/* A flood of first fragments holds no more than its places; time frees them. */
static void test_bounds(void **state)
{
	struct adit_pkt *w;
	adit_time wake;
	unsigned i;

	(void)state;
	for (i = 0; i < 1000; i++)
		assert_int_equal(frag((uint16_t)i, 0, 8, true, 0, i, &w), ADIT_KEEP);
	assert_int_equal(adit_pool_out(pool), NET_REASM_SLOTS);
	assert_int_equal(frag(999, 8, 8, false, 0, 1000, &w), ADIT_KEEP);
	assert_non_null(w);
	adit_pkt_free(w);
	assert_int_equal(net_reasm_tick(&r, 992 + NET_REASM_TIMEOUT, &wake), 1);
	assert_int_equal(wake, 993 + NET_REASM_TIMEOUT);
	assert_int_equal(net_reasm_tick(&r, 2000 + NET_REASM_TIMEOUT, &wake), 6);
	assert_int_equal(wake, ADIT_NEVER);
	assert_int_equal(adit_pool_out(pool), 0);
}

/* Any byte changed in any fragment, any length: ASan looks on, and no cell is lost. */
static void test_sweep(void **state)
{
	const char *const *sets[] = { v4, v6 };
	uint8_t p[300];
	struct adit_pkt *w;
	unsigned k, i, at, n;

	(void)state;
	for (k = 0; k < 2; k++)
		for (i = 1; i < 4; i++) {
			n = hex(p, sets[k][i]);
			for (at = 1; at < n; at++) {
				assert_int_not_equal(add(p, at, 0, &w), ADIT_KEEP);
				p[at] ^= 0xff;
				add(p, n, 0, &w);
				p[at] ^= 0xff;
				if (w)
					adit_pkt_free(w);
			}
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_scapy, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_large, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_options, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_frag_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bad_options, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_too_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_headers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ecn, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bounds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sweep, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
