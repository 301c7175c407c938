/* SPDX-License-Identifier: Apache-2.0 */
#include "net/eth.h"
#include "net_samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_tags(void **state)
{
	uint8_t p[80];
	struct net_eth e;
	struct net_gso g;
	uint32_t off, n;
	unsigned tags;

	(void)state;
	for (tags = 0; tags <= 5; tags++) {
		struct sample s = { .frame = true, .tags = tags, .udp = true, .payload = 4 };

		n = sample_make(p, &s, &g);
		assert_int_equal(net_eth_parse(&e, p, n), ADIT_KEEP);
		assert_int_equal(e.n_tags, tags < 4 ? tags : 4);
		assert_int_equal(e.tci, tags ? 100 : 0);
		assert_int_equal(e.type, tags < 5 ? 0x0800 : 0x8100);
		assert_int_equal(e.off, 14 + 4 * (tags < 4 ? tags : 4));
		assert_ptr_equal(e.src, p + 6);
		assert_int_equal(net_find_ip(ADIT_FRAME, p, n, &off), tags < 5 ? 4 : 0);
		if (tags < 5)
			assert_int_equal(off, 14 + 4 * tags);
	}
}

static void test_truncation(void **state)
{
	struct sample s = { .tags = 2, .udp = true, .payload = 4, .v6 = true };
	uint8_t p[100], *exact;
	struct net_eth e;
	struct net_gso g;
	uint32_t off;
	unsigned n;

	(void)state;
	sample_make(p, &s, &g);
	for (n = 0; n < 24; n++) {
		exact = malloc(n ? n : 1);
		memcpy(exact, p, n);
		assert_int_equal(
			net_eth_parse(&e, exact, n), n >= 22 ? ADIT_KEEP : ADIT_DROP_SHORT);
		assert_int_equal(e.type, n < 14 ? 0 : n < 18 ? 0x88a8 : n < 22 ? 0x8100 : 0x86dd);
		assert_int_equal(net_find_ip(ADIT_FRAME, exact, n, &off), n >= 23 ? 6 : 0);
		free(exact);
	}
}

/* EtherType and version must agree; other shapes have no IP that could be found. */
static void test_find(void **state)
{
	uint8_t p[20] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x86, 0xdd, 0x45 };
	uint32_t off;

	(void)state;
	assert_int_equal(net_find_ip(ADIT_FRAME, p, 20, &off), 0);
	p[14] = 0x60;
	assert_int_equal(net_find_ip(ADIT_FRAME, p, 20, &off), 6);
	p[12] = 8, p[13] = 6;
	assert_int_equal(net_find_ip(ADIT_FRAME, p, 20, &off), 0);
	assert_int_equal(net_find_ip(ADIT_PACKET, p + 14, 6, &off), 6);
	assert_int_equal(off, 0);
	assert_int_equal(net_find_ip(ADIT_PACKET, p + 14, 0, &off), 0);
	assert_int_equal(net_find_ip(ADIT_PACKET, p, 20, &off), 0);
	assert_int_equal(net_find_ip(ADIT_PAYLOAD, p + 14, 6, &off), 0);
	net_eth_build(p, (const uint8_t *)"abcdef", (const uint8_t *)"ghijkl", 0x6558);
	assert_memory_equal(p, "abcdefghijkl\x65\x58", 14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
