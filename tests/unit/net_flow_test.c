/* SPDX-License-Identifier: Apache-2.0 */
#include "net/flow.h"
#include "net_samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static uint8_t p[3000];

static uint32_t hash_of(struct sample s, unsigned at, uint8_t flip)
{
	struct net_gso g;
	uint32_t n = sample_make(p, &s, &g);

	p[at] ^= flip;
	return net_flow_hash(s.frame || s.tags ? ADIT_FRAME : ADIT_PACKET, p, n);
}

/* What names the flow counts, and nothing else; a frame's packet counts as the packet alone. */
static void test_fields(void **state)
{
	struct sample s = { .payload = 100, .flags = 0x10 };
	uint32_t h = hash_of(s, 2000, 0);
	static const unsigned in[] = { 9, 12, 15, 16, 19, 20, 21, 22, 23 };
	static const unsigned out[] = { 1, 5, 8, 10, 24, 30, 36, 60 };
	unsigned i;

	(void)state;
	for (i = 0; i < ADIT_LEN(in); i++)
		assert_int_not_equal(hash_of(s, in[i], 1), h);
	for (i = 0; i < ADIT_LEN(out); i++)
		assert_int_equal(hash_of(s, out[i], 1), h);
	s.tags = 2;
	assert_int_equal(hash_of(s, 2000, 0), h);
	s.tags = 0;
	s.v6 = true;
	h = hash_of(s, 2000, 0);
	for (i = 8; i < 44; i++)
		assert_int_not_equal(hash_of(s, i, 1), h);
	assert_int_equal(hash_of(s, 3, 1), h);
	assert_int_equal(hash_of(s, 7, 1), h);
}

/* All fragments of a datagram hash alike. */
static void test_fragments(void **state)
{
	struct sample s = { .udp = true, .payload = 100 };
	struct net_gso g;
	uint32_t n = sample_make(p, &s, &g), first;

	(void)state;
	p[6] = 0x20;
	first = net_flow_hash(ADIT_PACKET, p, n);
	p[6] = 0;
	p[7] = 185;
	p[20] ^= 0x55;
	assert_int_equal(net_flow_hash(ADIT_PACKET, p, n), first);
}

/* 65536 flows over 64 places: none has half or twice its share; and ports stay in their range. */
static void test_dispersion(void **state)
{
	struct sample s = { .udp = true, .payload = 4 };
	unsigned count[4][64] = { { 0 } }, i, k;
	uint32_t h;
	uint16_t port;

	(void)state;
	for (i = 0; i < 65536; i++) {
		s.sport = (uint16_t)(1024 + i % 256);
		h = hash_of(s, 19, (uint8_t)(i >> 8));
		port = net_flow_port(h);
		assert_true(port >= 49152);
		count[0][h % 64]++;
		count[1][h >> 26]++;
		count[2][port % 64]++;
		count[3][(port - 49152) >> 8]++;
	}
	for (k = 0; k < 4; k++)
		for (i = 0; i < 64; i++)
			assert_in_range(count[k][i], 512, 2048);
	assert_int_equal(net_flow_port(UINT32_MAX), 65535);
	assert_int_equal(net_flow_port(0), 49152);
}

static void test_no_ip(void **state)
{
	uint8_t f[60] = { 0 }, *exact;
	uint32_t a;
	unsigned n;

	(void)state;
	f[12] = 0x88;
	f[13] = 0xcc;
	a = net_flow_hash(ADIT_FRAME, f, 60);
	f[11] ^= 1;
	assert_int_not_equal(net_flow_hash(ADIT_FRAME, f, 60), a);
	f[11] ^= 1;
	f[40] ^= 1;
	assert_int_equal(net_flow_hash(ADIT_FRAME, f, 60), a);
	for (n = 0; n < 60; n++) {
		struct sample s = { .v6 = n & 1, .tags = n & 2 ? 2 : 0, .payload = 9 };
		struct net_gso g;

		sample_make(p, &s, &g);
		exact = malloc(n ? n : 1);
		memcpy(exact, p, n);
		net_flow_hash(s.tags ? ADIT_FRAME : ADIT_PACKET, exact, n);
		free(exact);
	}
	assert_int_equal(net_flow_hash(ADIT_PACKET, f, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_dispersion),
		cmocka_unit_test(test_no_ip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
