/* SPDX-License-Identifier: Apache-2.0 */
/* VXLAN: who gets a frame, who may send one, what is learnt of it. */
#include "proto/vxlan/vxlan.h"

#include "lab.h"
#include "net/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define THREE "vni=42 remotes=192.0.2.2,192.0.2.3,192.0.2.4:8472"

/* To and from stations 02:00:00:00:00:TO and :FROM; 0xff is everybody. */
static uint32_t frame(uint8_t *f, uint8_t to, uint8_t from)
{
	memset(f, to == 0xff ? 0xff : 0, 6);
	if (to != 0xff)
		f[0] = 2;
	f[5] = to;
	memset(f + 6, 0, 54);
	f[6] = 2;
	f[11] = from;
	f[12] = 0x88;
	f[13] = 0xb5; /* local experimental EtherType */
	return 60;
}

static void opened(struct lab *b, const char *conf)
{
	assert_int_equal(lab_open(b, &adit_layer_vxlan, conf, 0, 0), ADIT_OK);
}

/* The last bytes of the far addresses that a frame to this station goes to, in order. */
static unsigned targets(struct lab *b, uint8_t to, uint8_t out[8])
{
	struct adit_meta m = { .hash = 0x12345678 };
	uint8_t f[60];
	unsigned n = 0;
	struct adit_pkt *p = lab_down(b, &m, f, frame(f, to, 1));

	for (; p; p = adit_take(&b->down)) {
		assert_true(n < 8);
		assert_int_equal(p->len, 68);
		assert_memory_equal(adit_data(p) + 8, f, 60);
		assert_int_equal(p->m.near.port, net_flow_port(0x12345678));
		assert_int_equal(p->m.code, VXLAN_PORT);
		out[n++] = p->m.far.ip[3];
		adit_pkt_free(p);
	}
	return n;
}

/* A frame from this station comes in from 192.0.2.HOST. */
static enum adit_drop come_as(struct lab *b, uint8_t host, uint8_t from, bool known)
{
	struct adit_meta m = { .known = known };
	uint8_t d[68] = { 0x08, 0, 0, 0, 0, 0, 42, 0 };
	struct adit_pkt *p;

	m.far = (struct adit_addr){ .family = 4, .port = 50000, .ip = { 192, 0, 2, host } };
	frame(d + 8, 1, from);
	p = lab_up(b, &m, d, sizeof(d));
	adit_pkt_free(p);
	return lab_dropped(b);
}

static enum adit_drop come(struct lab *b, uint8_t host, uint8_t from)
{
	return come_as(b, host, from, false);
}

static void test_replicates(void **state)
{
	struct lab b;
	uint8_t to[8];

	(void)state;
	opened(&b, THREE);
	assert_int_equal(targets(&b, 0xff, to), 3);
	assert_memory_equal(to, ((uint8_t[]){ 2, 3, 4 }), 3);
	assert_int_equal(targets(&b, 9, to), 3); /* unknown station */
	assert_int_equal(b.l.stats.down_units, 6);
	lab_close(&b);
}

static void test_learns(void **state)
{
	struct lab b;
	uint8_t to[8];

	(void)state;
	opened(&b, THREE " ageing=60s");
	assert_int_equal(come(&b, 3, 9), ADIT_KEEP);
	assert_int_equal(targets(&b, 9, to), 1);
	assert_int_equal(to[0], 3);
	b.e.now += ADIT_S;
	assert_int_equal(come(&b, 4, 9), ADIT_KEEP); /* it moved */
	assert_int_equal(targets(&b, 9, to), 1);
	assert_int_equal(to[0], 4);
	b.e.now += 61 * ADIT_S;
	assert_int_equal(targets(&b, 9, to), 3);
	lab_close(&b);
}

static void test_learnt_port(void **state)
{
	struct adit_meta m = { 0 };
	struct adit_pkt *p;
	struct lab b;
	uint8_t f[60];

	(void)state;
	opened(&b, THREE);
	assert_int_equal(come(&b, 4, 9), ADIT_KEEP);
	p = lab_down(&b, &m, f, frame(f, 9, 1));
	assert_non_null(p);
	assert_int_equal(p->m.far.port, 8472); /* where it listens, not where it sent from */
	adit_pkt_free(p);
	lab_close(&b);
}

static void test_learning_off(void **state)
{
	struct lab b;
	uint8_t to[8];

	(void)state;
	opened(&b, THREE " learning=off");
	assert_int_equal(come(&b, 3, 9), ADIT_KEEP);
	assert_int_equal(targets(&b, 9, to), 3);
	lab_close(&b);
}

static void test_static(void **state)
{
	struct lab b;
	uint8_t to[8];

	(void)state;
	opened(&b, THREE " mac{mac=02:00:00:00:00:09 remote=192.0.2.7}");
	assert_int_equal(targets(&b, 9, to), 1);
	assert_int_equal(to[0], 7);
	assert_int_equal(come(&b, 3, 9), ADIT_KEEP);
	assert_int_equal(targets(&b, 9, to), 1);
	assert_int_equal(to[0], 7);
	assert_int_equal(come(&b, 7, 5), ADIT_KEEP); /* an endpoint that an entry names may send */
	assert_int_equal(targets(&b, 0xff, to), 3);  /* but gets no broadcasts */
	lab_close(&b);
}

static void test_peers(void **state)
{
	struct lab b;
	uint8_t to[8];

	(void)state;
	opened(&b, THREE);
	assert_int_equal(come(&b, 9, 9), ADIT_DROP_PEER);
	assert_int_equal(targets(&b, 9, to), 3); /* and taught us nothing */
	lab_close(&b);
	opened(&b, THREE " from=any");
	assert_int_equal(come(&b, 9, 9), ADIT_KEEP);
	assert_int_equal(targets(&b, 9, to), 1);
	assert_int_equal(to[0], 9);
	lab_close(&b);
}

static void test_delivery_has_the_remote(void **state)
{
	struct lab b;
	uint8_t to[8];

	(void)state;
	opened(&b, "vni=42");
	assert_int_equal(come(&b, 9, 9), ADIT_DROP_PEER); /* an open delivery, and no remotes */
	assert_int_equal(come_as(&b, 9, 9, true), ADIT_KEEP);
	assert_int_equal(targets(&b, 9, to), 1);
	assert_int_equal(to[0], 0); /* no address: the delivery's own */
	lab_close(&b);
}

/* Room below for one at a time: each remote gets each frame once. */
static void test_replicates_under_pressure(void **state)
{
	unsigned seen[5] = { 0 };
	struct adit_pkt *p;
	struct lab b;
	uint8_t f[60];

	(void)state;
	opened(&b, THREE);
	b.down.cap = 2;
	frame(f, 0xff, 1);
	for (unsigned i = 0; i < 4; i++) {
		p = lab_train(&b, f, 60, 1, b.l.headroom, 0);
		adit_add(&b.in, p);
	}
	for (unsigned i = 0; i < 40; i++) {
		adit_layer_vxlan.down(&b.l, &b.in, &b.e);
		while ((p = adit_take(&b.down)) != NULL) {
			seen[p->m.far.ip[3]]++;
			adit_pkt_free(p);
		}
	}
	assert_int_equal(b.in.count, 0);
	assert_int_equal(seen[2], 4);
	assert_int_equal(seen[3], 4);
	assert_int_equal(seen[4], 4);
	lab_close(&b);
}

/* A train whose segments need different headers falls apart in the middle of a flood. */
static void test_replicates_split_train(void **state)
{
	unsigned seen[5] = { 0 };
	struct adit_pkt *p;
	struct lab b;
	uint8_t f[60];

	(void)state;
	opened(&b, THREE);
	frame(f, 0xff, 1);
	memcpy(f + 12, "\x08\x00\x45", 3);
	p = lab_train(&b, f, 60, 6, b.l.headroom, 0);
	for (unsigned i = 0; i < 6; i++)
		adit_seg_at(p, i).data[15] = (uint8_t)(i << 2);
	lab_feed(&b, true, p);
	for (unsigned i = 0; i < 40; i++) {
		while ((p = adit_take(&b.down)) != NULL) {
			seen[p->m.far.ip[3]] += p->count;
			adit_pkt_free(p);
		}
		adit_layer_vxlan.down(&b.l, &b.in, &b.e);
	}
	assert_int_equal(seen[2], 6);
	assert_int_equal(seen[3], 6);
	assert_int_equal(seen[4], 6);
	lab_close(&b);
}

static enum adit_drop dropped_down(
	struct lab *b, const struct adit_meta *m, const uint8_t *f, uint32_t n)
{
	struct adit_pkt *p = lab_down(b, m, f, n);

	assert_null(p);
	return lab_dropped(b);
}

static void test_refuses_down(void **state)
{
	struct adit_meta m = { .depth = 8 };
	struct lab b;
	uint8_t f[60] = { 0 };

	(void)state;
	opened(&b, "vni=42 remotes=192.0.2.2");
	assert_int_equal(dropped_down(&b, &m, f, frame(f, 9, 1)), ADIT_DROP_LOOP);
	m.depth = 0;
	assert_int_equal(dropped_down(&b, &m, f, 13), ADIT_DROP_SHORT);
	assert_int_equal(dropped_down(&b, &m, f, 0), ADIT_DROP_SHORT);
	lab_close(&b);
}

/* A frame that says IPv4 and ends behind the first byte of it. */
static void test_cut_inside(void **state)
{
	struct adit_meta m = { 0 };
	struct adit_pkt *p;
	struct lab b;
	uint8_t f[60];

	(void)state;
	opened(&b, "vni=42");
	frame(f, 9, 1);
	memcpy(f + 12, "\x08\x00\x45", 3);
	for (uint32_t n = 14; n < 60; n++) {
		p = lab_down(&b, &m, f, n);
		assert_non_null(p);
		adit_pkt_free(p);
	}
	lab_close(&b);
}

/* An outer packet of ours that the routes led into the tunnel again. */
static void test_own_loop(void **state)
{
	static const char text[] = "020000000009 020000000001 0800"
				   "4500001c 00000000 40110000 c0000201 c0000202"
				   "c000 12b5 0008 0000";
	struct adit_meta m = { 0 };
	struct adit_pkt *p;
	struct lab b;
	uint8_t f[64];
	uint32_t n = lab_hex(f, sizeof(f), text);

	(void)state;
	opened(&b, "vni=42 remotes=192.0.2.2");
	assert_int_equal(dropped_down(&b, &m, f, n), ADIT_DROP_LOOP);
	f[n - 5] = 0xb6; /* to another port of that host */
	p = lab_down(&b, &m, f, n);
	assert_non_null(p);
	adit_pkt_free(p);
	p = lab_down(&b, &m, f, n - 6); /* a port cut in two */
	assert_non_null(p);
	adit_pkt_free(p);
	lab_close(&b);
}

/* The key by which stacks share a port is read from a whole header only. */
static void test_key(void **state)
{
	static const uint8_t head[8] = { 0x08, 0, 0, 0, 0x12, 0x34, 0x56, 0xff };
	uint32_t key = 0;
	struct lab b;

	(void)state;
	for (uint32_t n = 0; n <= 8; n++) {
		uint8_t *exact = malloc(n ? n : 1);

		assert_non_null(exact);
		memcpy(exact, head, n);
		assert_int_equal(adit_layer_vxlan.demux->key_of(exact, n, &key), n == 8);
		free(exact);
	}
	assert_int_equal(key, 0x123456);
	opened(&b, "vni=0x123456 remotes=192.0.2.2");
	assert_int_equal(adit_layer_vxlan.demux->key(&b.l), key);
	lab_close(&b);
}

static void test_refuses_conf(void **state)
{
	struct lab b;

	(void)state;
	assert_int_equal(
		lab_open(&b, &adit_layer_vxlan, "vni=1 remotes=239.1.1.1", 0, 0), ADIT_ECONF);
	assert_int_equal(b.fault.opt, VXLAN_OPT_REMOTES);
	lab_close(&b);
	for (unsigned n = VXLAN_REMOTES; n <= VXLAN_REMOTES + 1; n++) {
		char text[1024] = "vni=1 remotes=192.0.2.1";

		for (unsigned i = 1; i < n; i++)
			memcpy(text + strlen(text), ",192.0.2.1", 11);
		assert_int_equal(lab_open(&b, &adit_layer_vxlan, text, 0, 0),
			n > VXLAN_REMOTES ? ADIT_ECONF : ADIT_OK);
		lab_close(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replicates),
		cmocka_unit_test(test_learns),
		cmocka_unit_test(test_learnt_port),
		cmocka_unit_test(test_learning_off),
		cmocka_unit_test(test_static),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_delivery_has_the_remote),
		cmocka_unit_test(test_replicates_under_pressure),
		cmocka_unit_test(test_replicates_split_train),
		cmocka_unit_test(test_refuses_down),
		cmocka_unit_test(test_cut_inside),
		cmocka_unit_test(test_own_loop),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_refuses_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
