/* SPDX-License-Identifier: Apache-2.0 */
/* IP in IP: nesting, and the ECN field on its way through. */
#include "proto/ipip/ipip.h"

#include "lab.h"
#include "net/ip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define IP6(payload, next)                                                                         \
	"60000000 00" payload next "40 20010db8000000000000000000000001"                           \
	"20010db8000000000000000000000002"

static enum adit_drop sent(const char *hex, uint8_t depth)
{
	struct adit_meta m = { .depth = depth };
	struct adit_pkt *p;
	enum adit_drop why;
	struct lab b;
	uint8_t d[128];
	uint32_t n = lab_hex(d, sizeof(d), hex);

	assert_int_equal(lab_open(&b, &adit_layer_ipip, "", 0, 0), ADIT_OK);
	p = lab_down(&b, &m, d, n);
	why = lab_dropped(&b);
	assert_int_equal(!p, why != ADIT_KEEP);
	if (p)
		assert_int_equal(p->m.depth, depth + 1);
	adit_pkt_free(p);
	lab_close(&b);
	return why;
}

/* RFC 2473 4.1.1: a packet may forbid one more tunnel. */
static void test_limit(void **state)
{
	(void)state;
	assert_int_equal(sent(IP6("08", "3c") "3b00 040100 010100", 0), ADIT_DROP_LOOP);
	assert_int_equal(sent(IP6("08", "3c") "3b00 040101 010100", 0), ADIT_KEEP);
	assert_int_equal(sent(IP6("08", "3c") "3b00 00 040100 0100", 0), ADIT_DROP_LOOP);
	assert_int_equal(sent(IP6("08", "3c") "3b00 0101 00 040100", 0), ADIT_DROP_LOOP);
	assert_int_equal(sent(IP6("08", "3c") "3b00 0103 000000 04", 0), ADIT_KEEP);
	assert_int_equal(sent(IP6("08", "3c") "3b00 0102 0000 0401", 0), ADIT_KEEP);
	assert_int_equal(sent(IP6("08", "3c") "3b00 0002 0000 0000", 0), ADIT_KEEP);
	assert_int_equal(sent(IP6("10", "00") "3c00 010400000000 3b00 040100 010100", 0),
		ADIT_DROP_LOOP); /* behind hop-by-hop options */
	/* headers that end in the middle */
	assert_int_equal(sent(IP6("07", "3c") "3b00 040100 0101", 0), ADIT_KEEP);
	assert_int_equal(sent(IP6("08", "3c") "3b01 040100 010100", 0), ADIT_KEEP);
	assert_int_equal(sent(IP6("01", "3c") "3b", 0), ADIT_KEEP);
	assert_int_equal(sent(IP6("00", "3c"), 0), ADIT_KEEP);
}

static void test_depth(void **state)
{
	(void)state;
	assert_int_equal(sent(IP6("00", "3b"), 7), ADIT_KEEP);
	assert_int_equal(sent(IP6("00", "3b"), 8), ADIT_DROP_LOOP);
}

static void test_short(void **state)
{
	(void)state;
	assert_int_equal(sent("", 0), ADIT_DROP_VERSION);
	assert_int_equal(sent("50", 0), ADIT_DROP_VERSION);
	assert_int_equal(sent("45", 0), ADIT_DROP_SHORT);
	assert_int_equal(sent("45000014000000004001 0000 0a000001 0a0000", 0), ADIT_DROP_SHORT);
	assert_int_equal(sent("45000014000000004001 0000 0a000001 0a000002", 0), ADIT_KEEP);
	assert_int_equal(sent("60000000 00003b40 20010db8", 0), ADIT_DROP_SHORT);
}

/* The whole table of RFC 6040 4.2 by its rules: rows inner, columns outer. */
static void test_ecn(void **state)
{
	static const int8_t table[4][4] = { { 0, 0, 0, -1 }, { 1, 1, 1, 3 }, { 2, 1, 2, 3 },
		{ 3, 3, 3, 3 } };
	struct lab b;
	uint8_t d[20];

	(void)state;
	assert_int_equal(lab_open(&b, &adit_layer_ipip, "", 0, 0), ADIT_OK);
	for (uint8_t inner = 0; inner < 4; inner++)
		for (uint8_t outer = 0; outer < 4; outer++) {
			struct adit_meta m = {
				.space = ADIT_SPACE_IPPROTO, .code = 4, .tos = outer
			};
			struct adit_pkt *p;

			lab_hex(d, sizeof(d), "45000014000000004001 0000 0a000001 0a000002");
			d[1] = 0x28 | inner;
			net_ip4_csum_set(d);
			p = lab_up(&b, &m, d, sizeof(d));
			assert_int_equal(lab_dropped(&b),
				table[inner][outer] < 0 ? ADIT_DROP_ECN : ADIT_KEEP);
			if (!p)
				continue;
			assert_int_equal(adit_data(p)[1], 0x28 | table[inner][outer]);
			assert_true(net_ip4_csum_ok(adit_data(p)));
			adit_pkt_free(p);
		}
	lab_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_ecn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
