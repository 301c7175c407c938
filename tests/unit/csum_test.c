/* SPDX-License-Identifier: Apache-2.0 */
#include "net/csum.h"
#include "net_samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static uint8_t buf[9000], to[9000];

/* Against RFC 1071 word by word, every length and alignment around the unrolled loops. */
static void test_sum(void **state)
{
	unsigned n, at;

	(void)state;
	for (n = 0; n < sizeof(buf); n++)
		buf[n] = (uint8_t)(n * 2654435761u >> 11);
	for (at = 0; at < 9; at++)
		for (n = 0; n < 300; n++)
			assert_int_equal(
				net_csum(buf + at, n), (uint16_t)~slow_sum(buf + at, n, 0));
	for (n = 4000; n < 8500; n += 37) {
		memset(to, 0xee, sizeof(to));
		assert_int_equal(net_csum_of(net_sum_copy(to + 1, buf + 3, n, 0)),
			(uint16_t)~slow_sum(buf + 3, n, 0));
		assert_memory_equal(to + 1, buf + 3, n);
		assert_int_equal(to[n + 1], 0xee);
	}
	memset(buf, 0xff, sizeof(buf));
	assert_int_equal(net_csum(buf, 8192), 0);
	memset(buf, 0, sizeof(buf));
	assert_int_equal(net_csum(buf, 8192), 0xffff);
}

/* RFC 1071 3: the example's words. */
static void test_rfc1071(void **state)
{
	static const uint8_t words[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	(void)state;
	assert_int_equal(net_fold(net_sum(words, 8, 0)), 0xddf2);
	assert_int_equal(net_fold(net_sum(words + 4, 4, net_sum(words, 4, 0))), 0xddf2);
	assert_int_equal(
		net_fold(net_sum_be32(net_sum_be16(net_sum_be16(0, 0x0001), 0xf203), 0xf4f5f6f7)),
		0xddf2);
}

/* RFC 1624 4: the case that the older formula gets wrong. */
static void test_fix(void **state)
{
	uint8_t was[4], is[4];
	unsigned i;

	(void)state;
	assert_int_equal(net_csum_fix16(0xdd2f, 0x5555, 0x3285), 0x0000);
	for (i = 0; i < sizeof(buf); i++)
		buf[i] = (uint8_t)(i * 2654435761u >> 9);
	for (i = 0; i < 1000; i++) {
		uint16_t csum = net_csum(buf, 1500);

		memcpy(was, buf + 4 * (i % 300), 4);
		adit_put_be32(is, i * 2654435761u);
		memcpy(buf + 4 * (i % 300), is, 4);
		assert_int_equal(net_csum_fix(csum, was, is, 4), net_csum(buf, 1500));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_rfc1071),
		cmocka_unit_test(test_fix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
