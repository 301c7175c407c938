/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ip.h"
#include "net_samples.h"
#include "net_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static uint8_t buf[2000];

/* Parses n bytes of p in memory of exactly that size. */
static enum adit_drop parse_exact(const uint8_t *p, uint32_t n, bool quote)
{
	uint8_t *exact = malloc(n ? n : 1);
	struct net_ip ip;
	enum adit_drop d;

	memcpy(exact, p, n);
	d = quote ? net_ip_parse_quote(&ip, exact, n) : net_ip_parse(&ip, exact, n);
	if (d == ADIT_KEEP) {
		assert_true(ip.l4_off <= n);
		assert_true(ip.l4_off <= ip.total);
	}
	free(exact);
	return d;
}

static void test_parse(void **state)
{
	struct net_ip ip;
	uint32_t n;

	(void)state;
	n = hex(buf, vec_out4);
	assert_int_equal(net_ip_parse(&ip, buf, n), ADIT_KEEP);
	assert_int_equal(ip.version, 4);
	assert_int_equal(ip.total, 30);
	assert_int_equal(ip.l4_off, 20);
	assert_int_equal(ip.tos, 0x2a);
	assert_int_equal(ip.ttl, 64);
	assert_int_equal(ip.proto, 47);
	assert_int_equal(ip.id, 0x1234);
	assert_true(ip.df);
	assert_false(net_ip_is_fragment(&ip));
	assert_memory_equal(ip.src, "\xc0\0\2\1", 4);
	assert_memory_equal(ip.dst, "\xc6\x33\x64\2", 4);
	n = hex(buf, vec_out6);
	assert_int_equal(net_ip_parse(&ip, buf, n), ADIT_KEEP);
	assert_int_equal(ip.version, 6);
	assert_int_equal(ip.total, 50);
	assert_int_equal(ip.l4_off, 40);
	assert_int_equal(ip.tos, 0x2a);
	assert_int_equal(ip.ttl, 64);
	assert_int_equal(ip.proto, 47);
	assert_ptr_equal(ip.src, buf + 8);
	assert_ptr_equal(ip.dst, buf + 24);
}

static void test_extensions(void **state)
{
	struct net_ip ip;
	uint32_t n = hex(buf, vec_ext);

	(void)state;
	assert_int_equal(net_ip_parse(&ip, buf, n), ADIT_KEEP);
	assert_int_equal(ip.proto, 17);
	assert_int_equal(ip.l4_off, 40 + 8 + 8 + 24 + 8);
	assert_int_equal(ip.frag_hdr, 80);
	assert_true(ip.more);
	assert_int_equal(ip.frag_off, 0);
	assert_int_equal(ip.id, 0x1234);
	assert_true(ip.routing);
	n = hex(buf, vec_frag6);
	assert_int_equal(net_ip_parse(&ip, buf, n), ADIT_KEEP);
	assert_int_equal(ip.frag_off, 185 * 8);
	assert_false(ip.more);
	assert_true(net_ip_is_fragment(&ip));
	assert_int_equal(ip.proto, 17);
	assert_int_equal(ip.l4_off, 48);
}

/* Nine extension headers are one too many. */
static void test_bounded(void **state)
{
	struct net_ip ip;
	unsigned i;

	(void)state;
	hex(buf, vec_out6);
	buf[6] = 60;
	memset(buf + 40, 0, 8 * 9);
	for (i = 0; i < 9; i++)
		buf[40 + 8 * i] = i < 8 ? 60 : 59;
	adit_put_be16(buf + 4, 8 * 9);
	assert_int_equal(net_ip_parse(&ip, buf, 40 + 72), ADIT_DROP_MALFORMED);
	buf[40 + 8 * 7] = 59;
	assert_int_equal(net_ip_parse(&ip, buf, 40 + 72), ADIT_KEEP);
	assert_int_equal(ip.l4_off, 40 + 64);
}

static void test_truncation(void **state)
{
	static const char *const v[] = { vec_out4, vec_out6, vec_ext, vec_frag6, vec_udp4 };
	unsigned i, n, len, at;

	(void)state;
	for (i = 0; i < ADIT_LEN(v); i++) {
		n = hex(buf, v[i]);
		for (len = 0; len < n; len++) {
			assert_int_not_equal(parse_exact(buf, len, false), ADIT_KEEP);
			parse_exact(buf, len, true);
		}
		for (at = 0; at < n; at++) {
			buf[at] ^= 0xff;
			parse_exact(buf, n, false);
			buf[at] ^= 0xff;
		}
	}
	hex(buf, vec_out4);
	buf[0] = 0x46; /* options that the quote does not reach */
	assert_int_equal(parse_exact(buf, 22, true), ADIT_DROP_SHORT);
	assert_int_equal(parse_exact(buf, 24, true), ADIT_KEEP);
	hex(buf, vec_out6);
	buf[6] = 60; /* 16 bytes of destination options, the last header */
	buf[5] = 16;
	buf[40] = 59;
	buf[41] = 1;
	assert_int_equal(parse_exact(buf, 48, true), ADIT_DROP_SHORT);
	assert_int_equal(parse_exact(buf, 56, true), ADIT_KEEP);
	hex(buf, vec_out4);
	assert_int_equal(parse_exact(buf, 19, true), ADIT_DROP_SHORT);
	assert_int_equal(parse_exact(buf, 20, true), ADIT_KEEP);
	adit_put_be16(buf + 2, 19);
	assert_int_equal(parse_exact(buf, 30, true), ADIT_DROP_LENGTH);
	adit_put_be16(buf + 2, 20);
	assert_int_equal(parse_exact(buf, 30, true), ADIT_KEEP);
	hex(buf, vec_out6);
	buf[6] = 60; /* destination options that the payload length does not reach */
	buf[40] = 59;
	buf[41] = 0;
	for (len = 0; len <= 10; len++) {
		adit_put_be16(buf + 4, (uint16_t)len);
		assert_int_equal(
			parse_exact(buf, 50, false), len < 8 ? ADIT_DROP_SHORT : ADIT_KEEP);
	}
	hex(buf, vec_out4);
	buf[0] = 0x44;
	assert_int_equal(parse_exact(buf, 30, false), ADIT_DROP_LENGTH);
	buf[0] = 0x55;
	assert_int_equal(parse_exact(buf, 30, false), ADIT_DROP_VERSION);
}

/* A transport header that does not reach its checksum has none, in memory of its size. */
static void test_partial(void **state)
{
	unsigned proto, len, csum_off;
	struct net_ip ip;
	uint8_t *exact;
	uint32_t sum;

	(void)state;
	for (proto = 6; proto <= 17; proto += 11) {
		csum_off = proto == 6 ? 16 : 6;
		for (len = 0; len <= 20; len++) {
			exact = calloc(1, 20 + len);
			hex(buf, vec_out4);
			memcpy(exact, buf, 20);
			exact[9] = (uint8_t)proto;
			adit_put_be16(exact + 2, (uint16_t)(20 + len));
			sum = slow_sum(exact + 12, 8, proto + len);
			if (len >= csum_off + 2)
				adit_put_be16(exact + 20 + csum_off, (uint16_t)sum);
			assert_int_equal(net_ip_parse(&ip, exact, 20 + len), ADIT_KEEP);
			assert_int_equal(
				net_ip_partial(&ip, exact + 20), len >= (proto == 6 ? 20u : 8u));
			free(exact);
		}
	}
}

static void test_build(void **state)
{
	uint8_t want[100], got[100];
	struct net_ip_build b = { .version = 4,
		.proto = 47,
		.tos = 0x2a,
		.ttl = 64,
		.df = true,
		.id = 0x1234,
		.flow = 0xabcde,
		.payload = 10 };

	(void)state;
	hex(want, vec_out4);
	b.src = want + 12;
	b.dst = want + 16;
	assert_int_equal(net_ip_build(got, &b), 20);
	assert_memory_equal(got, want, 20);
	assert_true(net_ip4_csum_ok(got));
	got[10] ^= 1;
	assert_false(net_ip4_csum_ok(got));
	hex(want, vec_out6);
	b.version = 6;
	b.src = want + 8;
	b.dst = want + 24;
	assert_int_equal(net_ip_build(got, &b), 40);
	assert_memory_equal(got, want, 40);
}

static void test_patch(void **state)
{
	uint8_t p[100], was[100];
	unsigned i;

	(void)state;
	hex(p, vec_out4);
	for (i = 0; i < 256; i++) {
		net_ip_set_tos(p, (uint8_t)i);
		net_ip_set_ttl(p, (uint8_t)(255 - i));
		assert_int_equal(net_ip_tos(p), i);
		assert_int_equal(net_ip_ttl(p), 255 - i);
		assert_int_equal(slow_sum(p, 20, 0), 0xffff);
	}
	hex(p, vec_out6);
	memcpy(was, p, sizeof(was));
	for (i = 0; i < 256; i++) {
		net_ip_set_tos(p, (uint8_t)i);
		net_ip_set_ttl(p, (uint8_t)(255 - i));
		assert_int_equal(net_ip_tos(p), i);
		assert_int_equal(net_ip_ttl(p), 255 - i);
		assert_int_equal(p[0] >> 4, 6);
		assert_int_equal(adit_be32(p) & 0xfffff, 0xabcde);
		assert_memory_equal(p + 8, was + 8, 32);
	}
}

static void udp_case(const char *vector)
{
	uint8_t want[100], got[100];
	uint32_t n = hex(want, vector);
	struct net_ip ip;
	struct net_udp_build b = { .sport = 50000, .dport = 4789 };
	uint16_t len;

	assert_int_equal(net_ip_parse(&ip, want, n), ADIT_KEEP);
	b.src = ip.src;
	b.dst = ip.dst;
	b.addr_len = ip.addr_len;
	memcpy(got, want + ip.l4_off, 13);
	memset(got, 0xee, 8);
	net_udp_build(got, 13, &b);
	assert_memory_equal(got, want + ip.l4_off, 13);
	assert_int_equal(net_udp_check(&ip, got, 13, false, &len), ADIT_KEEP);
	assert_int_equal(len, 13);
	assert_int_equal(net_udp_check(&ip, got, 12, false, &len), ADIT_DROP_LENGTH);
	assert_int_equal(net_udp_check(&ip, got, 7, false, &len), ADIT_DROP_SHORT);
	got[9] ^= 1;
	assert_int_equal(net_udp_check(&ip, got, 13, true, &len), ADIT_DROP_CHECKSUM);
	b.zero_csum = true;
	net_udp_build(got, 13, &b);
	assert_int_equal(net_udp_check(&ip, got, 13, false, &len), ADIT_DROP_CHECKSUM);
	assert_int_equal(net_udp_check(&ip, got, 13, true, &len), ADIT_KEEP);
	adit_put_be16(got + 4, 7);
	assert_int_equal(net_udp_check(&ip, got, 13, true, &len), ADIT_DROP_LENGTH);
}

static void test_udp(void **state)
{
	(void)state;
	udp_case(vec_udp4);
	udp_case(vec_udp6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_build),
		cmocka_unit_test(test_patch),
		cmocka_unit_test(test_udp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
