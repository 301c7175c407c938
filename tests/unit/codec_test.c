/* SPDX-License-Identifier: Apache-2.0 */
/* Trains through per-segment functions: what stays whole, what is split, what is dropped. */
#include "core/codec.h"

#include "core/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* The payload's first two bytes say what becomes of a segment. */
enum { PLAIN, DROP, SHORTER, TOS, LONGER };

static enum adit_drop act(struct adit_layer *l, struct adit_seg *s, const struct adit_meta *in,
	struct adit_meta *out, adit_time now)
{
	uint8_t what = s->data[0], arg = s->data[1];

	(void)l;
	(void)in;
	(void)now;
	if (what == DROP)
		return ADIT_DROP_PROTO;
	if (what == SHORTER)
		s->len -= arg;
	if (what == TOS)
		out->tos = arg;
	adit_seg_push(s, what == LONGER ? 8 : 4)[0] = 'H';
	return ADIT_KEEP;
}

struct bench {
	struct adit_pool *pool;
	struct adit_batch in, down;
	struct adit_layer layer;
	struct adit_emit e;
};

static const struct adit_pool_conf pools = { .smalls = 80, .larges = 16 };

static void setup(struct bench *b)
{
	static const struct adit_layer_ops ops = { .name = "test" };

	memset(b, 0, sizeof(*b));
	b->pool = adit_pool_open(&pools);
	assert_non_null(b->pool);
	adit_batch_init(&b->in);
	adit_batch_init(&b->down);
	b->layer = (struct adit_layer){ .ops = &ops, .headroom = 8, .below = ADIT_DATAGRAM };
	b->e = (struct adit_emit){ .down = &b->down, .pool = b->pool };
}

static void teardown(struct bench *b)
{
	adit_batch_drain(&b->in);
	adit_batch_drain(&b->down);
	assert_int_equal(adit_pool_out(b->pool), 0);
	adit_pool_close(b->pool);
}

/* A train of n segments of 100 bytes; segment i carries what[i], arg[i] and its number. */
static struct adit_pkt *train(struct bench *b, const char *what, const char *arg, unsigned n)
{
	struct adit_pkt *p = adit_pool_get(b->pool, 8, n > 1 ? 120 * n : 120);

	assert_non_null(p);
	p->count = (uint8_t)n;
	if (n > 1)
		p->pitch = 120;
	p->len = p->last = 100;
	for (unsigned i = 0; i < n; i++) {
		uint8_t *d = p->base + (size_t)i * p->pitch + p->off;

		memset(d, (int)i, 100);
		d[0] = (uint8_t)what[i];
		d[1] = (uint8_t)arg[i];
	}
	return p;
}

/* One expected output: segments first.. of the original, n of them, of len (last of last) bytes. */
struct want {
	unsigned first, n, len, last, tos;
};

static void run_case(
	const char *what, const char *arg, unsigned n, unsigned room, const struct want *w)
{
	struct bench b;
	struct adit_pkt *p;

	setup(&b);
	b.down.cap = (uint16_t)room;
	adit_add(&b.in, train(&b, what, arg, n));
	while (adit_peek(&b.in)) {
		if (adit_train_run(&b.layer, &b.in, &b.down, &b.e, act))
			continue;
		b.down.cap = (uint16_t)(b.down.cap + room); /* as if somebody made room */
	}
	for (; w->n > 0; w++) {
		p = adit_take(&b.down);
		assert_non_null(p);
		assert_int_equal(p->count, w->n);
		assert_int_equal(p->len, w->len);
		assert_int_equal(p->last, w->last);
		assert_int_equal(p->m.tos, w->tos);
		assert_int_equal(p->m.shape, ADIT_DATAGRAM);
		for (unsigned i = 0; i < p->count; i++) {
			struct adit_seg s = adit_seg_at(p, i);

			assert_int_equal(s.data[0], 'H');
			assert_int_equal(s.data[s.len - 1], w->first + i);
		}
		adit_pkt_free(p);
	}
	assert_null(adit_take(&b.down));
	teardown(&b);
}

static void whole_train_stays_whole(void **state)
{
	(void)state;
	run_case("\0\0\0\0", "\0\0\0\0", 4, 8, (struct want[]){ { 0, 4, 104, 104, 0 }, { 0 } });
	run_case("\0", "\0", 1, 8, (struct want[]){ { 0, 1, 104, 104, 0 }, { 0 } });
}

static void drop_splits(void **state)
{
	(void)state;
	run_case("\0\1\0\0", "\0\0\0\0", 4, 8,
		(struct want[]){ { 0, 1, 104, 104, 0 }, { 2, 2, 104, 104, 0 }, { 0 } });
	run_case("\1\0\0\0", "\0\0\0\0", 4, 8, (struct want[]){ { 1, 3, 104, 104, 0 }, { 0 } });
	run_case("\0\0\0\1", "\0\0\0\0", 4, 8, (struct want[]){ { 0, 3, 104, 104, 0 }, { 0 } });
	run_case("\1\1\1", "\0\0\0", 3, 8, (struct want[]){ { 0 } });
}

static void uneven_splits(void **state)
{
	(void)state;
	/* a shorter one may only be the last */
	run_case("\0\2\0\0", "\0\1\0\0", 4, 8,
		(struct want[]){ { 0, 2, 104, 103, 0 }, { 2, 2, 104, 104, 0 }, { 0 } });
	/* more header on one */
	run_case("\0\4\0\0", "\0\0\0\0", 4, 8,
		(struct want[]){ { 0, 1, 104, 104, 0 }, { 1, 1, 108, 108, 0 },
			{ 2, 2, 104, 104, 0 }, { 0 } });
	/* another delivery field */
	run_case("\0\3\3\0", "\0\1\1\0", 4, 8,
		(struct want[]){ { 0, 1, 104, 104, 0 }, { 1, 2, 104, 104, 1 },
			{ 3, 1, 104, 104, 0 }, { 0 } });
}

/* Little room: what does not fit stays at the front and comes out alike in the end. */
static void little_room(void **state)
{
	(void)state;
	run_case("\0\3\0\3\0\3\0", "\0\1\0\1\0\1\0", 7, 2,
		(struct want[]){ { 0, 1, 104, 104, 0 }, { 1, 1, 104, 104, 1 },
			{ 2, 1, 104, 104, 0 }, { 3, 1, 104, 104, 1 }, { 4, 1, 104, 104, 0 },
			{ 5, 1, 104, 104, 1 }, { 6, 1, 104, 104, 0 }, { 0 } });
}

static void no_cell_is_counted(void **state)
{
	struct bench b;
	struct adit_pkt *held[80], *p;
	unsigned n = 0;

	(void)state;
	setup(&b);
	adit_add(&b.in, train(&b, "\0\3\0", "\0\1\0", 3));
	while (n < 80 && (held[n] = adit_pool_get(b.pool, 0, 100)) != NULL)
		n++;
	assert_true(adit_train_run(&b.layer, &b.in, &b.down, &b.e, act));
	for (unsigned i = 0; i < n; i++)
		adit_pkt_free(held[i]);
	p = adit_take(&b.down);
	assert_int_equal(p->count, 1);
	adit_pkt_free(p);
	assert_null(adit_peek(&b.down));
	assert_int_equal(b.layer.stats.drops[ADIT_DROP_NO_CELL], 2);
	assert_int_equal(b.layer.stats.down_units, 1);
	teardown(&b);
}

static void needs_room_for_two(void **state)
{
	struct bench b;

	(void)state;
	setup(&b);
	b.down.cap = 1;
	adit_add(&b.in, train(&b, "\0", "\0", 1));
	assert_false(adit_train_run(&b.layer, &b.in, &b.down, &b.e, act));
	assert_int_equal(b.in.count, 1);
	teardown(&b);
}

/* Any mixture, compared with running its segments as single packets. */
static void random_trains_match_singles(void **state)
{
	uint32_t x = 12345;

	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		char what[16], arg[16];
		struct bench b;
		struct adit_pkt *p;
		unsigned n = 1 + (x >> 20) % 12, at = 0;

		for (unsigned i = 0; i < n; i++) {
			x = x * 1664525 + 1013904223;
			what[i] = (char)((x >> 16) % 8 > 4 ? PLAIN : (x >> 16) % 8);
			arg[i] = (char)(1 + (x >> 28) % 2);
		}
		setup(&b);
		b.down.cap = (uint16_t)(2 + round % 8);
		adit_add(&b.in, train(&b, what, arg, n));
		while (adit_peek(&b.in) || adit_peek(&b.down)) {
			if (adit_peek(&b.in))
				adit_train_run(&b.layer, &b.in, &b.down, &b.e, act);
			while ((p = adit_take(&b.down)) != NULL) {
				for (unsigned i = 0; i < p->count; i++, at++) {
					struct adit_seg s = adit_seg_at(p, i);

					while (at < n && what[at] == DROP)
						at++;
					assert_true(at < n);
					assert_int_equal(
						s.len, 100 + (what[at] == LONGER ? 8 : 4) -
							       (what[at] == SHORTER ? arg[at] : 0));
					assert_int_equal(p->m.tos, what[at] == TOS ? arg[at] : 0);
					assert_int_equal(s.data[0], 'H');
					assert_int_equal(s.data[s.len - 1], at);
				}
				adit_pkt_free(p);
			}
		}
		while (at < n && what[at] == DROP)
			at++;
		assert_int_equal(at, n);
		teardown(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_train_stays_whole),
		cmocka_unit_test(drop_splits),
		cmocka_unit_test(uneven_splits),
		cmocka_unit_test(little_room),
		cmocka_unit_test(no_cell_is_counted),
		cmocka_unit_test(needs_room_for_two),
		cmocka_unit_test(random_trains_match_singles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
