/* SPDX-License-Identifier: Apache-2.0 */
/* Typed getters over values that the language read. */
#include "core/conf.h"
#include "lang/lang.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "proto/device.h"
#include "proto/udp/udp.h"
#include "proto/vxlan/vxlan.h"

static const char *const words[] = { "tap", "t0", "10.9.0.1/24,fd09::1/64", "mac=02:00:5e:00:00:01",
	"/", "vxlan", "vni=0x2a", "ageing=90s", "learning=off", "remotes=192.0.2.2,192.0.2.3:9",
	"{", "mac", "02:00:5e:00:00:02", "192.0.2.2", "}", "/", "udp", "local=192.0.2.1" };

static struct adit_program *read_words(void)
{
	struct adit_program *p;
	struct adit_diag d;

	if (adit_lang_words(&p, ADIT_LEN(words), words, &d) != ADIT_OK)
		fail_msg("%s", d.text);
	return p;
}

static void getters(void **state)
{
	struct adit_program *p = read_words();
	const struct adit_conf *tap = p->spec[0].layer[0], *vx = p->spec[0].layer[1];
	const struct adit_conf *udp = p->spec[0].layer[2], *station;
	static const uint8_t mac[6] = { 2, 0, 0x5e, 0, 0, 1 };

	(void)state;
	assert_string_equal(p->spec[0].name, "t0");
	assert_string_equal(adit_conf_str(tap, ADIT_DEVICE_DEV, 0), "t0");
	assert_int_equal(adit_conf_n(tap, ADIT_DEVICE_ADDR), 2);
	assert_int_equal(adit_conf_prefix(tap, ADIT_DEVICE_ADDR, 0)->len, 24);
	assert_int_equal(adit_conf_prefix(tap, ADIT_DEVICE_ADDR, 1)->addr.family, 6);
	assert_null(adit_conf_prefix(tap, ADIT_DEVICE_ADDR, 2));
	assert_memory_equal(adit_conf_mac(tap, ADIT_DEVICE_MAC, 0), mac, 6);
	assert_false(adit_conf_has(tap, ADIT_DEVICE_MTU));
	assert_int_equal(adit_conf_u(tap, ADIT_DEVICE_MTU), 0);
	assert_int_equal(adit_conf_u(vx, VXLAN_OPT_VNI), 42);
	assert_true(adit_conf_u(vx, VXLAN_OPT_AGEING) == 90 * ADIT_S);
	assert_false(adit_conf_flag(vx, VXLAN_OPT_LEARNING));
	assert_int_equal(adit_conf_addr(vx, VXLAN_OPT_REMOTES, 1)->port, 9);
	assert_true(adit_conf_flag(udp, ADIT_DELIVERY_DF)); /* its default */
	assert_null(adit_conf_addr(udp, ADIT_DELIVERY_REMOTE, 0));
	assert_int_equal(adit_conf_addr(udp, ADIT_DELIVERY_LOCAL, 0)->port, 4789);
	station = adit_conf_block(vx, VXLAN_OPT_MAC, 0);
	assert_int_equal(adit_conf_mac(station, VXLAN_MAC_MAC, 0)[5], 2);
	assert_int_equal(adit_conf_addr(station, VXLAN_MAC_REMOTE, 0)->ip[3], 2);
	assert_null(adit_conf_block(vx, VXLAN_OPT_MAC, 1));
	adit_program_free(p);
}

static void shapes(void **state)
{
	struct adit_program *p = read_words();
	const struct adit_spec *s = &p->spec[0];

	(void)state;
	assert_int_equal(s->n, 3);
	assert_int_equal(s->layer[0]->above, 0);
	assert_int_equal(s->layer[0]->below, ADIT_FRAME);
	assert_int_equal(s->layer[1]->above, ADIT_FRAME);
	assert_int_equal(s->layer[1]->below, ADIT_DATAGRAM);
	assert_int_equal(s->layer[2]->above, ADIT_DATAGRAM);
	assert_int_equal(s->layer[2]->below, 0);
	adit_program_free(p);
}

/* Values that only the device's open() can judge. */
static void device(void **state)
{
	static const struct {
		const char *word;
		enum adit_err want;
	} cases[] = { { "mss=on", ADIT_OK }, { "mss=off", ADIT_OK }, { "mss=64", ADIT_OK },
		{ "mss=1360", ADIT_OK }, { "mss=65481", ADIT_OK }, { "mss=65482", ADIT_ECONF },
		{ "mss=99999", ADIT_ECONF }, { "mss=63", ADIT_ECONF }, { "mss=0", ADIT_ECONF },
		{ "mss=+99", ADIT_ECONF }, { "mss=no", ADIT_ECONF },
		{ "mac=02:00:5e:00:00:01", ADIT_OK }, { "mac=01:00:5e:00:00:01", ADIT_ECONF },
		{ "mac=00:00:00:00:00:00", ADIT_ECONF } };

	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(cases); i++) {
		const char *line[] = { "tap", cases[i].word, "/", "gre", "/", "ip", "192.0.2.1" };
		struct adit_program *p;
		struct adit_diag d;

		assert_int_equal(adit_lang_words(&p, ADIT_LEN(line), line, &d), ADIT_OK);
		if (adit_lang_try(p, &d) != cases[i].want)
			fail_msg("%s", cases[i].word);
		adit_program_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(getters),
		cmocka_unit_test(shapes),
		cmocka_unit_test(device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
