/* SPDX-License-Identifier: Apache-2.0 */
/* The engine alone: no stall, no slow neighbour, no leak, timers in virtual time, flows of hubs. */
#include "layers.h"
#include "sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct adit_pool_conf pools = { .events = 64, .smalls = 2048, .larges = 8 };

static struct adit_stack *open_stack(const struct adit_conf *const *layer, unsigned n)
{
	struct adit_stack_conf c = { .layer = layer, .n = n, .pool = pools };
	struct adit_stack *s;
	struct adit_fault f;
	unsigned at;

	assert_int_equal(adit_stack_open(&s, &c, &at, &f), ADIT_OK);
	return s;
}

static struct adit_pkt *unit(struct adit_stack *s, uint8_t first)
{
	struct adit_pkt *p = adit_pool_get(adit_stack_pool(s), 32, 128);

	assert_non_null(p);
	memset(adit_put(p, 16), first, 16);
	return p;
}

/* Moves at most n units from the lower side of a to that of b. */
static void carry(struct adit_chain *a, struct adit_chain *b, struct adit_stack *to, unsigned n)
{
	struct adit_batch *out = adit_chain_out(a, ADIT_BOTTOM_SIDE);
	struct adit_batch *in = adit_chain_in(b, ADIT_BOTTOM_SIDE);

	while (n-- > 0 && adit_peek(out) && adit_room(in)) {
		struct adit_pkt *p = adit_take(out);
		struct adit_pkt *q = adit_pool_get(adit_stack_pool(to), 32, 128);

		assert_non_null(q);
		memcpy(adit_put(q, p->len), adit_data(p), p->len);
		adit_pkt_free(p);
		adit_add(in, q);
	}
	adit_chain_kick(a);
	adit_chain_kick(b);
}

#define FLOOD 20000

/* Both sides offer as much as they can, every unit wants an answer through the same narrow link:
 * without slots kept for answers this freezes with nothing delivered. */
static void flood_both_ways_does_not_stall(void **state)
{
	struct adit_conf conf = sim_conf(&sim_acker);
	const struct adit_conf *layer[] = { &conf };
	struct adit_stack *s[2];
	struct adit_chain *c[2];
	unsigned sent[2] = { 0 }, got[2] = { 0 }, idle = 0;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		s[i] = open_stack(layer, 1);
		c[i] = adit_stack_begin_top(s[i]);
	}
	while (got[0] < FLOOD || got[1] < FLOOD) {
		unsigned before = got[0] + got[1];

		for (unsigned i = 0; i < 2; i++) {
			struct adit_batch *in = adit_chain_in(c[i], ADIT_TOP);
			struct adit_batch *out = adit_chain_out(c[i], ADIT_TOP);

			for (; sent[i] < FLOOD && adit_room(in); sent[i]++)
				adit_add(in, unit(s[i], 'x'));
			adit_chain_kick(c[i]);
			adit_stack_run(s[i], 0);
			for (; adit_peek(out); got[i]++)
				adit_pkt_free(adit_take(out));
			carry(c[i], c[!i], s[!i], 24);
		}
		idle = got[0] + got[1] == before ? idle + 1 : 0;
		assert_true(idle < 100);
	}
	for (unsigned i = 0; i < 2; i++)
		adit_stack_close(s[i]);
}

struct tally {
	unsigned got[256];
};

static void count(void *ctx, unsigned node, const struct adit_pkt *p)
{
	struct tally *t = ctx;

	(void)p;
	t->got[node]++;
}

#define PEERS	101 /* node 0 sends to the hundred others */
#define DEAD	17
#define SENDING 200

static void dead_peer_slows_nobody(void **state)
{
	static const struct sim_link link = { .delay = 10 * ADIT_MS, .rate = 1000000000 };
	struct adit_conf conf = sim_conf(&sim_greet);
	const struct adit_conf *layer[] = { &conf };
	struct tally t = { 0 };
	struct sim *s = sim_new(1, &link, count, &t);
	struct adit_layer_info info;
	char data[100] = "x";

	(void)state;
	for (unsigned i = 0; i < PEERS; i++)
		sim_node(s, layer, 1, &pools);
	sim_kill(s, DEAD);
	for (unsigned n = 0; n < SENDING; n++) {
		for (unsigned i = 1; i < PEERS; i++)
			assert_true(sim_send(s, 0, i, data, sizeof(data)));
		sim_run(s, sim_now(s) + ADIT_MS);
	}
	sim_run(s, sim_now(s) + ADIT_S);
	for (unsigned i = 1; i < PEERS; i++) {
		/* 20 ms of greeting take more units than the stage holds */
		if (i != DEAD)
			assert_in_range(t.got[i], SENDING - 21 + SIM_GREET_CAP - 4, SENDING);
	}
	assert_int_equal(t.got[DEAD], 0);
	assert_true(adit_stack_info(sim_stack(s, 0), 0, &info));
	assert_true(info.stats.drops[ADIT_DROP_NO_ROOM] >= SENDING - SIM_GREET_CAP);
	assert_in_range(
		adit_pool_out(adit_stack_pool(sim_stack(s, 0))), SIM_GREET_CAP, SIM_GREET_CAP);
	sim_free(s);
}

/* A first hello that is lost is said again a second later, in no real time at all. */
static void lost_hello_is_repeated(void **state)
{
	static const struct sim_link link = { .delay = ADIT_MS, .loss = 0.5 };
	struct adit_conf conf = sim_conf(&sim_greet);
	const struct adit_conf *layer[] = { &conf };

	(void)state;
	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct tally t = { 0 };
		struct sim *s = sim_new(seed, &link, count, &t);

		sim_node(s, layer, 1, &pools);
		sim_node(s, layer, 1, &pools);
		for (unsigned i = 0; i < 100 && t.got[1] == 0; i++) {
			sim_send(s, 0, 1, "x", 1);
			sim_run(s, sim_now(s) + ADIT_S);
		}
		if (t.got[1] == 0)
			fail_msg("seed %llu: nothing arrived", (unsigned long long)seed);
		sim_free(s);
	}
}

static void same_seed_same_run(void **state)
{
	static const struct sim_link link = { .delay = ADIT_MS,
		.jitter = 5 * ADIT_MS,
		.loss = 0.1,
		.dup = 0.1,
		.rate = 10000000,
		.queue = 20 };
	struct adit_conf conf = sim_conf(&sim_codec);
	const struct adit_conf *layer[] = { &conf };
	uint64_t seen[2][3];

	(void)state;
	for (unsigned run = 0; run < 2; run++) {
		struct tally t = { 0 };
		struct sim *s = sim_new(42, &link, count, &t);
		char data[500] = { SIM_PLAIN };

		sim_node(s, layer, 1, &pools);
		sim_node(s, layer, 1, &pools);
		for (unsigned i = 0; i < 1000; i++) {
			sim_send(s, 0, 1, data, sizeof(data));
			sim_run(s, sim_now(s) + 300000);
		}
		sim_run(s, sim_now(s) + ADIT_S);
		seen[run][0] = t.got[1];
		seen[run][1] = sim_lost(s);
		seen[run][2] = sim_overflowed(s);
		assert_in_range(t.got[1], 1, 1200);
		assert_true(sim_lost(s) > 0 && sim_overflowed(s) > 0);
		sim_free(s);
	}
	assert_memory_equal(seen[0], seen[1], sizeof(seen[0]));
}

/* Flows of a hub: each its own chain, one that nobody empties holds up no other. */
static void stalled_flow_of_a_hub(void **state)
{
	struct adit_conf conf[] = { sim_conf(&sim_codec), sim_conf(&sim_hub),
		sim_conf(&sim_codec) };
	const struct adit_conf *layer[] = { &conf[0], &conf[1], &conf[2] };
	struct adit_stack *s = open_stack(layer, 3);
	struct adit_chain *a = adit_stack_begin_top(s), *b = adit_stack_begin_top(s);
	struct adit_layer_info info;
	unsigned got = 0;

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	for (unsigned n = 0; n < 500; n++) {
		adit_add(adit_chain_in(a, ADIT_TOP), unit(s, SIM_PLAIN));
		adit_chain_kick(a);
		if (adit_room(adit_chain_in(b, ADIT_TOP))) {
			adit_add(adit_chain_in(b, ADIT_TOP), unit(s, SIM_PLAIN));
			adit_chain_kick(b);
		}
		adit_stack_run(s, n);
		assert_true(adit_stack_info(s, 2, &info));
		assert_int_equal(info.instances, 1);
		assert_true(adit_stack_info(s, 0, &info));
		assert_int_equal(info.instances, 2);
		/* the root is found through what it gave: loop it back */
		for (struct adit_pkt *p;
			(p = adit_take(adit_chain_out(adit_chain_root(a), ADIT_BOTTOM_SIDE)));)
			adit_add(adit_chain_in(adit_chain_root(a), ADIT_BOTTOM_SIDE), p);
		adit_chain_kick(adit_chain_root(a));
		adit_stack_run(s, n);
		for (struct adit_pkt *p; (p = adit_take(adit_chain_out(a, ADIT_TOP))) != NULL;
			got++)
			adit_pkt_free(p);
		adit_chain_kick(a);
	}
	assert_int_equal(got, 500);
	adit_chain_detach(adit_chain_root(a), ADIT_BOTTOM_SIDE);
	adit_stack_run(s, 500);
	assert_int_equal(adit_peek(adit_chain_out(a, ADIT_TOP))->kind, ADIT_RESET);
	adit_chain_detach(a, ADIT_TOP);
	adit_chain_detach(b, ADIT_TOP);
	adit_stack_run(s, 501);
	assert_true(adit_stack_info(s, 1, &info));
	assert_int_equal(info.instances, 0);
	assert_int_equal(adit_pool_out(adit_stack_pool(s)), 0);
	adit_stack_close(s);
}

/* The lower side goes while every event cell is taken: the flow hears of it later. */
static void reset_waits_for_a_cell(void **state)
{
	struct adit_conf conf[] = { sim_conf(&sim_codec), sim_conf(&sim_hub) };
	const struct adit_conf *layer[] = { &conf[0], &conf[1] };
	struct adit_stack *s = open_stack(layer, 2);
	struct adit_chain *a = adit_stack_begin_top(s);
	struct adit_pkt *held[64], *p;
	unsigned n = 0;

	(void)state;
	adit_stack_run(s, 0);
	while (n < 64 && (held[n] = adit_pool_event(adit_stack_pool(s), ADIT_STATE)) != NULL)
		n++;
	adit_chain_detach(adit_chain_root(a), ADIT_BOTTOM_SIDE);
	adit_stack_run(s, 1);
	assert_null(adit_peek(adit_chain_out(a, ADIT_TOP)));
	assert_int_equal(adit_stack_deadline(s), 1 + ADIT_MS);
	while (n > 0)
		adit_pkt_free(held[--n]);
	adit_stack_run(s, 1 + ADIT_MS);
	p = adit_take(adit_chain_out(a, ADIT_TOP));
	assert_non_null(p);
	assert_int_equal(p->kind, ADIT_RESET);
	adit_pkt_free(p);
	assert_int_equal(adit_stack_deadline(s), ADIT_NEVER);
	adit_chain_detach(a, ADIT_TOP);
	adit_stack_run(s, 2 + ADIT_MS);
	assert_int_equal(adit_pool_out(adit_stack_pool(s)), 0);
	adit_stack_close(s);
}

static void carry_leg(
	struct adit_chain *a, struct adit_chain *b, struct adit_stack *to, unsigned leg)
{
	struct adit_batch *out = adit_chain_leg_out(a, leg), *in = adit_chain_leg_in(b, leg);

	while (adit_peek(out) && adit_room(in)) {
		struct adit_pkt *p = adit_take(out);
		struct adit_pkt *q = adit_pkt_copy(adit_stack_pool(to), p, 0, 1, 0);

		assert_non_null(q);
		adit_pkt_free(p);
		adit_add(in, q);
	}
	adit_chain_kick(a);
	adit_chain_kick(b);
}

/* Two deliveries below one layer: each unit comes up by the leg that it went down by, and a second
 * leg that stands still holds up the first one only when its ring is full. */
static void legs_are_kept_apart(void **state)
{
	struct adit_conf conf[] = { sim_conf(&sim_codec), sim_conf(&sim_legs) };
	const struct adit_conf *layer[] = { &conf[0], &conf[1] };
	struct adit_stack_conf c = { .layer = layer, .n = 2, .pool = pools, .legs = 2 };
	struct adit_stack *s[2];
	struct adit_chain *ch[2];
	struct adit_layer_info info;
	struct adit_fault f;
	unsigned at, got = 0;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(adit_stack_open(&s[i], &c, &at, &f), ADIT_OK);
		ch[i] = adit_stack_begin_top(s[i]);
	}
	for (unsigned round = 0; round < 50; round++) {
		for (unsigned i = 0; i < 10; i++)
			adit_add(adit_chain_in(ch[0], ADIT_TOP), unit(s[0], SIM_PLAIN));
		adit_chain_kick(ch[0]);
		adit_stack_run(s[0], round);
		carry_leg(ch[0], ch[1], s[1], 0);
		adit_stack_run(s[1], round);
		if (round >= 4) /* 40 answers wait meanwhile */
			carry_leg(ch[1], ch[0], s[0], 1);
		adit_stack_run(s[0], round);
		for (struct adit_pkt *p; (p = adit_take(adit_chain_out(ch[1], ADIT_TOP))); got++)
			adit_pkt_free(p);
	}
	assert_int_equal(got, 500);
	assert_true(adit_stack_info(s[0], 1, &info));
	assert_int_equal(info.stats.up_bytes, 500);
	assert_int_equal(info.stats.up_units, 0);
	for (unsigned i = 0; i < 2; i++) {
		adit_chain_detach(ch[i], ADIT_BOTTOM_SIDE);
		adit_chain_detach(ch[i], ADIT_TOP);
		adit_stack_run(s[i], 50);
		assert_int_equal(adit_pool_out(adit_stack_pool(s[i])), 0);
		adit_stack_close(s[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flood_both_ways_does_not_stall),
		cmocka_unit_test(dead_peer_slows_nobody),
		cmocka_unit_test(lost_hello_is_repeated),
		cmocka_unit_test(same_seed_same_run),
		cmocka_unit_test(stalled_flow_of_a_hub),
		cmocka_unit_test(reset_waits_for_a_cell),
		cmocka_unit_test(legs_are_kept_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
