/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: what is one and what is not, and RFC 5952 text. */
#include "core/addr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* text NULL: refused. The last rows are from RFC 5952 sections 4 and 5. */
static const struct {
	const char *in, *text;
} addrs[] = {
	{ "192.0.2.1", "192.0.2.1" },
	{ "0.0.0.0", "0.0.0.0" },
	{ "255.255.255.255:65535", "255.255.255.255:65535" },
	{ "192.0.2.1:80", "192.0.2.1:80" },
	{ ":80", ":80" },
	{ "::", "::" },
	{ "::1", "::1" },
	{ "1::", "1::" },
	{ "2001:db8::1", "2001:db8::1" },
	{ "[2001:db8::1]", "2001:db8::1" },
	{ "[2001:db8::1]:80", "[2001:db8::1]:80" },
	{ "fe80::1%7", "fe80::1%7" },
	{ "[fe80::1%7]:9", "[fe80::1%7]:9" },
	{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8" },
	{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
	{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
	{ "1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201" },
	{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
	{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
	{ "2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1" },
	{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
	{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
	{ "2001:DB8::AAAA", "2001:db8::aaaa" },
	{ "", NULL },
	{ "1", NULL },
	{ "1.2.3", NULL },
	{ "1.2.3.4.5", NULL },
	{ "1.2.3.256", NULL },
	{ "01.2.3.4", NULL },
	{ "1.2.3.4 ", NULL },
	{ " 1.2.3.4", NULL },
	{ "+1.2.3.4", NULL },
	{ "1.2.3.4:", NULL },
	{ "1.2.3.4:0", NULL },
	{ "1.2.3.4:65536", NULL },
	{ "1.2.3.4:080", NULL },
	{ "1.2.3.4:99999999999", NULL },
	{ ":", NULL },
	{ ":x", NULL },
	{ ":::", NULL },
	{ "1:2", NULL },
	{ "1:2:3:4:5:6:7", NULL },
	{ "1:2:3:4:5:6:7:8:9", NULL },
	{ "1:2:3:4:5:6:7:8::", NULL },
	{ "::1:2:3:4:5:6:7:8", NULL },
	{ "1::2::3", NULL },
	{ "1:2:3:4:5:6:7:", NULL },
	{ ":1:2:3:4:5:6:7", NULL },
	{ "12345::", NULL },
	{ "g::", NULL },
	{ "1:2:3:4:5:6:7:1.2.3.4", NULL },
	{ "::1.2.3.4:5", NULL },
	{ "::1.2.3", NULL },
	{ "[::1", NULL },
	{ "::1]", NULL },
	{ "[::1]80", NULL },
	{ "[::1]:", NULL },
	{ "[1.2.3.4]:80", NULL },
	{ "fe80::1%eth0", NULL },
	{ "fe80::1%", NULL },
	{ "192.0.2.1%3", NULL },
	{ "example.org", NULL },
};

static void addresses(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(addrs); i++) {
		char text[ADIT_ADDR_TEXT];
		struct adit_addr a, again;

		if (adit_addr_parse(&a, addrs[i].in) != (addrs[i].text != NULL))
			fail_msg("%s", addrs[i].in);
		if (!addrs[i].text)
			continue;
		assert_string_equal(adit_addr_text(&a, text), addrs[i].text);
		if (a.family == 0)
			continue;
		assert_true(adit_addr_parse(&again, text));
		assert_true(adit_addr_equal(&a, &again));
		assert_int_equal(adit_addr_hash(&a), adit_addr_hash(&again));
	}
}

static void refused_leaves_value(void **state)
{
	struct adit_addr a, before;

	(void)state;
	assert_true(adit_addr_parse(&a, "192.0.2.1:80"));
	before = a;
	assert_false(adit_addr_parse(&a, "2001:db8::1:zz"));
	assert_memory_equal(&a, &before, sizeof(a));
}

static const struct {
	const char *in, *text;
} prefixes[] = {
	{ "10.9.0.1/30", "10.9.0.1/30" },
	{ "10.9.0.1", "10.9.0.1/32" },
	{ "0.0.0.0/0", "0.0.0.0/0" },
	{ "2001:db8::1/64", "2001:db8::1/64" },
	{ "2001:db8::1", "2001:db8::1/128" },
	{ "10.9.0.1/33", NULL },
	{ "10.9.0.1/", NULL },
	{ "10.9.0.1/-1", NULL },
	{ "10.9.0.1/024", NULL },
	{ "10.9.0.1:80/24", NULL },
	{ "::/129", NULL },
	{ "[::1]/64", NULL },
	{ "fe80::1%2/64", NULL },
	{ "/24", NULL },
	{ "", NULL },
};

static void prefix_texts(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(prefixes); i++) {
		char text[ADIT_ADDR_TEXT];
		struct adit_prefix p;

		if (adit_prefix_parse(&p, prefixes[i].in) != (prefixes[i].text != NULL))
			fail_msg("%s", prefixes[i].in);
		if (prefixes[i].text)
			assert_string_equal(adit_prefix_text(&p, text), prefixes[i].text);
	}
}

/* The naive twin: bit by bit. */
static bool bits_match(const struct adit_prefix *p, const struct adit_addr *a)
{
	for (unsigned i = 0; i < p->len; i++) {
		unsigned bit = 7 - i % 8;

		if ((p->addr.ip[i / 8] >> bit & 1) != (a->ip[i / 8] >> bit & 1))
			return false;
	}
	return p->addr.family == a->family;
}

static void matching(void **state)
{
	struct adit_prefix p;
	struct adit_addr a;

	(void)state;
	assert_true(adit_prefix_parse(&p, "2001:db8:aaaa:5555::1"));
	for (unsigned flip = 0; flip < 128; flip++) {
		a = p.addr;
		a.ip[flip / 8] ^= (uint8_t)(0x80 >> flip % 8);
		for (unsigned len = 0; len <= 128; len++) {
			p.len = (uint8_t)len;
			assert_int_equal(adit_prefix_match(&p, &a), bits_match(&p, &a));
		}
	}
	assert_true(adit_addr_parse(&a, "192.0.2.1"));
	p.len = 0;
	assert_false(adit_prefix_match(&p, &a));
	memset(&a, 0, sizeof(a));
	memset(&p, 0, sizeof(p));
	assert_false(adit_prefix_match(&p, &a));
}

static void kinds(void **state)
{
	static const struct {
		const char *text;
		bool multicast, any;
	} rows[] = { { "224.0.0.1", true, false }, { "239.255.255.255", true, false },
		{ "223.255.255.255", false, false }, { "240.0.0.0", false, false },
		{ "ff02::1", true, false }, { "fe80::1", false, false }, { "0.0.0.0", false, true },
		{ "::", false, true }, { "::1", false, false }, { ":80", false, false } };

	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(rows); i++) {
		struct adit_addr a;

		assert_true(adit_addr_parse(&a, rows[i].text));
		assert_int_equal(adit_addr_is_multicast(&a), rows[i].multicast);
		assert_int_equal(adit_addr_is_any(&a), rows[i].any);
	}
}

static void equality(void **state)
{
	struct adit_addr a, b;

	(void)state;
	assert_true(adit_addr_parse(&a, "192.0.2.1:1"));
	assert_true(adit_addr_parse(&b, "192.0.2.1:2"));
	assert_true(adit_addr_same_ip(&a, &b));
	assert_false(adit_addr_equal(&a, &b));
	assert_int_not_equal(adit_addr_hash(&a), adit_addr_hash(&b));
	assert_true(adit_addr_parse(&a, "fe80::1%1"));
	assert_true(adit_addr_parse(&b, "fe80::1%2"));
	assert_false(adit_addr_equal(&a, &b));
	assert_true(adit_addr_parse(&a, "0.0.0.0"));
	assert_true(adit_addr_parse(&b, "::"));
	assert_false(adit_addr_same_ip(&a, &b));
}

static void macs(void **state)
{
	static const char *const wrong[] = { "", "02:00:00:00:00", "02:00:00:00:00:01:02",
		"02-00-00-00-00-01", "2:0:0:0:0:1", "02:00:00:00:00:0g", "02:00:00:00:00:01 " };
	static const uint8_t want[6] = { 0x02, 0xab, 0xCD, 0x00, 0x10, 0xff };
	uint8_t mac[6] = { 0 };

	(void)state;
	assert_true(adit_mac_parse(mac, "02:ab:CD:00:10:fF"));
	assert_memory_equal(mac, want, 6);
	for (unsigned i = 0; i < ADIT_LEN(wrong); i++)
		assert_false(adit_mac_parse(mac, wrong[i]));
	assert_memory_equal(mac, want, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(refused_leaves_value),
		cmocka_unit_test(prefix_texts),
		cmocka_unit_test(matching),
		cmocka_unit_test(kinds),
		cmocka_unit_test(equality),
		cmocka_unit_test(macs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
