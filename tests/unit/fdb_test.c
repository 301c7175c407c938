/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bytes.h"
#include "net/fdb.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define AGE (300 * ADIT_S)

static struct net_fdb *f;

static int set_up(void **state)
{
	(void)state;
	f = calloc(1, sizeof(*f));
	if (f)
		net_fdb_init(f, AGE, 0, 0x123456789abcdef1ull);
	return f ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(f);
	return 0;
}

static struct adit_addr remote(unsigned i)
{
	struct adit_addr a = { .family = 4, .ip = { 192, 0, (uint8_t)(i >> 8), (uint8_t)i } };

	return a;
}

static enum net_fdb_news learn(uint32_t mac, uint32_t vni, unsigned r, adit_time now)
{
	struct adit_addr a = remote(r);
	uint8_t m[6] = { 2, 0 };

	adit_put_be32(m + 2, mac);
	return net_fdb_learn(f, m, vni, &a, now);
}

/* The remote's number, -1 for unknown. */
static int find(uint32_t mac, uint32_t vni, adit_time now)
{
	struct adit_addr a;
	uint8_t m[6] = { 2, 0 };

	adit_put_be32(m + 2, mac);
	return net_fdb_find(f, m, vni, now, &a) ? a.ip[2] << 8 | a.ip[3] : -1;
}

static bool fix(uint32_t mac, uint32_t vni, unsigned r)
{
	struct adit_addr a = remote(r);
	uint8_t m[6] = { 2, 0 };

	adit_put_be32(m + 2, mac);
	return net_fdb_static(f, m, vni, &a);
}

static void test_basics(void **state)
{
	(void)state;
	assert_int_equal(find(1, 42, 0), -1);
	assert_int_equal(learn(1, 42, 7, 0), NET_FDB_NEW);
	assert_int_equal(learn(1, 42, 7, 1), NET_FDB_KNOWN);
	assert_int_equal(find(1, 42, 1), 7);
	assert_int_equal(find(1, 43, 1), -1);
	assert_int_equal(learn(1, 43, 8, 1), NET_FDB_NEW);
	assert_int_equal(learn(1, 42, 9, 2), NET_FDB_MOVED);
	assert_int_equal(find(1, 42, 2), 9);
	assert_int_equal(find(1, 43, 2), 8);
	assert_int_equal(find(1, 42, 2 + AGE - 1), 9);
	assert_int_equal(find(1, 42, 2 + AGE), -1);
}

static void test_static(void **state)
{
	(void)state;
	assert_int_equal(learn(1, 42, 7, 0), NET_FDB_NEW);
	assert_true(fix(1, 42, 8));
	assert_int_equal(learn(1, 42, 7, 1), NET_FDB_REFUSED);
	assert_int_equal(learn(1, 42, 8, 1), NET_FDB_KNOWN);
	assert_int_equal(find(1, 42, 1000 * AGE), 8);
	net_fdb_age(f, 1000 * AGE, NET_FDB_SIZE);
	assert_int_equal(net_fdb_count(f), 1);
}

static void test_no_station(void **state)
{
	struct adit_addr a = remote(1);

	(void)state;
	assert_int_equal(
		net_fdb_learn(f, (const uint8_t *)"\1\0\x5e\0\0\1", 1, &a, 0), NET_FDB_REFUSED);
	assert_int_equal(
		net_fdb_learn(f, (const uint8_t *)"\0\0\0\0\0\0", 1, &a, 0), NET_FDB_REFUSED);
	assert_int_equal(net_fdb_count(f), 0);
}

/* One remote floods: it fills its share, the others learn on, static entries stay; and when its
 * entries are old they make room. */
static void test_flood(void **state)
{
	adit_time now = 10;
	unsigned i, got = 0;

	(void)state;
	for (i = 0; i < 100; i++)
		assert_true(fix(i, 1, 1));
	for (i = 0; i < 100000; i++)
		got += learn(1000 + i, 1, 2, now) == NET_FDB_NEW;
	assert_int_equal(got, NET_FDB_SHARE);
	for (i = 0; i < 500; i++)
		assert_int_equal(learn(500000 + i, 1, 3, now), NET_FDB_NEW);
	for (i = 0; i < 100; i++)
		assert_int_equal(find(i, 1, now), 1);
	for (i = 0; i < 1000000; i++) /* many remotes */
		learn(1000000 + i, 1, 10 + i % 500, now);
	assert_true(net_fdb_count(f) <= NET_FDB_SIZE);
	assert_int_equal(find(500000, 1, now), 3);
	assert_false(
		fix(77777777, 1, 900)); /* all remotes or entries are taken: said, not hidden */
	now += AGE;
	for (got = 0, i = 0; i < 2000; i++)
		got += learn(3000000 + i, 1, 3, now) == NET_FDB_NEW;
	assert_int_equal(got, NET_FDB_SHARE);
	for (i = 0; i < 100; i++)
		assert_int_equal(find(i, 1, now), 1);
}

static void test_forget(void **state)
{
	struct adit_addr a = remote(7);
	unsigned i;

	(void)state;
	assert_true(fix(999, 1, 7));
	for (i = 0; i < 100; i++)
		learn(i, 1, 7 + i % 2, 0);
	net_fdb_forget(f, &a);
	for (i = 0; i < 100; i++)
		assert_int_equal(find(i, 1, 0), i % 2 ? 8 : -1);
	assert_int_equal(find(999, 1, 0), 7);
	assert_int_equal(net_fdb_count(f), 51);
}

/* Random calls against a plain array that is searched from end to end. */
#define KEYS 600
static void test_twin(void **state)
{
	static struct {
		int remote; /* -1: unknown */
		bool fixed;
		adit_time seen;
	} twin[KEYS];
	uint64_t r = 88172645463325252ull;
	adit_time now = 0;
	unsigned i, k, rem;
	int want;

	(void)state;
	for (k = 0; k < KEYS; k++)
		twin[k].remote = -1;
	for (i = 0; i < 200000; i++) {
		r ^= r << 13;
		r ^= r >> 7;
		r ^= r << 17;
		k = (unsigned)(r % KEYS);
		rem = (unsigned)(r >> 20) % 50;
		now += (r >> 40) % (ADIT_S / 2);
		want = twin[k].remote;
		if (want >= 0 && !twin[k].fixed && now - twin[k].seen >= AGE)
			want = -1;
		assert_int_equal(find(k / 3, k % 3, now), want);
		if (r >> 32 & 1) {
			learn(k / 3, k % 3, rem, now);
			if (twin[k].fixed)
				continue;
			twin[k].remote = (int)rem;
			twin[k].seen = now;
		} else if (!(r >> 33 & 0xfff)) {
			assert_true(fix(k / 3, k % 3, rem));
			twin[k].remote = (int)rem;
			twin[k].fixed = true;
		} else if (!(r >> 33 & 0xff)) {
			net_fdb_age(f, now, 64);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_basics, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_static, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_station, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_flood, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_forget, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_twin, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
