/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cursor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const uint8_t bytes[] = { 1, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 'a', 'b' };

static void reads_in_order(void **state)
{
	struct adit_rd r = adit_rd_of(bytes, sizeof(bytes)), sub;

	(void)state;
	assert_int_equal(adit_rd_u8(&r), 1);
	assert_int_equal(adit_rd_be16(&r), 0x1234);
	sub = adit_rd_sub(&r, 4);
	assert_int_equal(adit_rd_be32(&sub), 0xdeadbeef);
	assert_int_equal(adit_rd_left(&sub), 0);
	assert_int_equal(adit_rd_u8(&sub), 0);
	assert_false(adit_rd_ok(&sub));
	assert_memory_equal(adit_rd_bytes(&r, 2), "ab", 2);
	assert_true(adit_rd_ok(&r));
	assert_int_equal(adit_rd_left(&r), 0);
}

/* Cut anywhere, in a block of exactly that size: what is missing is zero, and stays bad. */
static void every_cut_is_bad(void **state)
{
	(void)state;
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		uint8_t *exact = malloc(n ? n : 1);
		struct adit_rd r, sub;

		assert_non_null(exact);
		memcpy(exact, bytes, n);
		r = adit_rd_of(exact, n);
		assert_int_equal(adit_rd_u8(&r), n >= 1 ? 1 : 0);
		assert_int_equal(adit_rd_be16(&r), n >= 3 ? 0x1234 : 0);
		sub = adit_rd_sub(&r, 4);
		assert_int_equal(adit_rd_ok(&sub), n >= 7);
		assert_int_equal(adit_rd_be32(&sub), n >= 7 ? 0xdeadbeef : 0);
		assert_int_equal(adit_rd_bytes(&r, 2) != NULL, n >= 9);
		assert_int_equal(adit_rd_ok(&r), n >= 9);
		assert_int_equal(adit_rd_u8(&r), 0);
		assert_false(adit_rd_ok(&r));
		free(exact);
	}
}

static void writes_what_fits(void **state)
{
	(void)state;
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		uint8_t *exact = calloc(1, n ? n : 1);
		struct adit_wr w;

		assert_non_null(exact);
		w = adit_wr_of(exact, n);
		adit_wr_u8(&w, 1);
		adit_wr_be16(&w, 0x1234);
		adit_wr_be32(&w, 0xdeadbeef);
		adit_wr_bytes(&w, "ab", 2);
		assert_int_equal(adit_wr_ok(&w), n == sizeof(bytes));
		if (adit_wr_ok(&w))
			assert_memory_equal(exact, bytes, n);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_in_order),
		cmocka_unit_test(every_cut_is_bad),
		cmocka_unit_test(writes_what_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
