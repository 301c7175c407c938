/* SPDX-License-Identifier: Apache-2.0 */
/* The suite that every layer of the registry passes: its vectors, and what follows from them. */
#include "core/stack.h"
#include "vector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void open_for(struct lab *b, const struct adit_layer_ops *ops, const struct vector *v)
{
	if (lab_open(b, ops, v->conf, v->above, v->below) != ADIT_OK) {
		print_error("%s: %s: %s\n", v->file, v->name, b->fault.what);
		fail();
	}
}

static void expect(const struct vector *v, bool ok, const char *what)
{
	if (ok)
		return;
	print_error("%s: %s: %s\n", v->file, v->name, what);
	fail();
}

static bool named(const char *text, const char *field)
{
	const char *at = strstr(text, field);

	return at && (at == text || at[-1] == ' ');
}

static void same_meta(const struct vector *v, const struct adit_meta *m, const char *text)
{
	struct adit_meta want;

	lab_meta(&want, text);
	if (named(text, "far="))
		expect(v, adit_addr_same_ip(&m->far, &want.far), "far address");
	if (named(text, "far=") && want.far.port)
		expect(v, m->far.port == want.far.port, "far port");
	if (named(text, "near="))
		expect(v, adit_addr_same_ip(&m->near, &want.near), "near address");
	if (named(text, "near=") && want.near.port)
		expect(v, m->near.port == want.near.port, "near port");
	if (named(text, "code="))
		expect(v, m->code == want.code && m->space == want.space, "code");
	if (named(text, "tos="))
		expect(v, m->tos == want.tos, "tos");
	if (named(text, "ttl="))
		expect(v, m->ttl == want.ttl, "ttl");
}

static bool same_bytes(const struct adit_pkt *p, const uint8_t *data, uint32_t len)
{
	return p->count == 1 && p->len == len && memcmp(adit_data(p), data, len) == 0;
}

/* Of a stream layer all the bytes, of others the one unit, equal what the vector has below. */
static void encode(const struct adit_layer_ops *ops, const struct vector *v)
{
	uint8_t got[VECTOR_BYTES];
	uint32_t n = 0;
	struct lab b;

	if (!v->down)
		return;
	open_for(&b, ops, v);
	for (unsigned i = 0; i < v->n_upper; i++) {
		struct adit_meta m;
		struct adit_pkt *p;

		lab_meta(&m, v->upper_meta);
		p = lab_down(&b, &m, v->upper[i], v->upper_len[i]);
		expect(v, p != NULL, adit_drop_name(lab_dropped(&b)));
		expect(v, p->m.shape == b.l.below, "shape below");
		same_meta(v, &p->m, v->lower_meta);
		expect(v, p->len >= v->upper_len[i] + b.l.headroom, "headroom is exact");
		memcpy(got + n, adit_data(p), p->len);
		n += p->len;
		adit_pkt_free(p);
	}
	expect(v, n == v->lower_len && memcmp(got, v->lower, n) == 0, "bytes below");
	lab_close(&b);
}

static struct adit_pkt *give_up(struct lab *b, const struct vector *v, uint32_t len)
{
	struct adit_meta m;

	lab_meta(&m, v->lower_meta);
	if (!named(v->lower_meta, "far=") && named(v->upper_meta, "far="))
		lab_meta(&m, v->upper_meta); /* ip takes nothing from below */
	return lab_up(b, &m, v->lower, len);
}

static void decode(const struct adit_layer_ops *ops, const struct vector *v)
{
	struct adit_pkt *p;
	struct lab b;

	if (!v->up)
		return;
	open_for(&b, ops, v);
	p = give_up(&b, v, v->lower_len);
	if (v->drop) {
		expect(v, !p, "kept");
		expect(v, lab_dropped(&b) == v->drop, "dropped for another reason");
	}
	for (unsigned i = 0; !v->drop && i < v->n_upper; i++) {
		expect(v, p != NULL, adit_drop_name(lab_dropped(&b)));
		expect(v, p->m.shape == b.l.above, "shape above");
		if (!v->down)
			same_meta(v, &p->m, v->upper_meta);
		expect(v, same_bytes(p, v->upper[i], v->upper_len[i]), "bytes above");
		adit_pkt_free(p);
		p = adit_take(&b.up);
	}
	expect(v, !p, "more came up than was sent");
	lab_close(&b);
}

/* Three in one train come up as three. */
static void train(const struct adit_layer_ops *ops, const struct vector *v)
{
	struct adit_pkt *p;
	unsigned n = 0;
	struct lab b;

	if (!v->up || v->drop || v->once || v->n_upper != 1)
		return;
	open_for(&b, ops, v);
	p = lab_train(&b, v->lower, v->lower_len, 3, 0, 0);
	lab_meta(&p->m, v->lower_meta);
	p->m.shape = b.l.below;
	lab_feed(&b, false, p);
	while ((p = adit_take(&b.up)) != NULL) {
		for (unsigned i = 0; i < p->count; i++, n++) {
			struct adit_seg s = adit_seg_at(p, i);

			expect(v, s.len == v->upper_len[0], "length in a train");
			expect(v, memcmp(s.data, v->upper[0], s.len) == 0, "bytes in a train");
		}
		adit_pkt_free(p);
	}
	expect(v, n == 3, "segments of a train");
	lab_close(&b);
}

/* A prefix is let through if it has the bytes that the layer needs, and not if it has one less. */
static void truncate(const struct adit_layer_ops *ops, const struct vector *v)
{
	uint32_t min = v->min < 0 ? v->lower_len : (uint32_t)v->min;

	if (!v->up || v->drop || ops->below == ADIT_STREAM)
		return;
	for (uint32_t len = 0; len < v->lower_len; len++) {
		struct adit_pkt *p;
		enum adit_drop why;
		struct lab b;

		open_for(&b, ops, v);
		p = give_up(&b, v, len);
		why = lab_dropped(&b);
		if (!p != (len < min)) {
			print_error("%u bytes of %u\n", len, v->lower_len);
			expect(v, false, p ? "a cut packet came through" : adit_drop_name(why));
		}
		expect(v, !p == (why != ADIT_KEEP), "neither kept nor counted");
		expect(v,
			p || why == ADIT_DROP_SHORT || why == ADIT_DROP_LENGTH ||
				why == ADIT_DROP_CHECKSUM,
			adit_drop_name(why));
		adit_pkt_free(p);
		lab_close(&b);
	}
}

/* Whatever a flipped bit means, the layer says one thing about it, and stays within the packet. */
static void flip(const struct adit_layer_ops *ops, const struct vector *v)
{
	struct vector *w = malloc(sizeof(*w));

	assert_non_null(w);
	for (uint32_t bit = 0; v->up && ops->below != ADIT_STREAM && bit < v->lower_len * 8;
		bit++) {
		struct adit_pkt *p;
		struct lab b;

		*w = *v;
		w->lower[bit / 8] ^= (uint8_t)(1 << bit % 8);
		open_for(&b, ops, w);
		p = give_up(&b, w, w->lower_len);
		expect(v, !p == (lab_dropped(&b) != ADIT_KEEP), "neither kept nor counted");
		expect(v, !p || p->len <= w->lower_len, "grew on its way up");
		adit_pkt_free(p);
		lab_close(&b);
	}
	free(w);
}

/* Feeds the stream in pieces: up to `first`, then `step` bytes each. */
static void pieces(
	const struct adit_layer_ops *ops, const struct vector *v, uint32_t first, uint32_t step)
{
	struct lab b;
	uint32_t at = 0;
	unsigned got = 0;

	open_for(&b, ops, v);
	while (at < v->lower_len) {
		uint32_t n = at < first ? first - at : step;
		struct adit_meta m = { 0 };
		struct adit_pkt *p;

		n = n < v->lower_len - at ? n : v->lower_len - at;
		p = lab_up(&b, &m, v->lower + at, n);
		at += n;
		for (; p; p = adit_take(&b.up), got++) {
			expect(v, got < v->n_upper, "too many messages");
			expect(v, same_bytes(p, v->upper[got], v->upper_len[got]), "split");
			adit_pkt_free(p);
		}
	}
	expect(v, got == v->n_upper, "messages of a split stream");
	lab_close(&b);
}

static void split(const struct adit_layer_ops *ops, const struct vector *v)
{
	if (ops->below != ADIT_STREAM || !v->up)
		return;
	pieces(ops, v, 0, 1);
	for (uint32_t first = 1; first <= v->lower_len; first++)
		pieces(ops, v, first, v->lower_len);
}

static void each_layer(vector_fn fn)
{
	unsigned layers = 0;

	for (unsigned i = 0; i < adit_registry_n; i++)
		layers += vector_each(adit_registry[i], fn) > 0;
	assert_true(layers >= 6);
}

static void test_encode(void **state)
{
	(void)state;
	each_layer(encode);
}

static void test_decode(void **state)
{
	(void)state;
	each_layer(decode);
}

static void test_train(void **state)
{
	(void)state;
	each_layer(train);
}

static void test_truncation(void **state)
{
	(void)state;
	each_layer(truncate);
}

static void test_flips(void **state)
{
	(void)state;
	each_layer(flip);
}

static void test_split(void **state)
{
	(void)state;
	each_layer(split);
}

/* A layer that works has vectors; ends and sockets do not write a byte themselves, and a hub wants
 * flows, which the bench has not: mux_test.c holds its bytes. */
static void test_has_vectors(void **state)
{
	(void)state;
	for (unsigned i = 0; i < adit_registry_n; i++) {
		const struct adit_layer_ops *o = adit_registry[i];

		if (o->flags & ADIT_L_HUB)
			continue;
		if ((o->down || o->up) && vector_each(o, decode) == 0) {
			print_error("%s has no vectors\n", o->name);
			fail();
		}
	}
}

/* What describe() says of the headers adds up to what open() asked for. */
static void described(const struct adit_layer_ops *ops, const struct vector *v)
{
	struct adit_hdr h[4] = { 0 };
	unsigned n, bytes = 0;
	struct lab b;

	open_for(&b, ops, v);
	n = ops->describe ? ops->describe(&b.l, h, ADIT_LEN(h)) : 0;
	for (unsigned i = 0; i < n; i++) {
		bytes += h[i].bytes;
		for (unsigned k = 0; k < h[i].n_fields; k++)
			expect(v, h[i].field[k].off + h[i].field[k].bytes <= h[i].bytes,
				"a field beyond its header");
	}
	expect(v, bytes == b.l.headroom, "described bytes are the headroom");
	lab_close(&b);
}

static void test_described(void **state)
{
	(void)state;
	each_layer(described);
}

/* Linked in place of the allocator's: fails the n-th call. */
static unsigned long fail_at, calls;
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_malloc(size_t n)
{
	return fail_at && ++calls == fail_at ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fail_at && ++calls == fail_at ? NULL : __real_calloc(n, size);
}

/* Opening a stack of this layer, with each allocation failing once: refused, and nothing is lost
 * (the leak check sees to that). */
static void starve(const struct adit_layer_ops *ops, const struct vector *v)
{
	struct adit_stack_conf sc = { .n = 1, .pool = { 1, 1, 1 } };
	const struct adit_conf *conf;
	struct adit_fault fault = { 0 };
	struct adit_stack *s = NULL;
	enum adit_err e;
	struct lab b;
	unsigned at;

	open_for(&b, ops, v);
	conf = &b.conf->c;
	sc.layer = &conf;
	for (unsigned long n = 1; n < 1000; n++) {
		calls = 0;
		fail_at = n;
		e = adit_stack_open(&s, &sc, &at, &fault);
		fail_at = 0;
		if (e == ADIT_OK) {
			adit_stack_close(s);
			expect(v, n > 4, "no allocation failed");
			break;
		}
		expect(v, e == ADIT_ENOMEM, "another fault than want of memory");
	}
	expect(v, e == ADIT_OK, "never opened");
	lab_close(&b);
}

static void test_starved(void **state)
{
	(void)state;
	each_layer(starve);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_has_vectors),
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_train),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_described),
		cmocka_unit_test(test_starved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
