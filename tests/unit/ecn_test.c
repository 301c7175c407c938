/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ecn.h"
#include "net_samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define DROP (-1)

/* RFC 6040 figures 3 and 4, rows and columns in the RFC's own order: Not-ECT, ECT(0), ECT(1), CE.
 */
static const int order[4] = { 0, 2, 1, 3 };
static const int normal[4] = { 0, 2, 1, 3 };
static const int decap[4][4] = {
	{ 0, 0, 0, DROP },
	{ 2, 2, 1, 3 },
	{ 1, 1, 1, 3 },
	{ 3, 3, 3, 3 },
};
static const enum net_ecn_alarm alarms[4][4] = {
	{ ECN_FINE, ECN_DANGER, ECN_DANGER, ECN_DANGER },
	{ ECN_FINE, ECN_FINE, ECN_FINE, ECN_FINE },
	{ ECN_FINE, ECN_UNUSED, ECN_FINE, ECN_FINE },
	{ ECN_FINE, ECN_FINE, ECN_DANGER, ECN_FINE },
};

static struct adit_seg unit(uint8_t *buf, unsigned how, uint8_t tos)
{
	struct sample s = {
		.v6 = how & 1, .frame = how & 2, .tags = how & 4 ? 2 : 0, .udp = true, .payload = 20
	};
	struct net_gso g;
	struct adit_seg seg = { buf, sample_make(buf, &s, &g) };
	uint8_t *l3 = buf + g.csum_start - (s.v6 ? 40 : 20);

	if (s.v6) {
		l3[0] = (uint8_t)(0x60 | tos >> 4);
		l3[1] = (uint8_t)((tos & 15) << 4 | 1);
	} else {
		l3[1] = tos;
		adit_put_be16(l3 + 10, 0);
		adit_put_be16(l3 + 10, (uint16_t)~slow_sum(l3, 20, 0));
	}
	return seg;
}

static uint8_t tos_of(const struct adit_seg *s, unsigned how)
{
	const uint8_t *l3 = s->data + (how & 4 ? 22 : how & 2 ? 14 : 0);

	if (how & 1)
		return (uint8_t)(l3[0] << 4 | l3[1] >> 4);
	assert_int_equal(slow_sum(l3, 20, 0), 0xffff);
	return l3[1];
}

static enum adit_shape shape_of(unsigned how)
{
	return how & 6 ? ADIT_FRAME : ADIT_PACKET;
}

static void test_encap(void **state)
{
	uint8_t buf[200];
	struct net_tos_policy p = { 0 };
	struct adit_seg s;
	unsigned how, i;

	(void)state;
	for (how = 0; how < 8; how++)
		for (i = 0; i < 4; i++) {
			s = unit(buf, how, (uint8_t)(0xb8 | order[i]));
			p = (struct net_tos_policy){ .inherit = true };
			assert_int_equal(net_encap_tos(shape_of(how), &s, &p), 0xb8 | normal[i]);
			p.no_ecn = true;
			assert_int_equal(net_encap_tos(shape_of(how), &s, &p), 0xb8);
			p.inherit = false;
			p.tos = 0x2b;
			assert_int_equal(net_encap_tos(shape_of(how), &s, &p), 0x28);
			p.no_ecn = false;
			assert_int_equal(net_encap_tos(shape_of(how), &s, &p), 0x28 | normal[i]);
			assert_int_equal(tos_of(&s, how), 0xb8 | order[i]);
		}
}

static void decap_one(unsigned how, unsigned i, unsigned o)
{
	uint8_t buf[200], was[200];
	struct adit_seg s = unit(buf, how, (uint8_t)(0xb8 | order[i]));
	enum net_ecn_alarm alarm;
	enum adit_drop d;

	memcpy(was, buf, s.len);
	d = net_decap_tos(shape_of(how), &s, (uint8_t)(0x40 | order[o]));
	assert_int_equal(net_ecn_decap(order[i], order[o], &alarm), decap[i][o]);
	assert_int_equal(alarm, alarms[i][o]);
	if (decap[i][o] == DROP) {
		assert_int_equal(d, ADIT_DROP_ECN);
		return;
	}
	assert_int_equal(d, ADIT_KEEP);
	assert_int_equal(tos_of(&s, how), 0xb8 | decap[i][o]);
	if (decap[i][o] == order[i])
		assert_memory_equal(buf, was, s.len);
	net_decap_dscp(shape_of(how), &s, 0x47);
	assert_int_equal(tos_of(&s, how), 0x44 | decap[i][o]);
}

static void test_decap(void **state)
{
	unsigned how, i, o;

	(void)state;
	for (how = 0; how < 8; how++)
		for (i = 0; i < 4; i++)
			for (o = 0; o < 4; o++)
				decap_one(how, i, o);
}

/* ARP, a frame too short, a payload: no ECN, nothing touched. */
static void test_no_ip(void **state)
{
	uint8_t buf[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x06, 0x45, 0xff };
	uint8_t was[60];
	struct net_tos_policy p = { .inherit = true, .tos = 0x2b };
	struct adit_seg s = { buf, 42 };
	uint32_t n;

	(void)state;
	memcpy(was, buf, 60);
	assert_int_equal(net_encap_tos(ADIT_FRAME, &s, &p), 0x28);
	assert_int_equal(net_decap_tos(ADIT_FRAME, &s, 3), ADIT_KEEP);
	buf[13] = was[13] = 0; /* now IPv4 by its EtherType */
	for (n = 0; n < 34; n++) {
		uint8_t *exact = malloc(n ? n : 1);

		memcpy(exact, buf, n);
		s = (struct adit_seg){ exact, n };
		assert_int_equal(net_encap_tos(ADIT_FRAME, &s, &p), 0x28);
		assert_int_equal(net_decap_tos(ADIT_FRAME, &s, 3), ADIT_KEEP);
		net_decap_dscp(ADIT_FRAME, &s, 0xff);
		assert_memory_equal(exact, was, n);
		free(exact);
	}
	s = unit(buf, 0, 1);
	assert_int_equal(net_encap_tos(ADIT_PAYLOAD, &s, &p), 0x28);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encap),
		cmocka_unit_test(test_decap),
		cmocka_unit_test(test_no_ip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
