/* SPDX-License-Identifier: Apache-2.0 */
/* UDP in the middle of a stack: ports, lengths, and what its configuration must have. */
#include "proto/udp/udp.h"

#include "core/bytes.h"
#include "lab.h"
#include "net/ip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CONF "remote=198.51.100.2:4789 local=198.51.100.1"

static void opened(struct lab *b, const char *conf)
{
	assert_int_equal(lab_open(b, &adit_layer_udp, conf, 0, 0), ADIT_OK);
}

/* Ports of what goes out, source first. */
static uint32_t ports(const char *conf, const char *meta)
{
	struct adit_meta m;
	struct adit_pkt *p;
	uint32_t both;
	struct lab b;

	opened(&b, conf);
	lab_meta(&m, meta);
	p = lab_down(&b, &m, (const uint8_t *)"hello", 5);
	assert_non_null(p);
	both = adit_be32(adit_data(p));
	assert_int_equal(both >> 16, p->m.near.port);
	assert_int_equal(both & 0xffff, p->m.far.port);
	adit_pkt_free(p);
	lab_close(&b);
	return both;
}

#define BOTH(s, d) ((uint32_t)(s) << 16 | (d))

static void test_ports(void **state)
{
	(void)state;
	assert_int_equal(ports(CONF, ""), BOTH(4789, 4789));
	assert_int_equal(ports(CONF ":5000", ""), BOTH(5000, 4789));
	assert_int_equal(ports(CONF ":5000", "near=:60000"), BOTH(60000, 4789));
	assert_int_equal(ports("remote=198.51.100.2 local=198.51.100.1 port=7", ""), BOTH(7, 7));
	assert_int_equal(ports("remote=198.51.100.2 local=198.51.100.1", "code=udp:8"), BOTH(8, 8));
	assert_int_equal(ports("local=198.51.100.1:1", "far=198.51.100.9:2"), BOTH(1, 2));
	assert_int_equal(ports("local=198.51.100.1:1", "far=198.51.100.9 code=udp:3"), BOTH(1, 3));
}

static enum adit_drop refused(const char *conf, const char *meta)
{
	enum adit_drop why;
	struct adit_meta m;
	struct lab b;

	opened(&b, conf);
	lab_meta(&m, meta);
	assert_null(lab_down(&b, &m, (const uint8_t *)"hello", 5));
	why = lab_dropped(&b);
	lab_close(&b);
	return why;
}

static void test_refuses_down(void **state)
{
	(void)state;
	assert_int_equal(refused("local=198.51.100.1", ""), ADIT_DROP_NO_DEST);
	assert_int_equal(refused("local=198.51.100.1", "far=2001:db8::1"), ADIT_DROP_NO_DEST);
	assert_int_equal(refused("local=198.51.100.1", "far=198.51.100.2"), ADIT_DROP_PORT);
}

static void test_biggest(void **state)
{
	static uint8_t data[UINT16_MAX];
	struct adit_meta m = { 0 };
	struct adit_pkt *p;
	struct lab b;

	(void)state;
	opened(&b, CONF);
	assert_null(lab_down(&b, &m, data, UINT16_MAX - 7));
	assert_int_equal(lab_dropped(&b), ADIT_DROP_TOO_BIG);
	p = lab_down(&b, &m, data, UINT16_MAX - 8);
	assert_non_null(p);
	assert_int_equal(adit_be16(adit_data(p) + 4), UINT16_MAX);
	adit_pkt_free(p);
	lab_close(&b);
}

/* CVE-2015-8605's ground: the UDP length against the bytes that IP delivered. */
static void test_lengths(void **state)
{
	static const char head[] = "12b5 12b5 000b 0000 ";
	char text[64];
	struct adit_meta m;
	struct adit_pkt *p;
	struct lab b;
	uint8_t d[32];

	(void)state;
	opened(&b, CONF);
	lab_meta(&m, "far=198.51.100.2 near=198.51.100.1 code=ip:17");
	snprintf(text, sizeof(text), "%s 616263 646566", head);
	p = lab_up(&b, &m, d, lab_hex(d, sizeof(d), text));
	assert_non_null(p);
	assert_int_equal(p->len, 3); /* what IP had beyond is cut off */
	assert_memory_equal(adit_data(p), "abc", 3);
	adit_pkt_free(p);
	for (uint32_t n = 0; n < 11; n++) {
		assert_null(lab_up(&b, &m, d, n));
		assert_int_equal(lab_dropped(&b), n < 8 ? ADIT_DROP_SHORT : ADIT_DROP_LENGTH);
	}
	lab_close(&b);
}

static int refused_conf(const char *conf)
{
	struct lab b;
	int opt;

	assert_int_equal(lab_open(&b, &adit_layer_udp, conf, 0, 0), ADIT_ECONF);
	opt = b.fault.opt;
	assert_true(b.fault.what[0] != 0);
	lab_close(&b);
	return opt;
}

static void test_refuses_conf(void **state)
{
	(void)state;
	assert_int_equal(refused_conf("remote=198.51.100.2"), -1); /* no address for the checksum */
	assert_int_equal(refused_conf(CONF " port=1"), UDP_OPT_PORT);
	assert_int_equal(refused_conf(CONF " ttl=0"), ADIT_DELIVERY_TTL);
	assert_int_equal(refused_conf(CONF " ttl=256"), ADIT_DELIVERY_TTL);
	assert_int_equal(refused_conf(CONF " ttl=many"), ADIT_DELIVERY_TTL);
	assert_int_equal(refused_conf(CONF " ttl=6x"), ADIT_DELIVERY_TTL);
	assert_int_equal(refused_conf(CONF " tos=256"), ADIT_DELIVERY_TOS);
	assert_int_equal(
		refused_conf("remote=198.51.100.2:1 local=2001:db8::1"), ADIT_DELIVERY_LOCAL);
	assert_int_equal(
		refused_conf("remote=0.0.0.0 local=198.51.100.1 port=1"), ADIT_DELIVERY_REMOTE);
	assert_int_equal(refused_conf("remote=[::]:1 local=2001:db8::1"), ADIT_DELIVERY_REMOTE);
	assert_int_equal(refused_conf("remote=fe80::2 local=fe80::1 port=1"), ADIT_DELIVERY_REMOTE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_refuses_down),
		cmocka_unit_test(test_biggest),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_refuses_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
