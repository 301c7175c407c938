/* SPDX-License-Identifier: Apache-2.0 */
/* Pools, packets, batches, stages; the heap of deadlines against a naive twin. */
#include "core/batch.h"
#include "core/chain.h"
#include "core/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void pool_counts_and_reuses(void **state)
{
	struct adit_pool *pool =
		adit_pool_open(&(struct adit_pool_conf){ .events = 1, .smalls = 2, .larges = 1 });
	struct adit_pkt *a, *b, *l, *e;

	(void)state;
	a = adit_pool_get(pool, 10, 100);
	b = adit_pool_get(pool, 0, ADIT_CELL_SMALL);
	assert_non_null(a);
	assert_non_null(b);
	assert_null(adit_pool_get(pool, 0, 1));
	l = adit_pool_get(pool, 0, ADIT_CELL_SMALL + 1);
	assert_non_null(l);
	assert_null(adit_pool_get(pool, 0, ADIT_CELL_LARGE));
	assert_null(adit_pool_get(pool, 0, ADIT_CELL_LARGE + 1));
	assert_null(adit_pool_get(pool, 20, 10));
	e = adit_pool_event(pool, ADIT_EOF);
	assert_int_equal(e->kind, ADIT_EOF);
	assert_null(adit_pool_event(pool, ADIT_EOF));
	assert_int_equal(adit_pool_out(pool), 4);
	assert_int_equal(adit_pool_out_large(pool), 1);
	adit_pkt_free(a);
	assert_ptr_equal(adit_pool_get(pool, 0, 100), a);
	assert_int_equal(a->off, 0);
	adit_pkt_free(a);
	adit_pkt_free(b);
	adit_pkt_free(l);
	adit_pkt_free(e);
	adit_pkt_free(NULL);
	assert_int_equal(adit_pool_out(pool), 0);
	adit_pool_close(pool);
}

static void packet_grows_and_shrinks(void **state)
{
	struct adit_pool *pool = adit_pool_open(&(struct adit_pool_conf){ .smalls = 1 });
	struct adit_pkt *p = adit_pool_get(pool, 8, 20);

	(void)state;
	memcpy(adit_put(p, 4), "abcd", 4);
	memcpy(adit_push(p, 2), "xy", 2);
	assert_memory_equal(adit_data(p), "xyabcd", 6);
	assert_int_equal(adit_pkt_bytes(p), 6);
	assert_null(adit_pull(p, 7));
	assert_memory_equal(adit_pull(p, 3), "xya", 3);
	assert_ptr_equal(adit_push(p, 9), p->base); /* what was pulled is headroom again */
	assert_int_equal(p->off, 0);
	assert_non_null(adit_pull(p, 9));
	assert_int_equal(p->len, 3);
	assert_int_equal(p->last, 3);
	assert_false(adit_trim(p, 4));
	assert_true(adit_trim(p, 1));
	assert_memory_equal(adit_data(p), "b", 1);
	adit_pkt_free(p);
	adit_pool_close(pool);
}

/* An offset has 16 bits, and a large cell with headroom reaches further. */
static void pull_reaches_the_end(void **state)
{
	struct adit_pool *pool = adit_pool_open(&(struct adit_pool_conf){ .larges = 1 });
	struct adit_pkt *p = adit_pool_get(pool, 300, 300 + UINT16_MAX + 20);
	uint8_t *data;

	(void)state;
	data = adit_put(p, UINT16_MAX);
	memset(data, 0, UINT16_MAX);
	data[65530] = 'x';
	assert_ptr_equal(adit_pull(p, 65530), data);
	assert_int_equal(p->len, 5);
	assert_ptr_equal(adit_data(p), data + 65530);
	assert_int_equal(*adit_data(p), 'x');
	assert_ptr_equal(adit_put(p, adit_tailroom(p)), data + UINT16_MAX);
	assert_true(p->len >= 5 + 20);
	adit_pkt_free(p);
	adit_pool_close(pool);
}

static void batch_is_a_ring(void **state)
{
	struct adit_batch b;
	struct adit_pkt p[ADIT_BATCH];

	(void)state;
	adit_batch_init(&b);
	for (unsigned round = 0; round < 5; round++) {
		for (unsigned i = 0; i < 50; i++)
			adit_add(&b, &p[i]);
		assert_int_equal(adit_room(&b), ADIT_BATCH - 50);
		for (unsigned i = 0; i < 50; i++)
			assert_ptr_equal(adit_take(&b), &p[i]);
	}
	assert_null(adit_take(&b));
	assert_null(adit_peek(&b));
	adit_add(&b, &p[1]);
	adit_untake(&b, &p[0]);
	assert_ptr_equal(adit_take(&b), &p[0]);
	assert_ptr_equal(adit_take(&b), &p[1]);
	b.cap = 0;
	assert_int_equal(adit_room(&b), 0);
}

static void stage_drops_the_oldest(void **state)
{
	struct adit_stage s = { .cap = 3 }, none = { 0 };
	struct adit_pkt p[5] = { 0 };
	struct adit_batch b;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_null(adit_stage_add(&s, &p[i]));
	assert_ptr_equal(adit_stage_add(&s, &p[3]), &p[0]);
	assert_ptr_equal(adit_stage_take(&s), &p[1]);
	assert_null(adit_stage_add(&s, &p[4]));
	adit_batch_init(&b);
	b.cap = 2;
	adit_stage_flush(&s, &b);
	assert_int_equal(s.n, 1);
	assert_ptr_equal(adit_take(&b), &p[2]);
	assert_ptr_equal(adit_take(&b), &p[3]);
	assert_ptr_equal(adit_stage_take(&s), &p[4]);
	assert_null(adit_stage_take(&s));
	assert_ptr_equal(adit_stage_add(&none, &p[0]), &p[0]);
}

#define CHAINS 100

static void heap_matches_naive_twin(void **state)
{
	struct adit_stack s = { 0 };
	struct adit_chain c[CHAINS] = { 0 };
	uint32_t x = 1;

	(void)state;
	for (s.chains = 0; s.chains < CHAINS; s.chains++) {
		assert_true(adit_heap_room(&s));
		c[s.chains] = (struct adit_chain){
			.stack = &s, .heap = ADIT_HEAP_NONE, .wake = ADIT_NEVER
		};
	}
	for (unsigned i = 0; i < 20000; i++) {
		adit_time first = ADIT_NEVER;

		x = x * 1664525 + 1013904223;
		adit_heap_set(
			&c[(x >> 8) % CHAINS], (x >> 28) < 5 ? ADIT_NEVER : 1 + (x >> 16) % 50);
		for (unsigned k = 0; k < CHAINS; k++) {
			if (c[k].wake < first)
				first = c[k].wake;
			assert_true((c[k].wake == ADIT_NEVER) == (c[k].heap == ADIT_HEAP_NONE));
		}
		assert_int_equal(adit_stack_deadline(&s), first);
	}
	free(s.heap);
}

/* The same on one segment: no more comes off than is there. */
static void segment_shrinks(void **state)
{
	uint8_t d[4] = "abc";
	struct adit_seg s = { d, 4 };

	(void)state;
	assert_null(adit_seg_pull(&s, 5));
	assert_ptr_equal(adit_seg_pull(&s, 1), d);
	assert_int_equal(s.len, 3);
	assert_false(adit_seg_trim(&s, 4));
	assert_int_equal(s.len, 3);
	assert_true(adit_seg_trim(&s, 2));
	assert_int_equal(s.len, 2);
	assert_ptr_equal(s.data, d + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segment_shrinks),
		cmocka_unit_test(pool_counts_and_reuses),
		cmocka_unit_test(packet_grows_and_shrinks),
		cmocka_unit_test(pull_reaches_the_end),
		cmocka_unit_test(batch_is_a_ring),
		cmocka_unit_test(stage_drops_the_oldest),
		cmocka_unit_test(heap_matches_naive_twin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
