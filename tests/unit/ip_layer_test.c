/* SPDX-License-Identifier: Apache-2.0 */
/* IP in the middle of a stack: identification, sizes, cut packets, and a whole pile of layers. */
#include "proto/ip/ip.h"

#include "core/bytes.h"
#include "lab.h"
#include "net/ip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define CONF4 "remote=198.51.100.2 local=198.51.100.1"
#define CONF6 "remote=2001:db8::2 local=2001:db8::1"

static void opened(struct lab *b, const struct adit_layer_ops *ops, const char *conf)
{
	assert_int_equal(lab_open(b, ops, conf, 0, 0), ADIT_OK);
}

static void test_id(void **state)
{
	struct adit_meta m = { .space = ADIT_SPACE_IPPROTO, .code = 47 };
	struct lab b;

	(void)state;
	opened(&b, &adit_layer_ip, CONF4);
	for (uint16_t i = 0; i < 3; i++) {
		struct adit_pkt *p = lab_down(&b, &m, (const uint8_t *)"hello", 5);

		assert_non_null(p);
		assert_int_equal(adit_be16(adit_data(p) + 4), i);
		adit_pkt_free(p);
	}
	lab_close(&b);
}

static enum adit_drop sent(const char *conf, const char *meta, uint32_t n)
{
	static uint8_t data[UINT16_MAX];
	struct adit_pkt *p;
	struct adit_meta m;
	enum adit_drop why;
	struct lab b;

	opened(&b, &adit_layer_ip, conf);
	lab_meta(&m, meta);
	p = lab_down(&b, &m, data, n);
	why = lab_dropped(&b);
	assert_int_equal(!p, why != ADIT_KEEP);
	if (p && p->m.code == 0x0800)
		assert_int_equal(adit_be16(adit_data(p) + 2), p->len);
	adit_pkt_free(p);
	lab_close(&b);
	return why;
}

static void test_sizes(void **state)
{
	(void)state;
	assert_int_equal(sent(CONF4, "code=ip:47", 0), ADIT_KEEP);
	assert_int_equal(sent(CONF4, "code=ip:47", UINT16_MAX - 20), ADIT_KEEP);
	assert_int_equal(sent(CONF4, "code=ip:47", UINT16_MAX - 19), ADIT_DROP_TOO_BIG);
	assert_int_equal(sent(CONF6, "code=ip:47", UINT16_MAX - 40), ADIT_KEEP);
	assert_int_equal(sent(CONF6, "code=ip:47", UINT16_MAX - 39), ADIT_DROP_TOO_BIG);
}

/* A packet that may be fragmented may be so below as well; no other says anything to what is below.
 */
static void test_df(void **state)
{
	static const struct {
		uint8_t wish, passed;
		bool written;
	} row[] = { { ADIT_DF_UNSET, ADIT_DF_UNSET, true }, { ADIT_DF_ON, ADIT_DF_UNSET, true },
		{ ADIT_DF_OFF, ADIT_DF_OFF, false } };
	struct lab b;

	(void)state;
	opened(&b, &adit_layer_ip, CONF4);
	for (unsigned i = 0; i < ADIT_LEN(row); i++) {
		struct adit_meta m = { .space = ADIT_SPACE_IPPROTO, .code = 47, .df = row[i].wish };
		struct adit_pkt *p = lab_down(&b, &m, (const uint8_t *)"hello", 5);

		assert_non_null(p);
		assert_int_equal(!!(adit_data(p)[6] & 0x40), row[i].written);
		assert_int_equal(p->m.df, row[i].passed);
		adit_pkt_free(p);
	}
	lab_close(&b);
}

static void test_refuses_down(void **state)
{
	(void)state;
	assert_int_equal(sent(CONF4, "code=ether:0x0800", 20), ADIT_DROP_PROTO);
	assert_int_equal(sent("local=198.51.100.1", "code=ip:47", 20), ADIT_DROP_NO_DEST);
	assert_int_equal(sent(CONF4, "code=ip:47 far=2001:db8::2", 20), ADIT_DROP_NO_DEST);
	assert_int_equal(sent(CONF4, "code=ip:47 far=2001:db8::2 near=2001:db8::1", 20),
		ADIT_DROP_NO_DEST); /* the room for headers is that of the other version */
}

/* What the link added behind the packet is not payload. */
static void test_trims(void **state)
{
	struct adit_meta m = { 0 };
	struct adit_pkt *p;
	struct lab b;
	uint8_t d[64];
	uint32_t n = lab_hex(d, sizeof(d),
		"45000017 00000000 402f0000 c6336402 c6336401 616263 00000000000000000000");

	(void)state;
	net_ip4_csum_set(d);
	opened(&b, &adit_layer_ip, CONF4);
	p = lab_up(&b, &m, d, n);
	assert_non_null(p);
	assert_int_equal(p->len, 3);
	assert_memory_equal(adit_data(p), "abc", 3);
	adit_pkt_free(p);
	lab_close(&b);
}

static void test_needs_local(void **state)
{
	struct lab b;

	(void)state;
	assert_int_equal(lab_open(&b, &adit_layer_ip, "remote=198.51.100.2", 0, 0), ADIT_ECONF);
	lab_close(&b);
	assert_int_equal(lab_open(&b, &adit_layer_ip, "remote=198.51.100.2 local=0.0.0.0", 0, 0),
		ADIT_ECONF);
	lab_close(&b);
}

struct floor {
	const char *layer, *conf, *peer;
};

/* From a frame through four layers into GRE, and back up at a peer. */
static const struct floor pile[] = {
	{ "vxlan", "vni=42 remotes=10.8.0.2", "vni=42 remotes=10.8.0.1" },
	{ "udp", "local=10.8.0.1 port=4789", "local=10.8.0.2 port=4789" },
	{ "ip", "remote=10.8.0.2 local=10.8.0.1", "remote=10.8.0.1 local=10.8.0.2" },
	{ "gre", "key=7 csum", "key=7 csum" },
	{ "ip", "remote=2001:db8::2 local=2001:db8::1", "remote=2001:db8::1 local=2001:db8::2" },
};

static uint32_t travel(bool down, uint8_t *d, uint32_t n, const struct adit_meta *first)
{
	struct adit_meta m = *first;

	for (unsigned k = 0; k < ADIT_LEN(pile); k++) {
		const struct floor *f = &pile[down ? k : ADIT_LEN(pile) - 1 - k];
		const struct adit_layer_ops *ops = adit_registry_find(f->layer);
		struct adit_pkt *p;
		struct lab b;

		assert_non_null(ops);
		assert_int_equal(lab_open(&b, ops, down ? f->conf : f->peer,
					 strcmp(f->layer, "gre") == 0 ? ADIT_PACKET : 0, 0),
			ADIT_OK);
		p = down ? lab_down(&b, &m, d, n) : lab_up(&b, &m, d, n);
		if (!p)
			print_error("%s: %s\n", f->layer, adit_drop_name(lab_dropped(&b)));
		assert_non_null(p);
		n = p->len;
		memcpy(d, adit_data(p), n);
		m = p->m;
		adit_pkt_free(p);
		lab_close(&b);
	}
	return n;
}

static void test_pile(void **state)
{
	struct adit_meta m = { .hash = 99 };
	uint8_t d[256] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5 }, was[100];
	uint32_t n;

	(void)state;
	memset(d + 14, 'x', 86);
	memcpy(was, d, sizeof(was));
	n = travel(true, d, 100, &m);
	assert_int_equal(n, 100 + 8 + 8 + 20 + 12 + 40);
	memset(&m, 0, sizeof(m));
	n = travel(false, d, n, &m);
	assert_int_equal(n, 100);
	assert_memory_equal(d, was, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_id),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_df),
		cmocka_unit_test(test_refuses_down),
		cmocka_unit_test(test_trims),
		cmocka_unit_test(test_needs_local),
		cmocka_unit_test(test_pile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
