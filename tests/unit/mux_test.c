/* SPDX-License-Identifier: Apache-2.0 */
/* The server side of mux against bytes written by hand from docs/protocols/mux.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/bytes.h"
#include "core/stack.h"
#include "proto/mux/mux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOWS 4 /* the limit of the session under test */
#define BUF   400000

/* Bytes that a client sends. */
struct script {
	uint8_t b[BUF];
	size_t n;
};

/* What came out above, for each flow, with data as a hash, so that cuts do not show. */
struct log {
	char text[64][256];
	uint64_t hash[64];
	uint32_t bytes[64];
	unsigned flows, ended;
};

struct bench {
	struct adit_stack *stack;
	struct adit_chain *root;
	struct adit_chain *flow[64];
	struct log log;
	uint8_t down[BUF];
	size_t down_n;
	bool reset_down, eof_down, hold;
	uint16_t why; /* of the RESET below */
	adit_time now;
};

static void preface(struct script *s)
{
	memcpy(s->b + s->n, "ADITMUX\x01\x00\x02\x00\x00", 12); /* window 131072 */
	s->n += 12;
}

static void frame(struct script *s, uint8_t type, uint32_t id, const void *body, uint16_t n)
{
	uint8_t *h = s->b + s->n;

	h[0] = type;
	h[1] = 0;
	adit_put_be16(h + 2, n);
	adit_put_be32(h + 4, id);
	for (uint16_t i = 0; i < n; i++)
		h[8 + i] = body ? ((const uint8_t *)body)[i] : (uint8_t)(i * 13 + id);
	s->n += 8u + n;
}

static void on_top(void *ctx, struct adit_chain *c)
{
	struct bench *b = ctx;

	assert_true(b->log.flows < 64);
	*adit_chain_user(c, ADIT_TOP) = (void *)(uintptr_t)b->log.flows;
	b->log.hash[b->log.flows] = 14695981039346656037u;
	b->flow[b->log.flows++] = c;
}

static struct bench *bench_with(uint32_t window)
{
	static struct adit_item item[MUX_OPT_N] = { [MUX_OPT_FLOWS] = { .u = FLOWS } };
	static struct adit_value value[MUX_OPT_N] = { { 1, &item[0] }, { 1, &item[1] } };
	static struct adit_conf conf = {
		.ops = &adit_layer_mux, .n_opts = MUX_OPT_N, .value = value, .server = true
	};
	static const struct adit_conf *const layer[1] = { &conf };
	struct adit_stack_conf c = { .layer = layer, .n = 1, .pool = { 256, 1024, 16 } };
	struct bench *b = calloc(1, sizeof(*b));
	unsigned at;

	item[MUX_OPT_WINDOW].u = window;
	conf.opts = adit_layer_mux.opts;
	c.hooks = (struct adit_stack_hooks){ b, on_top, NULL, NULL };
	assert_int_equal(adit_stack_open(&b->stack, &c, &at, NULL), ADIT_OK);
	b->root = adit_stack_begin_bottom(b->stack);
	return b;
}

static struct bench *bench_new(void)
{
	return bench_with(MUX_WINDOW_SMALL);
}

static void bench_free(struct bench *b)
{
	adit_stack_close(b->stack);
	free(b);
}

static void line(struct bench *b, unsigned i, const char *what, const char *arg)
{
	char *text = b->log.text[i];
	size_t n = strlen(text);

	snprintf(text + n, sizeof(b->log.text[i]) - n, "%s %u %016llx %s\n", what, b->log.bytes[i],
		(unsigned long long)b->log.hash[i], arg);
}

/* A RESET frame overtakes what its flow's reader did not read yet; that depends on the cuts. */
static void line_reset(struct bench *b, unsigned i, enum adit_drop why)
{
	if (why != ADIT_DROP_PEER) {
		b->log.text[i][0] = '\0';
		b->log.hash[i] = b->log.bytes[i] = 0;
	}
	line(b, i, "reset", adit_drop_name(why));
}

static void take_up(struct bench *b, unsigned i)
{
	struct adit_batch *out = adit_chain_out(b->flow[i], ADIT_TOP);
	bool ends = false;

	for (struct adit_pkt *p = adit_take(out); p; p = adit_take(out)) {
		for (uint32_t k = 0; k < p->len; k++)
			b->log.hash[i] = (b->log.hash[i] ^ adit_data(p)[k]) * 1099511628211u;
		b->log.bytes[i] += p->len;
		if (p->kind == ADIT_OPEN)
			line(b, i, "open", adit_event_of(p)->open.target);
		if (p->kind == ADIT_EOF)
			line(b, i, "eof", "");
		if (p->kind == ADIT_RESET)
			line_reset(b, i, adit_event_of(p)->reset.why);
		ends |= p->kind == ADIT_RESET;
		adit_pkt_free(p);
	}
	adit_chain_kick(b->flow[i]);
	if (!ends)
		return;
	adit_chain_detach(b->flow[i], ADIT_TOP);
	b->flow[i] = NULL;
	b->log.ended++;
}

static void take_down(struct bench *b)
{
	struct adit_batch *out = adit_chain_out(b->root, ADIT_BOTTOM_SIDE);

	for (struct adit_pkt *p = adit_take(out); p; p = adit_take(out)) {
		assert_true(b->down_n + p->len <= BUF);
		memcpy(b->down + b->down_n, adit_data(p), p->len);
		b->down_n += p->len;
		if (p->kind == ADIT_RESET) {
			b->reset_down = true;
			b->why = adit_event_of(p)->reset.why;
		}
		b->eof_down |= p->kind == ADIT_EOF;
		adit_pkt_free(p);
	}
	adit_chain_kick(b->root);
}

static void settle(struct bench *b)
{
	for (unsigned turn = 0; turn < 4; turn++) {
		adit_stack_run(b->stack, b->now);
		for (unsigned i = 0; i < b->log.flows && !b->hold; i++)
			if (b->flow[i])
				take_up(b, i);
		take_down(b);
	}
	b->now += ADIT_MS;
}

static void feed(struct bench *b, const uint8_t *data, size_t n)
{
	struct adit_batch *in = adit_chain_in(b->root, ADIT_BOTTOM_SIDE);

	while (n > 0) {
		uint32_t k = n < 60000 ? (uint32_t)n : 60000;
		struct adit_pkt *p = adit_pool_get(adit_stack_pool(b->stack), 0, k);

		assert_non_null(p);
		assert_true(adit_room(in));
		memcpy(adit_put(p, k), data, k);
		adit_add(in, p);
		adit_chain_kick(b->root);
		settle(b);
		data += k;
		n -= k;
	}
}

static void feed_event(struct bench *b, enum adit_kind kind)
{
	adit_add(adit_chain_in(b->root, ADIT_BOTTOM_SIDE),
		adit_pool_event(adit_stack_pool(b->stack), kind));
	adit_chain_kick(b->root);
	settle(b);
}

/* Every kind of frame, on flows that overlap; the fifth flow is over the limit. */
static void long_script(struct script *s)
{
	s->n = 0;
	preface(s);
	frame(s, MUX_OPEN, 1, "alpha:80", 8);
	frame(s, MUX_DATA, 1, NULL, 1);
	frame(s, MUX_OPEN, 3, NULL, 0);
	for (unsigned i = 0; i < 40; i++)
		frame(s, MUX_DATA, i % 2 ? 1 : 3, NULL, (uint16_t)(1 + i * 97));
	frame(s, MUX_OPEN, 5, "c", 1);
	frame(s, MUX_OPEN, 9, "d", 1);
	frame(s, MUX_OPEN, 11, "refused", 7);
	frame(s, MUX_DATA, 11, NULL, 300);
	frame(s, MUX_EOF, 11, NULL, 0);
	frame(s, MUX_CREDIT, 5, "\0\0\x10\0", 4);
	frame(s, MUX_EOF, 3, NULL, 0);
	frame(s, MUX_DATA, 9, NULL, 60000);
	frame(s, MUX_RESET, 5, "\x02", 1);
	frame(s, MUX_OPEN, 13, "again", 5);
	frame(s, MUX_DATA, 13, NULL, 5);
	frame(s, MUX_CREDIT, 3, "\0\0\0\1", 4);
	frame(s, MUX_RESET, 13, "\x01", 1);
	frame(s, MUX_EOF, 1, NULL, 0);
}

static uint64_t dice_state;

static uint32_t dice(uint32_t n)
{
	dice_state = dice_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(dice_state >> 33) % n;
}

/* Runs the script in pieces: 0 at random, else so long. */
static void run_pieces(const struct script *s, uint32_t piece, struct log *log)
{
	struct bench *b = bench_new();

	for (size_t at = 0; at < s->n;) {
		size_t n = piece ? piece : 1 + dice(1u << (1 + dice(12)));

		n = n < s->n - at ? n : s->n - at;
		feed(b, s->b + at, n);
		at += n;
	}
	assert_false(b->reset_down);
	feed_event(b, ADIT_EOF);
	assert_true(b->eof_down);
	*log = b->log;
	bench_free(b);
}

static void test_splits(void **state)
{
	struct script *s = malloc(sizeof(*s));
	struct log *whole = calloc(1, sizeof(*whole)), *other = calloc(1, sizeof(*other));

	(void)state;
	long_script(s);
	run_pieces(s, 60000, whole);
	assert_int_equal(whole->flows, 5);
	assert_non_null(strstr(whole->text[0], "open 0 "));
	assert_non_null(strstr(whole->text[0], "alpha:80\neof 38821 "));
	assert_string_equal(whole->text[2], "reset 0 0000000000000000 NO_DEST\n");
	assert_string_equal(whole->text[4], "reset 0 0000000000000000 NO_ROOM\n");
	for (uint32_t piece = 0; piece < 40; piece++) {
		dice_state = piece;
		run_pieces(s, piece < 20 ? piece : 0, other);
		assert_int_equal(whole->flows, other->flows);
		for (unsigned i = 0; i < whole->flows; i++)
			assert_string_equal(whole->text[i], other->text[i]);
	}
	free(whole);
	free(other);
	free(s);
}

struct wrong {
	const char *what;
	uint8_t type, flags;
	uint16_t len;
	uint32_t id;
	const char *body;
	enum adit_drop why;
};

/* Each after a preface, flow 1 open, flow 3 open and half closed by the client. */
static const struct wrong wrongs[] = {
	{ "type 0", 0, 0, 0, 1, "", ADIT_DROP_MALFORMED },
	{ "type 6", 6, 0, 0, 1, "", ADIT_DROP_MALFORMED },
	{ "reserved byte", MUX_EOF, 1, 0, 1, "", ADIT_DROP_FLAGS },
	{ "OPEN of an even id", MUX_OPEN, 0, 0, 6, "", ADIT_DROP_NO_FLOW },
	{ "OPEN of an id in use", MUX_OPEN, 0, 0, 1, "", ADIT_DROP_NO_FLOW },
	{ "OPEN of an id passed over", MUX_OPEN, 0, 0, 2, "", ADIT_DROP_NO_FLOW },
	{ "OPEN too long", MUX_OPEN, 0, 256, 5, NULL, ADIT_DROP_LENGTH },
	{ "control character in a target", MUX_OPEN, 0, 3, 5, "a\nb", ADIT_DROP_MALFORMED },
	{ "NUL in a target", MUX_OPEN, 0, 3, 5, "a\0b", ADIT_DROP_MALFORMED },
	{ "DATA of a flow never opened", MUX_DATA, 0, 1, 5, "x", ADIT_DROP_NO_FLOW },
	{ "DATA of a flow that we never opened", MUX_DATA, 0, 1, 2, "x", ADIT_DROP_NO_FLOW },
	{ "empty DATA", MUX_DATA, 0, 0, 1, "", ADIT_DROP_LENGTH },
	{ "DATA after EOF", MUX_DATA, 0, 1, 3, "x", ADIT_DROP_MALFORMED },
	{ "EOF twice", MUX_EOF, 0, 0, 3, "", ADIT_DROP_MALFORMED },
	{ "EOF with a body", MUX_EOF, 0, 1, 1, "x", ADIT_DROP_LENGTH },
	{ "short CREDIT", MUX_CREDIT, 0, 3, 1, "\0\0\1", ADIT_DROP_LENGTH },
	{ "long CREDIT", MUX_CREDIT, 0, 5, 1, "\0\0\0\0\1", ADIT_DROP_LENGTH },
	{ "CREDIT of nothing", MUX_CREDIT, 0, 4, 1, "\0\0\0\0", ADIT_DROP_MALFORMED },
	{ "CREDIT beyond 2^31", MUX_CREDIT, 0, 4, 1, "\x7f\xff\xff\xff", ADIT_DROP_MALFORMED },
	{ "CREDIT that wraps", MUX_CREDIT, 0, 4, 1, "\xff\xff\xff\xff", ADIT_DROP_MALFORMED },
	{ "RESET without reason", MUX_RESET, 0, 0, 1, "", ADIT_DROP_LENGTH },
	{ "long RESET", MUX_RESET, 0, 2, 1, "ab", ADIT_DROP_LENGTH },
};

static void test_errors(void **state)
{
	struct script *s = malloc(sizeof(*s));

	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(wrongs); i++) {
		const struct wrong *w = &wrongs[i];
		struct bench *b = bench_new();

		s->n = 0;
		preface(s);
		frame(s, MUX_OPEN, 1, "t", 1);
		frame(s, MUX_OPEN, 3, "t", 1);
		frame(s, MUX_EOF, 3, NULL, 0);
		feed(b, s->b, s->n);
		assert_false(b->reset_down);
		s->n = 0;
		frame(s, w->type, w->id, w->body, w->len);
		s->b[1] = w->flags;
		feed(b, s->b, s->n);
		if (!b->reset_down || b->log.ended != 2)
			fail_msg("%s: accepted", w->what);
		if (b->why != w->why)
			fail_msg("%s: refused as %s", w->what, adit_drop_name(b->why));
		bench_free(b);
	}
	free(s);
}

static void test_preface(void **state)
{
	static const char *const bad[] = { "ADITMUX\x02\x00\x02\x00\x00", "ADITMUY\x01\x00\x02\x00",
		"ADITMUX\x01\x00\x00\x7f\xff", "ADITMUX\x01\x80\x00\x00\x00", "GET / HTTP/1" };

	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(bad); i++) {
		struct bench *b = bench_new();

		feed(b, (const uint8_t *)bad[i], 12);
		assert_true(b->reset_down);
		bench_free(b);
	}
}

/* More than was granted kills; exactly so much is kept though the reader stalls, in few cells. */
static void test_window(void **state)
{
	struct script *s = malloc(sizeof(*s));
	struct bench *b = bench_new();

	(void)state;
	b->hold = true;
	s->n = 0;
	preface(s);
	frame(s, MUX_OPEN, 1, "t", 1);
	for (unsigned left = MUX_WINDOW_SMALL; left > 0;) { /* tiny frames cost no more */
		uint16_t n = left > 60000 ? 30000 : left > 3000 ? 3000 : 1;

		frame(s, MUX_DATA, 1, NULL, n);
		left -= n;
		if (s->n > BUF - 70000) {
			feed(b, s->b, s->n);
			s->n = 0;
		}
	}
	feed(b, s->b, s->n);
	assert_false(b->reset_down);
	assert_true(adit_pool_out(adit_stack_pool(b->stack)) <= MUX_WINDOW_SMALL / 2304 + 3);
	s->n = 0;
	frame(s, MUX_DATA, 1, NULL, 1);
	feed(b, s->b, s->n);
	assert_true(b->reset_down);
	b->hold = false;
	settle(b);
	assert_int_equal(b->log.ended, 1);
	bench_free(b);
	free(s);
}

/* The credit that a reader who reads is given: half a window and more at a time. */
static void test_credit(void **state)
{
	struct script *s = malloc(sizeof(*s));
	struct bench *b = bench_new();

	(void)state;
	s->n = 0;
	preface(s);
	frame(s, MUX_OPEN, 1, "t", 1);
	frame(s, MUX_DATA, 1, NULL, 60000);
	feed(b, s->b, s->n);
	assert_int_equal(b->down_n, MUX_PREFACE);
	s->n = 0;
	frame(s, MUX_DATA, 1, NULL, 6000);
	feed(b, s->b, s->n);
	assert_int_equal(b->down_n, MUX_PREFACE + MUX_HDR + 4);
	assert_memory_equal(b->down + MUX_PREFACE, "\x03\0\0\4\0\0\0\1\0\1\x01\xd0", 12);
	bench_free(b);
	free(s);
}

/* With a large window cells are large too; none of them takes more than a packet may hold. */
static void test_large_window(void **state)
{
	struct script *s = malloc(sizeof(*s));
	struct bench *b = bench_with(1 << 20);

	(void)state;
	b->hold = true;
	s->n = 0;
	preface(s);
	frame(s, MUX_OPEN, 1, "t", 1);
	frame(s, MUX_DATA, 1, NULL, 60000);
	frame(s, MUX_DATA, 1, NULL, 20000);
	feed(b, s->b, s->n);
	assert_false(b->reset_down);
	b->hold = false;
	settle(b);
	settle(b);
	assert_int_equal(b->log.bytes[0], 80000);
	bench_free(b);
	free(s);
}

/* A train of count segments to flow 1; `at` is where they stand in all that is sent. */
static void push(struct bench *b, uint32_t at, uint32_t len, unsigned count)
{
	struct adit_pkt *p = adit_pool_get(adit_stack_pool(b->stack), 64, (64 + len) * count);

	assert_non_null(p);
	p->len = p->last = (uint16_t)len;
	p->count = (uint8_t)count;
	if (count > 1)
		p->pitch = 64 + len;
	for (unsigned i = 0; i < count; i++)
		for (uint32_t k = 0; k < len; k++, at++)
			adit_seg_at(p, i).data[k] = (uint8_t)(at * 7 + at / 251);
	adit_add(adit_chain_in(b->flow[0], ADIT_TOP), p);
	adit_chain_kick(b->flow[0]);
	settle(b);
}

/* Bytes of flow 1 that went out, in so many frames. */
static uint32_t sent(const struct bench *b, unsigned *frames)
{
	uint32_t n = 0, len;

	*frames = 0;
	for (size_t at = MUX_PREFACE; at < b->down_n; at += MUX_HDR + len, ++*frames) {
		const uint8_t *h = b->down + at;

		len = adit_be16(h + 2);
		assert_int_equal(adit_be32(h), MUX_DATA << 24 | len);
		assert_int_equal(adit_be32(h + 4), 1);
		for (uint32_t k = 0; k < len; k++, n++)
			assert_int_equal(h[MUX_HDR + k], (uint8_t)(n * 7 + n / 251));
	}
	return n;
}

/* A packet that its frame's header makes too long goes in two; credit that a train's segment needs
 * is waited for. */
static void test_sending(void **state)
{
	struct script *s = malloc(sizeof(*s));
	struct bench *b = bench_new();
	unsigned frames;

	(void)state;
	s->n = 0;
	preface(s); /* a window of 131072 */
	frame(s, MUX_OPEN, 1, "t", 1);
	feed(b, s->b, s->n);
	push(b, 0, 65535, 1);
	assert_int_equal(sent(b, &frames), 65535);
	assert_int_equal(frames, 2);
	push(b, 65535, 65437, 1);
	assert_int_equal(sent(b, &frames), 130972);
	push(b, 130972, 200, 2);
	assert_int_equal(sent(b, &frames), 130972);
	s->n = 0;
	frame(s, MUX_CREDIT, 1, "\0\0\4\0", 4);
	feed(b, s->b, s->n);
	assert_int_equal(sent(b, &frames), 131372);
	assert_int_equal(frames, 5);
	bench_free(b);
	free(s);
}

static void garble(struct script *s)
{
	switch (dice(4)) {
	case 0:
		for (unsigned i = 1 + dice(6); i > 0; i--)
			s->b[dice((uint32_t)s->n)] = (uint8_t)dice(256);
		break;
	case 1:
		s->b[dice((uint32_t)s->n)] ^= (uint8_t)(1u << dice(8));
		break;
	case 2:
		s->n = 12 + dice((uint32_t)s->n - 12);
		for (size_t i = 12; i < s->n; i++)
			s->b[i] = (uint8_t)dice(256);
		break;
	default:
		memmove(s->b + 20, s->b + 20 + dice(500), s->n - 1000);
	}
}

static void test_garbage(void **state)
{
	struct script *s = malloc(sizeof(*s));
	unsigned dead = 0;

	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		struct bench *b = bench_new();

		dice_state = round;
		long_script(s);
		garble(s);
		for (size_t at = 0; at < s->n && !b->reset_down;) {
			size_t n = 1 + dice(9000);

			n = n < s->n - at ? n : s->n - at;
			feed(b, s->b + at, n);
			at += n;
		}
		dead += b->reset_down;
		if (!b->reset_down)
			feed_event(b, ADIT_RESET);
		settle(b);
		for (unsigned i = 0; i < b->log.flows; i++)
			assert_null(b->flow[i]);
		assert_int_equal(adit_pool_out(adit_stack_pool(b->stack)), 0);
		bench_free(b);
	}
	print_message("%u of 3000 garbled sessions refused\n", dead);
	assert_true(dead > 500);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_preface),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_credit),
		cmocka_unit_test(test_large_window),
		cmocka_unit_test(test_sending),
		cmocka_unit_test(test_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
