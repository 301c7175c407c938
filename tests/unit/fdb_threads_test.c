/* SPDX-License-Identifier: Apache-2.0 */
/* One forwarding table under several workers at once; the thread sanitizer looks on. */
#include "core/bytes.h"
#include "net/fdb.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORKERS 4
#define ROUNDS	4000
#define OWN	64 /* stations that only one worker hears */
#define SHARED	32 /* stations that roam, heard by all */
#define REMOTES 16

struct worker {
	struct net_fdb *f;
	unsigned self, wrong, found, moved;
	pthread_t thread;
};

static pthread_barrier_t start;

/* Every byte says which remote it is, so that a torn one shows. */
static struct adit_addr remote_of(unsigned i)
{
	struct adit_addr a = { .family = 6 };

	memset(a.ip, 0x20 + (int)i, sizeof(a.ip));
	return a;
}

static int number_of(const struct adit_addr *a)
{
	for (unsigned i = 1; i < sizeof(a->ip); i++)
		if (a->ip[i] != a->ip[0])
			return -1;
	return a->family == 6 ? a->ip[0] - 0x20 : -1;
}

static void mac_of(uint8_t mac[6], unsigned group, unsigned i)
{
	adit_put_be16(mac, 0x0200);
	adit_put_be16(mac + 2, (uint16_t)group);
	adit_put_be16(mac + 4, (uint16_t)i);
}

/* A roaming station is only ever heard from remotes of its own parity. */
static void roam(struct worker *w, unsigned round)
{
	unsigned i = round % SHARED, r = (round / SHARED + w->self) * 2 % REMOTES;
	struct adit_addr a = remote_of(r + i % 2), got;
	uint8_t mac[6];

	mac_of(mac, 0, i);
	w->moved += net_fdb_learn(w->f, mac, 1, &a, round) == NET_FDB_MOVED;
	if (!net_fdb_find(w->f, mac, 1, round, &got))
		return;
	w->found++;
	w->wrong += number_of(&got) < 0 || (number_of(&got) & 1) != (int)(i & 1);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct adit_addr a = remote_of(w->self), spare = remote_of(REMOTES + w->self), got;
	uint8_t mac[6];

	pthread_barrier_wait(&start);
	for (unsigned round = 1; round <= ROUNDS; round++) {
		unsigned i = round % OWN;

		roam(w, round);
		mac_of(mac, 1 + w->self, i);
		net_fdb_learn(w->f, mac, w->self, &a, round);
		w->wrong += !net_fdb_find(w->f, mac, w->self, round, &got) ||
			    number_of(&got) != (int)w->self;
		mac_of(mac, 100 + w->self, i); /* comes and goes */
		w->wrong += net_fdb_learn(w->f, mac, 9, &spare, round) == NET_FDB_REFUSED;
		if (round % 50 == 0)
			net_fdb_forget(w->f, &spare);
		if (round % 100 == 0)
			net_fdb_age(w->f, round, 64);
	}
	net_fdb_forget(w->f, &spare);
	return NULL;
}

static void test_workers(void **state)
{
	struct worker w[WORKERS];
	struct net_fdb *f = calloc(1, sizeof(*f));
	struct adit_addr a;
	uint8_t mac[6];
	unsigned i, k, moved = 0;

	(void)state;
	assert_non_null(f);
	assert_int_equal(pthread_barrier_init(&start, NULL, WORKERS), 0);
	net_fdb_init(f, 300 * ADIT_S, 0, 0x123456789abcdef1ull);
	for (i = 0; i < WORKERS; i++) {
		w[i] = (struct worker){ .f = f, .self = i };
		assert_int_equal(pthread_create(&w[i].thread, NULL, work, &w[i]), 0);
	}
	for (i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_join(w[i].thread, NULL), 0);
	for (i = 0; i < WORKERS; i++) {
		assert_int_equal(w[i].wrong, 0);
		assert_int_equal(w[i].found, ROUNDS);
		moved += w[i].moved;
		for (k = 0; k < OWN; k++) {
			mac_of(mac, 1 + i, k);
			assert_true(net_fdb_find(f, mac, i, ROUNDS, &a));
			assert_int_equal(number_of(&a), i);
		}
	}
	assert_true(moved > 0);
	assert_int_equal(net_fdb_count(f), WORKERS * OWN + SHARED);
	for (i = 0; i < REMOTES; i++) {
		a = remote_of(i);
		net_fdb_forget(f, &a);
	}
	assert_int_equal(net_fdb_count(f), 0);
	pthread_barrier_destroy(&start);
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_workers) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
