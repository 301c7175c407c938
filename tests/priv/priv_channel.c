/* SPDX-License-Identifier: Apache-2.0 */
/* A compromised packet process: sends the parent's request server random bytes and well-formed
 * requests with wicked values. Makes the device mine%d; whatever else is in the namespace belongs
 * to strangers, and the test compares it before and after.
 *
 * priv_channel SEED ROUNDS STRANGER */
#include "io/supervise.h"
#include "io/sys_req.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint64_t state;

static uint64_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void fill(void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)p)[i] = (uint8_t)rnd();
}

/* A request that is right but for what it asks. */
static void wicked(struct adit_sys_req *q, const char *mine, const char *stranger)
{
	const char *dev[] = { mine, stranger, "lo", "", "../lo", "mine" };
	uint32_t value[] = { 0, 67, 68, 1400, 65535, 65536, UINT32_MAX, (uint32_t)rnd() };
	uint8_t family[] = { 0, 4, 6, (uint8_t)rnd() };

	fill(q, sizeof(*q));
	q->kind = (uint32_t)(rnd() % 10);
	q->value = value[rnd() % ADIT_LEN(value)];
	q->prefix.addr.family = family[rnd() % ADIT_LEN(family)];
	q->prefix.len = (uint8_t)(rnd() % 140);
	if (rnd() % 8) {
		memset(q->dev, 0, sizeof(q->dev));
		snprintf(q->dev, sizeof(q->dev), "%s", dev[rnd() % ADIT_LEN(dev)]);
	}
}

static bool one(struct adit_sys *sys, const int pair[2], const char *mine, const char *stranger)
{
	union {
		struct adit_sys_req q;
		uint8_t bytes[4 * sizeof(struct adit_sys_req)];
	} m;
	unsigned budget = ADIT_REQUEST_BUDGET / 2; /* of these numbers no refusal is logged */
	size_t n = sizeof(m.q);
	struct adit_sys_reply r;

	if (rnd() % 2) {
		wicked(&m.q, mine, stranger);
	} else {
		n = (size_t)(rnd() % sizeof(m.bytes));
		fill(m.bytes, n);
	}
	if (n == 0 || send(pair[1], &m, n, 0) < 0)
		return true;
	if (adit_supervise_serve(sys, pair[0], &budget) == ADIT_SERVED_END)
		return false;
	while (recv(pair[1], &r, sizeof(r), MSG_DONTWAIT) > 0)
		;
	return true;
}

static enum adit_err request(
	struct adit_sys *sys, const int pair[2], const struct adit_sys_req *q, unsigned *budget)
{
	struct adit_sys_reply r = { .fault = { .code = ADIT_ESYS } };

	if (send(pair[1], q, sizeof(*q), 0) < 0 ||
		adit_supervise_serve(sys, pair[0], budget) != ADIT_SERVED ||
		recv(pair[1], &r, sizeof(r), 0) != (ssize_t)sizeof(r))
		return ADIT_ETIMEOUT;
	return r.fault.code;
}

/* The channel works: else nothing above would prove anything. What leaves something behind has an
 * end; the MTU may be changed for ever. */
static bool control(struct adit_sys *sys, const int pair[2], const char *mine)
{
	struct adit_sys_req mtu = { .kind = ADIT_SYS_MTU, .value = 1234 };
	struct adit_sys_req up = { .kind = ADIT_SYS_UP };
	unsigned budget = 2;

	snprintf(mtu.dev, sizeof(mtu.dev), "%s", mine);
	snprintf(up.dev, sizeof(up.dev), "%s", mine);
	for (unsigned i = 0; i < 10; i++)
		if (request(sys, pair, &mtu, &budget) != ADIT_OK)
			return false;
	return request(sys, pair, &up, &budget) == ADIT_OK &&
	       request(sys, pair, &up, &budget) == ADIT_OK &&
	       request(sys, pair, &up, &budget) == ADIT_ENOMEM &&
	       request(sys, pair, &mtu, &budget) == ADIT_ENOMEM;
}

int main(int argc, char **argv)
{
	struct adit_fault f = { 0 };
	struct adit_sys *sys;
	char mine[16] = "mine%d";
	int pair[2], tun;

	if (argc != 4)
		return 2;
	state = strtoull(argv[1], NULL, 0) | 1;
	if (adit_sys_open_local(&sys, NULL, &f) || adit_sys_tun(sys, mine, false, 1, &tun, &f) ||
		socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0) {
		fprintf(stderr, "%s\n", f.what);
		return 1;
	}
	for (unsigned long i = strtoul(argv[2], NULL, 0); i > 0; i--)
		if (!one(sys, pair, mine, argv[3]))
			return 1;
	if (!control(sys, pair, mine))
		return 1;
	printf("%s\n", mine);
	fflush(stdout);
	getchar(); /* the test looks around while the device is there */
	adit_sys_close(sys);
	return 0;
}
