/* SPDX-License-Identifier: Apache-2.0 */
/* GRE: counters, order, and headers cut anywhere. */
#include "proto/gre/gre.h"

#include "core/bytes.h"
#include "lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct adit_meta gre_meta = { .space = ADIT_SPACE_IPPROTO, .code = 47 };

static void opened(struct lab *b, const char *conf, uint8_t above)
{
	assert_int_equal(lab_open(b, &adit_layer_gre, conf, above, 0), ADIT_OK);
}

static enum adit_drop come(struct lab *b, const char *hex)
{
	uint8_t d[128];
	uint32_t n = lab_hex(d, sizeof(d), hex);
	struct adit_pkt *p = lab_up(b, &gre_meta, d, n);
	enum adit_drop why = lab_dropped(b);

	assert_int_equal(!p, why != ADIT_KEEP);
	adit_pkt_free(p);
	return why;
}

static enum adit_drop number(struct lab *b, uint32_t seq)
{
	uint8_t d[10] = { 0x10, 0, 0x88, 0xb5, 0, 0, 0, 0, 'h', 'i' };
	struct adit_pkt *p;

	adit_put_be32(d + 4, seq);
	p = lab_up(b, &gre_meta, d, sizeof(d));
	adit_pkt_free(p);
	return lab_dropped(b);
}

static void test_order(void **state)
{
	struct lab b;

	(void)state;
	opened(&b, "seq", ADIT_PAYLOAD);
	assert_int_equal(number(&b, 0xfffffffe), ADIT_KEEP);
	assert_int_equal(number(&b, 0xfffffffe), ADIT_DROP_SEQ);
	assert_int_equal(number(&b, 1), ADIT_KEEP); /* over the edge, with a gap */
	assert_int_equal(number(&b, 0xffffffff), ADIT_DROP_SEQ);
	assert_int_equal(number(&b, 0), ADIT_DROP_SEQ);
	assert_int_equal(number(&b, 2), ADIT_KEEP);
	b.e.now += 2 * ADIT_S;
	assert_int_equal(number(&b, 0), ADIT_DROP_SEQ);
	b.e.now += 2 * ADIT_S;
	assert_int_equal(number(&b, 0), ADIT_KEEP); /* the peer began anew */
	lab_close(&b);
}

/* Numbers mean an order, and an order means one worker. */
static void test_ordered(void **state)
{
	static const struct {
		const char *conf;
		bool ordered;
	} t[] = { { "", false }, { "key=1 csum", false }, { "seq", true }, { "oseq", true },
		{ "iseq", true } };

	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(t); i++) {
		struct lab b;

		opened(&b, t[i].conf, ADIT_PACKET);
		assert_int_equal(b.l.ordered, t[i].ordered);
		lab_close(&b);
	}
}

static void test_counts(void **state)
{
	struct adit_meta m = { .space = ADIT_SPACE_ETHERTYPE, .code = 0x88b5 };
	struct lab b;

	(void)state;
	opened(&b, "oseq okey=9", ADIT_PAYLOAD);
	assert_int_equal(b.l.headroom, 12);
	for (uint32_t i = 0; i < 3; i++) {
		struct adit_pkt *p = lab_down(&b, &m, (const uint8_t *)"hi", 2);

		assert_non_null(p);
		assert_int_equal(adit_be32(adit_data(p) + 4), 9);
		assert_int_equal(adit_be32(adit_data(p) + 8), i);
		adit_pkt_free(p);
	}
	lab_close(&b);
}

static void test_cut_header(void **state)
{
	struct lab b;

	(void)state;
	opened(&b, "", ADIT_PAYLOAD);
	assert_int_equal(come(&b, ""), ADIT_DROP_SHORT);
	assert_int_equal(come(&b, "000088"), ADIT_DROP_SHORT);
	assert_int_equal(come(&b, "000088b5"), ADIT_KEEP);
	assert_int_equal(come(&b, "100088b5 000000"), ADIT_DROP_SHORT);
	assert_int_equal(come(&b, "100088b5 00000000"), ADIT_KEEP);
	assert_int_equal(come(&b, "b00088b5 77470000 00000000 000000"), ADIT_DROP_SHORT);
	lab_close(&b);
	opened(&b, "", ADIT_PACKET);
	assert_int_equal(come(&b, "00000800"), ADIT_DROP_SHORT);
	assert_int_equal(come(&b, "00000800 45"), ADIT_DROP_SHORT);
	lab_close(&b);
	opened(&b, "", ADIT_FRAME);
	assert_int_equal(come(&b, "00006558 00000000000000000000000000"), ADIT_DROP_SHORT);
	assert_int_equal(come(&b, "00006558 0000000000000000000000000000"), ADIT_KEEP);
	lab_close(&b);
}

static void test_refuses_down(void **state)
{
	struct adit_meta m = { .depth = 8 };
	struct lab b;

	(void)state;
	opened(&b, "", ADIT_PACKET);
	assert_null(lab_down(&b, &m, (const uint8_t *)"\x45", 1));
	assert_int_equal(lab_dropped(&b), ADIT_DROP_LOOP);
	m.depth = 0;
	assert_null(lab_down(&b, &m, (const uint8_t *)"\x55", 1));
	assert_int_equal(lab_dropped(&b), ADIT_DROP_PROTO);
	assert_null(lab_down(&b, &m, NULL, 0));
	assert_int_equal(lab_dropped(&b), ADIT_DROP_PROTO);
	lab_close(&b);
	opened(&b, "", ADIT_FRAME);
	assert_null(lab_down(&b, &m, (const uint8_t *)"thirteenbytes", 13));
	assert_int_equal(lab_dropped(&b), ADIT_DROP_SHORT);
	lab_close(&b);
	opened(&b, "", ADIT_PAYLOAD);
	assert_null(lab_down(&b, &m, (const uint8_t *)"no code", 7));
	assert_int_equal(lab_dropped(&b), ADIT_DROP_PROTO);
	lab_close(&b);
}

/* The TTL is handed to the delivery when the header is whole, in memory of its size. */
static void test_cut_inside(void **state)
{
	struct adit_meta m = { 0 };
	uint8_t d[40] = { 0x45, 0, 0, 40, 0, 0, 0, 0, 77, 59 };
	struct adit_pkt *p;
	struct lab b;

	(void)state;
	opened(&b, "", ADIT_PACKET);
	for (uint32_t n = 1; n <= 80; n++) {
		uint32_t len = n <= 40 ? n : n - 40;

		d[0] = n <= 40 ? 0x45 : 0x60;
		d[7] = 77;
		p = lab_down(&b, &m, d, len);
		assert_non_null(p);
		assert_int_equal(p->m.ttl, len >= (n <= 40 ? 20u : 40u) ? 77 : 0);
		adit_pkt_free(p);
	}
	lab_close(&b);
}

/* One direction's option goes before that of both. */
static void test_directions(void **state)
{
	struct lab b;

	(void)state;
	opened(&b, "csum ocsum=off key=1 okey=2", ADIT_PAYLOAD);
	assert_int_equal(b.l.headroom, 8);
	assert_int_equal(come(&b, "200088b5 00000001"), ADIT_DROP_CHECKSUM);
	assert_int_equal(come(&b, "a00088b5 d7490000 00000002"), ADIT_DROP_CHECKSUM);
	assert_int_equal(come(&b, "a00088b5 d7470000 00000002"), ADIT_DROP_KEY);
	assert_int_equal(come(&b, "a00088b5 d7480000 00000001"), ADIT_KEEP);
	lab_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_ordered),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_cut_header),
		cmocka_unit_test(test_refuses_down),
		cmocka_unit_test(test_cut_inside),
		cmocka_unit_test(test_directions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
