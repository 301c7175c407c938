/* SPDX-License-Identifier: Apache-2.0 */
#include "net/icmp.h"
#include "net_samples.h"
#include "net_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const *const v4 = vec_icmp4, *const *const v6 = vec_icmp6;
static uint8_t p[3000], want[3000], out[NET_ICMP_MAX];

static void test_scapy(void **state)
{
	struct adit_addr via4 = { .family = 4, .ip = { 10, 9, 0, 1 } };
	struct adit_addr via6 = { .family = 6, .ip = { 0xfd, [15] = 0xff } };
	struct net_icmp_make m = { NET_ICMP_TOO_BIG, 1400, &via4 };
	struct adit_seg s = { p, hex(p, v4[0]) };
	uint32_t n = hex(want, v4[1]);

	(void)state;
	assert_int_equal(n, 576);
	assert_int_equal(net_icmp_error(out, ADIT_PACKET, &s, &m), n);
	assert_memory_equal(out, want, n);
	m.what = NET_ICMP_TIME_EXCEEDED;
	m.via = &via6; /* of the wrong family: the destination answers */
	n = hex(want, vec_te);
	assert_int_equal(net_icmp_error(out, ADIT_PACKET, &s, &m), n);
	assert_memory_equal(out, want, n);
	m.what = NET_ICMP_TOO_BIG;
	s.len = hex(p, v6[0]);
	n = hex(want, v6[1]);
	assert_int_equal(n, 1280);
	assert_int_equal(net_icmp_error(out, ADIT_PACKET, &s, &m), n);
	assert_memory_equal(out, want, n);
	m.mtu = 1200;
	assert_int_equal(net_icmp_error(out, ADIT_PACKET, &s, &m), n);
	assert_int_equal(adit_be32(out + 44), 1280);
}

static void test_frame(void **state)
{
	struct sample f = { .tags = 4, .v6 = true, .udp = true, .payload = 2000 };
	struct net_icmp_make m = { NET_ICMP_TOO_BIG, 1400, NULL };
	struct net_gso g;
	struct adit_seg s = { p, sample_make(p, &f, &g) };
	uint32_t n = net_icmp_error(out, ADIT_FRAME, &s, &m);

	(void)state;
	assert_int_equal(n, 30 + 1280);
	assert_memory_equal(out, p + 6, 6);
	assert_memory_equal(out + 6, p, 6);
	assert_memory_equal(out + 12, p + 12, 18);
	assert_memory_equal(out + 30 + 8, p + 30 + 24, 16);
	assert_int_equal(
		slow_sum(out + 70, n - 70, sample_pseudo(true, out + 30, 58, n - 70)), 0xffff);
	p[0] |= 1;
	assert_int_equal(net_icmp_error(out, ADIT_FRAME, &s, &m), 0);
	p[0] ^= 1;
	p[6] |= 1;
	assert_int_equal(net_icmp_error(out, ADIT_FRAME, &s, &m), 0);
}

static uint32_t with(const char *vector, unsigned at, uint8_t a, uint8_t b)
{
	struct net_icmp_make m = { NET_ICMP_TOO_BIG, 1400, NULL };
	struct adit_seg s = { p, hex(p, vector) };

	p[at] = a;
	p[at + 1] = b;
	return net_icmp_error(out, ADIT_PACKET, &s, &m);
}

static void test_never(void **state)
{
	struct adit_addr via = { .family = 6, .ip = { 0xfd, [15] = 0xff } };
	struct net_icmp_make m = { NET_ICMP_TOO_BIG, 1400, &via };
	struct adit_seg s = { p, 0 };
	static const uint8_t errors[] = { 3, 4, 5, 11, 12 };
	unsigned i;

	(void)state;
	for (i = 0; i < ADIT_LEN(errors); i++) { /* about an ICMP error */
		hex(p, v4[0]);
		p[9] = 1;
		p[20] = errors[i];
		s.len = 628;
		assert_int_equal(net_icmp_error(out, ADIT_PACKET, &s, &m), 0);
	}
	p[20] = 8;
	assert_int_equal(net_icmp_error(out, ADIT_PACKET, &s, &m), 576);
	assert_int_equal(with(v4[0], 6, 0, 1), 0);	/* a later fragment */
	assert_int_equal(with(v4[0], 6, 0x20, 0), 576); /* the first one */
	assert_int_equal(with(v4[0], 12, 224, 0), 0);
	assert_int_equal(with(v4[0], 12, 0, 0), 0);
	assert_int_equal(with(v4[0], 12, 127, 0), 0);
	assert_int_equal(with(v4[0], 16, 239, 1), 0);
	assert_int_equal(with(v4[0], 16, 255, 255), 0);
	assert_int_equal(with(v6[0], 8, 0xff, 2), 0);
	assert_int_equal(with(v6[0], 24, 0xff, 2), 0);
	assert_int_equal(with(v6[0], 6, 58, 64), 0); /* ICMPv6 type 0 */
	s.len = hex(p, v6[0]);
	p[24] = 0xff;
	assert_int_equal(net_icmp_error(out, ADIT_PACKET, &s, &m), 1280); /* RFC 4443 2.4 (e.3) */
	m.what = NET_ICMP_TIME_EXCEEDED;
	assert_int_equal(net_icmp_error(out, ADIT_PACKET, &s, &m), 0);
	memset(p + 8, 0, 16);
	p[24] = 0xfd;
	assert_int_equal(net_icmp_error(out, ADIT_PACKET, &s, &m), 0);
}

static void test_limit(void **state)
{
	struct net_icmp_limit l = { 0 };
	adit_time now = 5 * ADIT_S;
	unsigned i, n = 0;

	(void)state;
	for (i = 0; i < 1000; i++)
		n += net_icmp_allow(&l, now);
	assert_int_equal(n, NET_ICMP_BURST);
	for (n = 0, i = 0; i < 10000; i++) /* ten seconds of one a millisecond */
		n += net_icmp_allow(&l, now += ADIT_MS);
	assert_in_range(n, 10 * NET_ICMP_RATE - 1, 10 * NET_ICMP_RATE + 1);
	assert_false(net_icmp_allow(&l, now - ADIT_S)); /* a clock that jumps back */
	for (n = 0, i = 0; i < 1000; i++)
		n += net_icmp_allow(&l, now + 3600 * ADIT_S);
	assert_int_equal(n, NET_ICMP_BURST);
}

/* Every quoted length, in memory of that size. */
static void quotes(unsigned version, const char *error, unsigned ip_len)
{
	struct net_icmp_quote q;
	unsigned n, hdr = version == 4 ? 20 : 40;
	uint8_t *exact;
	bool ok;

	hex(want, error);
	for (n = 0; n <= 8 + hdr + 64; n++) {
		exact = malloc(n ? n : 1);
		memcpy(exact, want + hdr, n);
		ok = net_icmp_parse(&q, version, exact, n);
		assert_int_equal(ok, n >= 8 + hdr);
		if (ok) {
			assert_true(q.known);
			assert_int_equal(q.what, NET_ICMP_TOO_BIG);
			assert_int_equal(q.mtu, 1400);
			assert_int_equal(q.proto, 17);
			assert_int_equal(q.l4_len, n - 8 - hdr);
			assert_ptr_equal(q.l4, exact + 8 + hdr);
			assert_memory_equal(
				q.src, want + hdr + 8 + (version == 4 ? 12 : 8), ip_len);
			assert_memory_equal(
				q.dst, want + hdr + 8 + (version == 4 ? 12 : 8) + ip_len, ip_len);
		}
		assert_false(net_icmp_parse(&q, 10 - version, exact, n));
		free(exact);
	}
}

/* What is quoted of a small packet ends with it, in memory of its size; padding is not quoted. */
static void small(const char *vector, unsigned hdr)
{
	struct net_icmp_make m = { NET_ICMP_TOO_BIG, 1400, NULL };
	uint32_t n = hex(p, vector), pad;

	for (pad = 0; pad <= 4; pad += 4) {
		struct adit_seg s = { malloc(n + pad), n + pad };

		memset(s.data, 0xee, s.len);
		memcpy(s.data, p, n);
		assert_int_equal(net_icmp_error(out, ADIT_PACKET, &s, &m), hdr + 8 + n);
		assert_memory_equal(out + hdr + 8, p, n);
		s.len = n - 1; /* less than it says */
		assert_int_equal(net_icmp_error(out, ADIT_PACKET, &s, &m), 0);
		free(s.data);
	}
}

static void test_small(void **state)
{
	(void)state;
	small(vec_udp4, 20);
	small(vec_udp6, 40);
}

/* The message that quotes n bytes of this packet, in memory of its size. */
static bool parse_quote(
	struct net_icmp_quote *q, unsigned version, const char *vector, uint32_t n, uint32_t pad)
{
	uint8_t *exact = calloc(1, 8 + n + pad);
	bool ok;

	hex(want, vector);
	exact[0] = version == 4 ? 3 : 2;
	exact[1] = version == 4 ? 4 : 0;
	memcpy(exact + 8, want, n);
	ok = net_icmp_parse(q, version, exact, 8 + n + pad);
	free(exact);
	return ok;
}

/* A quote that ends within an extension header tells nothing of the packet; what RFC 4884 puts
 * behind a quote is not the packet's. */
static void test_quote_ends(void **state)
{
	struct net_icmp_quote q;
	uint32_t n;

	(void)state;
	for (n = 40; n < 88; n++)
		assert_false(parse_quote(&q, 6, vec_ext, n, 0));
	assert_true(parse_quote(&q, 6, vec_ext, 88, 0));
	assert_int_equal(q.l4_len, 0);
	assert_true(parse_quote(&q, 4, vec_udp4, 33, 0));
	assert_int_equal(q.l4_len, 13);
	assert_true(parse_quote(&q, 4, vec_udp4, 33, 95));
	assert_int_equal(q.l4_len, 13);
	assert_true(parse_quote(&q, 6, vec_udp6, 53, 75));
	assert_int_equal(q.l4_len, 13);
}

static void test_parse(void **state)
{
	struct net_icmp_quote q;

	(void)state;
	quotes(4, v4[1], 4);
	quotes(6, v6[1], 16);
	hex(want, vec_te);
	assert_true(net_icmp_parse(&q, 4, want + 20, 100));
	assert_int_equal(q.what, NET_ICMP_TIME_EXCEEDED);
	want[20] = 3;
	want[21] = 13;
	assert_true(net_icmp_parse(&q, 4, want + 20, 100));
	assert_int_equal(q.what, NET_ICMP_PROHIBITED);
	want[20] = 12;
	assert_true(net_icmp_parse(&q, 4, want + 20, 100));
	assert_false(q.known);
	want[20] = 8;
	assert_false(net_icmp_parse(&q, 4, want + 20, 100));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scapy),
		cmocka_unit_test(test_frame),
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_quote_ends),
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
