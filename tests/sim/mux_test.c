/* SPDX-License-Identifier: Apache-2.0 */
/* Two hosts that carry flows over one connection:
 *
 *	writers -- [mux client] == pipes == [mux server] -- readers
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "pipe.h"
#include "proto/mux/mux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOWS 256

/* One side of a flow: writes `to_send` bytes of a pattern, then EOF, and checks what it reads. */
struct user {
	struct adit_chain *chain;
	unsigned number; /* of the flow, from the target */
	uint64_t to_send, sent, got;
	bool stalled, opened, eof_sent, eof_got, reset_got, done;
};

struct world;

struct host {
	struct world *w;
	struct adit_stack *stack;
	struct adit_chain *root;
	struct user user[FLOWS];
	unsigned users;
	bool server, down;
	uint64_t reply; /* bytes that each accepted flow sends back */
	bool (*stalls)(unsigned number);
	unsigned peak; /* cells in use */
};

struct world {
	adit_time now;
	struct pipe *pipe[2]; /* from host 0, from host 1 */
	struct host host[2];
	uint64_t random;
};

static uint32_t dice(struct world *w, uint32_t n)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (uint32_t)(w->random >> 32) % n;
}

static uint8_t pattern(unsigned number, bool server, uint64_t at)
{
	return (uint8_t)(at * 7 + at / 251 + number * 31 + server * 101);
}

static struct user *user_new(struct host *h, struct adit_chain *c)
{
	struct user *u = NULL;

	for (unsigned i = 0; i < FLOWS && !u; i++)
		if (!h->user[i].chain)
			u = &h->user[i];
	assert_non_null(u);
	*u = (struct user){ .chain = c };
	*adit_chain_user(c, ADIT_TOP) = u;
	return u;
}

static void user_end(struct host *h, struct user *u)
{
	adit_chain_detach(u->chain, ADIT_TOP);
	h->users--;
	u->chain = NULL;
}

static void on_top(void *ctx, struct adit_chain *c)
{
	struct host *h = ctx;

	user_new(h, c);
	h->users++;
}

static void on_bottom(void *ctx, struct adit_chain *c)
{
	struct host *h = ctx;

	h->root = c;
}

static struct adit_value values[2][MUX_OPT_N];
static struct adit_item items[2][MUX_OPT_N];
static struct adit_conf confs[2];

static void host_open(
	struct host *h, bool server, const uint64_t opt[MUX_OPT_N], struct adit_pool_conf pool)
{
	const struct adit_conf *layer[1] = { &confs[server] };
	struct adit_stack_conf c = { .layer = layer, .n = 1, .pool = pool };
	unsigned at;

	for (unsigned i = 0; i < MUX_OPT_N; i++) {
		items[server][i].u = opt[i];
		values[server][i] = (struct adit_value){ 1, &items[server][i] };
	}
	confs[server] = (struct adit_conf){ .ops = &adit_layer_mux,
		.opts = adit_layer_mux.opts,
		.n_opts = MUX_OPT_N,
		.value = values[server],
		.above = ADIT_STREAM,
		.below = ADIT_STREAM,
		.server = server };
	c.hooks = (struct adit_stack_hooks){ h, on_top, on_bottom, NULL };
	h->server = server;
	assert_int_equal(adit_stack_open(&h->stack, &c, &at, NULL), ADIT_OK);
	if (server)
		h->root = adit_stack_begin_bottom(h->stack);
}

static struct world *world_new(uint64_t seed, const struct pipe_conf *pipe, uint64_t flows,
	uint64_t window, struct adit_pool_conf pool)
{
	struct world *w = calloc(1, sizeof(*w));
	const uint64_t opt[MUX_OPT_N] = { [MUX_OPT_FLOWS] = flows, [MUX_OPT_WINDOW] = window };

	w->random = seed * 0x9e3779b97f4a7c15u + 7;
	for (unsigned i = 0; i < 2; i++) {
		w->pipe[i] = pipe_new(seed + i, pipe);
		w->host[i].w = w;
		host_open(&w->host[i], i == 1, opt, pool);
	}
	return w;
}

/* Every cell must be home. */
static void world_free(struct world *w)
{
	for (unsigned i = 0; i < 2; i++) {
		pipe_free(w->pipe[i]);
		adit_stack_close(w->host[i].stack);
	}
	free(w);
}

static struct user *dial(struct world *w, unsigned number, uint64_t bytes)
{
	struct host *h = &w->host[0];
	struct adit_chain *c = adit_stack_begin_top(h->stack);
	struct adit_pkt *ev = adit_pool_event(adit_stack_pool(h->stack), ADIT_OPEN);
	struct user *u;

	assert_non_null(c);
	assert_non_null(ev);
	u = user_new(h, c);
	h->users++;
	u->number = number;
	u->opened = true;
	u->to_send = bytes;
	snprintf(adit_event_of(ev)->open.target, ADIT_TARGET_MAX, "flow:%u", number);
	adit_add(adit_chain_in(c, ADIT_TOP), ev);
	adit_chain_kick(c);
	return u;
}

static bool put_event(struct host *h, struct user *u, enum adit_kind kind)
{
	struct adit_batch *in = adit_chain_in(u->chain, ADIT_TOP);
	struct adit_pkt *p =
		adit_room(in) ? adit_pool_event(adit_stack_pool(h->stack), kind) : NULL;

	if (!p)
		return false;
	adit_add(in, p);
	adit_chain_kick(u->chain);
	return true;
}

static bool user_write(struct host *h, struct user *u)
{
	struct adit_batch *in = adit_chain_in(u->chain, ADIT_TOP);
	bool moved = false;

	while (u->opened && !u->reset_got && u->sent < u->to_send && adit_room(in)) {
		uint64_t left = u->to_send - u->sent;
		uint32_t n = 1 + dice(h->w, 40000);
		struct adit_pkt *p;
		uint8_t *b;

		n = n < left ? n : (uint32_t)left;
		p = adit_pool_get(adit_stack_pool(h->stack), 64, 64 + n);
		if (!p)
			break;
		b = adit_put(p, n);
		for (uint32_t i = 0; i < n; i++)
			b[i] = pattern(u->number, h->server, u->sent + i);
		u->sent += n;
		adit_add(in, p);
		moved = true;
	}
	if (u->opened && !u->reset_got && u->sent == u->to_send && !u->eof_sent) {
		u->eof_sent = put_event(h, u, ADIT_EOF);
		moved |= u->eof_sent;
	}
	if (moved)
		adit_chain_kick(u->chain);
	return moved;
}

static void user_take(struct host *h, struct user *u, const struct adit_pkt *p)
{
	if (p->kind == ADIT_OPEN) {
		const char *t = adit_event_of((struct adit_pkt *)p)->open.target;

		assert_false(u->opened);
		assert_memory_equal(t, "flow:", 5);
		u->number = (unsigned)strtoul(t + 5, NULL, 10);
		u->opened = true;
		u->to_send = h->reply;
		u->stalled = h->stalls && h->stalls(u->number);
	}
	assert_true(u->opened || p->kind == ADIT_RESET);
	if (p->kind == ADIT_DATA)
		for (uint32_t i = 0; i < p->len; i++)
			if (adit_data(p)[i] != pattern(u->number, !h->server, u->got + i))
				fail_msg("flow %u differs at byte %llu", u->number,
					(unsigned long long)(u->got + i));
	assert_false(u->eof_got && p->kind != ADIT_RESET);
	u->got += p->len;
	u->eof_got |= p->kind == ADIT_EOF;
	u->reset_got |= p->kind == ADIT_RESET;
}

static bool user_read(struct host *h, struct user *u)
{
	struct adit_batch *out = adit_chain_out(u->chain, ADIT_TOP);
	bool moved = false;

	while (!u->stalled && adit_peek(out)) {
		struct adit_pkt *p = adit_take(out);

		user_take(h, u, p);
		adit_pkt_free(p);
		moved = true;
	}
	if (moved)
		adit_chain_kick(u->chain);
	return moved;
}

static void note_peak(struct host *h)
{
	unsigned n = adit_pool_out(adit_stack_pool(h->stack));

	if (n > h->peak)
		h->peak = n;
}

static bool host_step(struct host *h)
{
	bool moved = false;

	note_peak(h);
	adit_stack_run(h->stack, h->w->now);
	for (unsigned i = 0; i < FLOWS; i++) {
		struct user *u = &h->user[i];

		if (!u->chain)
			continue;
		moved |= user_read(h, u);
		moved |= user_write(h, u);
		if (!u->reset_got && !(u->eof_got && u->eof_sent))
			continue;
		u->done = true;
		user_end(h, u);
		moved = true;
	}
	adit_stack_run(h->stack, h->w->now);
	note_peak(h);
	return moved;
}

static bool carry(struct world *w, unsigned from)
{
	struct host *a = &w->host[from], *b = &w->host[!from];
	bool put = false, got = false;

	if (a->root && !a->down)
		put = pipe_put(w->pipe[from], adit_chain_out(a->root, ADIT_BOTTOM_SIDE), w->now);
	if (put)
		adit_chain_kick(a->root);
	if (b->root && !b->down)
		got = pipe_get(w->pipe[from], adit_stack_pool(b->stack),
			adit_chain_in(b->root, ADIT_BOTTOM_SIDE), w->now);
	if (got)
		adit_chain_kick(b->root);
	return put || got;
}

static adit_time earlier(adit_time a, adit_time b)
{
	return a < b ? a : b;
}

/* Until the condition holds. False: the time is up, or nothing moves any more. */
static bool world_run(struct world *w, adit_time until, bool (*end)(const struct world *))
{
	while (w->now <= until) {
		bool moved = true;
		adit_time next = ADIT_NEVER;

		while (moved) {
			moved = false;
			for (unsigned i = 0; i < 2; i++)
				moved |= host_step(&w->host[i]);
			for (unsigned i = 0; i < 2; i++)
				moved |= carry(w, i);
		}
		if (end && end(w))
			return true;
		for (unsigned i = 0; i < 2; i++) {
			adit_time due = pipe_due(w->pipe[i]);

			if (due > w->now) /* else its reader has no room */
				next = earlier(next, due);
			next = earlier(next, adit_stack_deadline(w->host[i].stack));
		}
		if (next == ADIT_NEVER)
			return false;
		w->now = next > w->now ? next : w->now + 1;
	}
	return false;
}

static bool nobody_left(const struct world *w)
{
	return w->host[0].users == 0 && w->host[1].users == 0;
}

static const struct pipe_conf lan = { .delay = ADIT_MS, .rate = 100000000, .buffer = 262144 };
static const struct adit_pool_conf big_pool = { 1024, 8192, 256 };

#define MB10 10000000u

static bool first_stalls(unsigned number)
{
	return number == 0;
}

static bool flow1_done(const struct world *w)
{
	for (unsigned i = 0; i < FLOWS; i++)
		if (w->host[1].user[i].number == 1 && w->host[1].user[i].done)
			return w->host[1].user[i].got == MB10;
	return false;
}

static adit_time time_of_10mb(bool with_stalled, struct host peaks[2])
{
	struct world *w = world_new(1, &lan, 16, MUX_WINDOW_SMALL, big_pool);
	adit_time took;

	w->host[1].stalls = first_stalls;
	if (with_stalled)
		dial(w, 0, MB10);
	dial(w, 1, MB10);
	assert_true(world_run(w, 20 * ADIT_S, flow1_done));
	took = w->now;
	if (with_stalled) {
		const struct user *u = &w->host[1].user[0];

		assert_true(u->stalled && u->got == 0 && !u->done);
		/* What its sender got rid of: a window, and what lies in batches on its side. */
		assert_true(w->host[0].user[0].sent < MUX_WINDOW_SMALL + 64 * 40000);
	}
	memcpy(peaks, w->host, sizeof(w->host));
	world_free(w);
	return took;
}

static void test_stalled_flow(void **state)
{
	struct host *alone = calloc(2, sizeof(*alone)), *beside = calloc(2, sizeof(*beside));
	adit_time base = time_of_10mb(false, alone), with = time_of_10mb(true, beside);

	(void)state;
	print_message("10 MB: %llu ms alone, %llu ms beside a stalled flow; cells %u and %u\n",
		(unsigned long long)(base / ADIT_MS), (unsigned long long)(with / ADIT_MS),
		alone[1].peak, beside[1].peak);
	assert_true(with < base + base / 10);
	/* Two windows in small cells with their events, and a full batch of input. */
	assert_true(beside[1].peak <= 2 * (MUX_WINDOW_SMALL / ADIT_CELL_SMALL + 3) + ADIT_BATCH);
	free(alone);
	free(beside);
}

/* Both sides flood four flows each way through pipes much smaller than the windows. */
static void test_flood_both_ways(void **state)
{
	const struct pipe_conf narrow = { .delay = ADIT_MS, .rate = 50000000, .buffer = 5000 };
	struct world *w = world_new(2, &narrow, 16, MUX_WINDOW_SMALL, big_pool);

	(void)state;
	w->host[1].reply = 1000000;
	for (unsigned i = 0; i < 4; i++)
		dial(w, i, 1000000);
	assert_true(world_run(w, 60 * ADIT_S, nobody_left));
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(w->host[0].user[i].got, 1000000);
		assert_int_equal(w->host[1].user[i].got, 1000000);
	}
	world_free(w);
}

/* Four flows that all have enough to send are served alike. */
static bool three_megabytes(const struct world *w)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < 4; i++)
		n += w->host[1].user[i].got;
	return n >= 12000000;
}

static void test_fair(void **state)
{
	struct world *w = world_new(3, &lan, 16, MUX_WINDOW_SMALL, big_pool);

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		dial(w, i, 100000000);
	assert_true(world_run(w, 60 * ADIT_S, three_megabytes));
	for (unsigned i = 0; i < 4; i++) {
		assert_true(w->host[1].user[i].got > 2500000);
		assert_true(w->host[1].user[i].got < 3500000);
	}
	world_free(w);
}

static bool number_odd(unsigned number)
{
	return number % 2;
}

/* Stalled readers hold more than the pool has: the session waits, and goes on once they read. */
static void test_pool_used_up(void **state)
{
	const struct adit_pool_conf small = { 256, 400, 64 };
	struct world *w = world_new(4, &lan, 64, MUX_WINDOW_SMALL, small);

	(void)state;
	w->host[1].stalls = number_odd;
	for (unsigned i = 0; i < 24; i++)
		dial(w, i, 200000);
	assert_false(world_run(w, 2 * ADIT_S, nobody_left));
	for (unsigned i = 0; i < FLOWS; i++)
		w->host[1].user[i].stalled = false;
	w->host[1].stalls = NULL;
	assert_true(world_run(w, 20 * ADIT_S, nobody_left));
	for (unsigned i = 0; i < 24; i++)
		assert_int_equal(w->host[1].user[i].got, 200000);
	world_free(w);
}

/* Flows come and go at random, some by reset, up to the limit and beyond; in the end all is home.
 */
static void churn(uint64_t seed)
{
	const struct pipe_conf link = { .delay = 3 * ADIT_MS,
		.rate = 20000000,
		.buffer = 60000,
		.piece = seed % 2 ? 0 : 1 + (uint32_t)(seed % 97) };
	struct world *w = world_new(seed, &link, 40, 32768u << seed % 3, big_pool);

	w->host[1].reply = 3000;
	for (unsigned i = 0; i < 100;) {
		if (w->host[0].users < 60 && dice(w, 3))
			dial(w, i++, dice(w, 50000));
		world_run(w, w->now + dice(w, 10) * ADIT_MS, NULL);
		w->now += ADIT_MS;
		for (unsigned k = 0; k < FLOWS; k++) {
			struct user *u = &w->host[dice(w, 2)].user[k];
			struct host *h = u >= w->host[1].user ? &w->host[1] : &w->host[0];

			if (u->chain && !dice(w, 40) && put_event(h, u, ADIT_RESET)) {
				u->done = true;
				user_end(h, u);
			}
		}
	}
	assert_true(world_run(w, w->now + 30 * ADIT_S, nobody_left));
	world_run(w, w->now + ADIT_S, NULL);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(adit_pool_out(adit_stack_pool(w->host[i].stack)), 0);
	world_free(w);
}

static void test_churn(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++)
		churn(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stalled_flow),
		cmocka_unit_test(test_flood_both_ways),
		cmocka_unit_test(test_fair),
		cmocka_unit_test(test_pool_used_up),
		cmocka_unit_test(test_churn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
