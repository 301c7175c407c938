/* SPDX-License-Identifier: Apache-2.0 */
#include "net/mss.h"
#include "net_samples.h"
#include "net_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const *const vectors[] = { vec_mss4, vec_mss4odd, vec_mss6, vec_mss6f };

static void test_scapy(void **state)
{
	uint8_t p[200], want[200];
	unsigned i;

	(void)state;
	for (i = 0; i < ADIT_LEN(vectors); i++) {
		struct adit_seg s = { p, hex(p, vectors[i][0]) };
		enum adit_shape shape = i == 3 ? ADIT_FRAME : ADIT_PACKET;

		hex(want, vectors[i][1]);
		assert_false(net_mss_clamp(shape, &s, 1500));
		assert_true(net_mss_clamp(shape, &s, 1400));
		assert_memory_equal(p, want, s.len);
		assert_false(net_mss_clamp(shape, &s, 1400));
		assert_false(net_mss_clamp(shape, &s, 20));
	}
}

/* Not a SYN, a later fragment, another protocol, a broken option list: nothing is touched. */
static void test_left_alone(void **state)
{
	static const struct {
		unsigned at;
		uint8_t value;
	} t[] = { { 33, 0x10 }, { 7, 1 }, { 9, 17 }, { 32, 0x40 }, { 32, 0xf0 }, { 40, 0 },
		{ 41, 1 }, { 41, 13 }, { 41, 3 }, { 0, 0x46 }, { 3, 70 } };
	uint8_t p[200], was[200];
	struct adit_seg s = { p, hex(p, vectors[0][0]) };
	unsigned i;

	(void)state;
	for (i = 0; i < ADIT_LEN(t); i++) {
		hex(p, vectors[0][0]);
		p[t[i].at] = t[i].value;
		memcpy(was, p, s.len);
		assert_false(net_mss_clamp(ADIT_PACKET, &s, 1400));
		assert_memory_equal(p, was, s.len);
	}
}

/* A checksum that is still the pseudo-header's sum does not cover the option. */
static void test_partial(void **state)
{
	uint8_t p[200];
	struct adit_seg s = { p, hex(p, vectors[0][0]) };
	uint16_t sum;

	(void)state;
	sum = (uint16_t)slow_sum(NULL, 0, sample_pseudo(false, p, 6, s.len - 20));
	adit_put_be16(p + 36, sum);
	assert_true(net_mss_clamp(ADIT_PACKET, &s, 1400));
	assert_int_equal(adit_be16(p + 36), sum);
}

/* An option that begins in the header's last byte, and an MSS that the header cuts: memory ends
 * with the header. */
static void test_option_ends(void **state)
{
	static const char *const tails[] = { "\x01\x01\x05", "\x02\x04\x05" };
	struct adit_seg s = { NULL, 0 };
	uint8_t p[200];
	unsigned i;

	(void)state;
	s.len = hex(p, vectors[0][0]);
	s.data = malloc(s.len);
	for (i = 0; i < ADIT_LEN(tails); i++) {
		memset(p + 40, 1, s.len - 40);
		memcpy(p + s.len - 3, tails[i], 3);
		memcpy(s.data, p, s.len);
		assert_false(net_mss_clamp(ADIT_PACKET, &s, 1000));
		assert_memory_equal(s.data, p, s.len);
	}
	free(s.data);
}

static void test_sweep(void **state)
{
	uint8_t p[200], *exact;
	unsigned i, n, len, at;

	(void)state;
	for (i = 0; i < ADIT_LEN(vectors); i++) {
		n = hex(p, vectors[i][0]);
		for (len = 0; len < n; len++) {
			struct adit_seg s = { exact = malloc(len ? len : 1), len };

			memcpy(exact, p, len);
			assert_false(net_mss_clamp(i == 3 ? ADIT_FRAME : ADIT_PACKET, &s, 1000));
			free(exact);
		}
		for (at = 0; at < 256 * n; at++) {
			struct adit_seg s = { exact = malloc(n), n };

			memcpy(exact, p, n);
			exact[at / 256] = (uint8_t)at;
			net_mss_clamp(i == 3 ? ADIT_FRAME : ADIT_PACKET, &s, 1000);
			free(exact);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scapy),
		cmocka_unit_test(test_left_alone),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_option_ends),
		cmocka_unit_test(test_sweep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
