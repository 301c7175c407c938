/* SPDX-License-Identifier: Apache-2.0 */
/* len16: ends of the stream, messages that are too big, want of cells and of room. */
#include "proto/len16/len16.h"

#include "lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void opened(struct lab *b)
{
	assert_int_equal(lab_open(b, &adit_layer_len16, "", ADIT_DATAGRAM, 0), ADIT_OK);
}

static void stream(struct lab *b, const void *data, uint32_t n)
{
	lab_feed(b, false, lab_train(b, data, n, 1, 0, 0));
}

static void event(struct lab *b, enum adit_kind kind)
{
	struct adit_pkt *p = adit_pool_event(b->pool, kind);

	assert_non_null(p);
	lab_feed(b, false, p);
}

/* What comes up next is this message. */
static void expect(struct lab *b, const char *text)
{
	struct adit_pkt *p = adit_take(&b->up);

	assert_non_null(p);
	assert_int_equal(p->kind, ADIT_DATA);
	assert_int_equal(p->m.shape, ADIT_DATAGRAM);
	assert_int_equal(p->len, strlen(text));
	assert_memory_equal(adit_data(p), text, strlen(text));
	adit_pkt_free(p);
}

static void test_end(enum adit_kind kind)
{
	struct adit_pkt *p;
	struct lab b;

	opened(&b);
	stream(&b, "\0\3abc\0\5de", 9);
	event(&b, kind);
	expect(&b, "abc");
	p = adit_take(&b.up);
	assert_non_null(p);
	assert_int_equal(p->kind, kind);
	adit_pkt_free(p);
	assert_int_equal(lab_dropped(&b), ADIT_DROP_SHORT);
	lab_close(&b);
}

static void test_eof(void **state)
{
	(void)state;
	test_end(ADIT_EOF);
}

static void test_reset(void **state)
{
	(void)state;
	test_end(ADIT_RESET);
}

/* An end between two messages loses nothing. */
static void test_clean_eof(void **state)
{
	struct lab b;

	(void)state;
	opened(&b);
	stream(&b, "\0\1x", 3);
	event(&b, ADIT_EOF);
	expect(&b, "x");
	assert_int_equal(lab_dropped(&b), ADIT_KEEP);
	lab_close(&b);
}

static void test_closed_in_the_middle(void **state)
{
	struct lab b;

	(void)state;
	opened(&b);
	stream(&b, "\0\5de", 4);
	lab_close(&b); /* counts the cells */
}

static void test_sizes(void **state)
{
	static uint8_t data[UINT16_MAX];
	struct adit_meta m = { 0 };
	struct adit_pkt *p;
	struct lab b;

	(void)state;
	opened(&b);
	assert_null(lab_down(&b, &m, data, UINT16_MAX - 1));
	assert_int_equal(lab_dropped(&b), ADIT_DROP_TOO_BIG);
	p = lab_down(&b, &m, data, UINT16_MAX - 2);
	assert_non_null(p);
	stream(&b, adit_data(p), p->len);
	adit_pkt_free(p);
	p = adit_take(&b.up);
	assert_non_null(p);
	assert_int_equal(p->len, UINT16_MAX - 2);
	adit_pkt_free(p);
	lab_close(&b);
}

/* A message for which there is no cell is lost; the next one is found. */
static void test_no_cell(void **state)
{
	struct adit_pkt *held[64];
	unsigned n = 0;
	struct lab b;

	(void)state;
	opened(&b);
	while (n < 64) {
		held[n] = adit_pool_get(b.pool, 0, ADIT_CELL_LARGE);
		if (!held[n])
			break;
		n++;
	}
	stream(&b, "\x20\0", 2); /* 8 KiB: a large cell */
	for (unsigned i = 0; i < 8; i++) {
		static uint8_t zero[1024];

		stream(&b, zero, sizeof(zero));
	}
	stream(&b, "\0\2ok", 4);
	expect(&b, "ok");
	assert_int_equal(lab_dropped(&b), ADIT_DROP_NO_CELL);
	while (n > 0)
		adit_pkt_free(held[--n]);
	lab_close(&b);
}

/* Back-pressure: what does not fit above stays below, also in the middle of a train. */
static void test_no_room(void **state)
{
	struct adit_pkt *p;
	struct lab b;

	(void)state;
	opened(&b);
	b.up.cap = 1;
	p = lab_train(&b, (const uint8_t *)"\0\1a\0\1b", 6, 2, 0, 0);
	lab_feed(&b, false, p);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(b.up.count, 1);
		expect(&b, i % 2 ? "b" : "a");
		adit_layer_len16.up(&b.l, &b.in, &b.e);
	}
	assert_int_equal(b.up.count, 0);
	assert_int_equal(b.in.count, 0);
	lab_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eof),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_clean_eof),
		cmocka_unit_test(test_closed_in_the_middle),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_no_cell),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
