/* SPDX-License-Identifier: Apache-2.0 */
/* The payload end of a packet stack: a TUN or TAP device, and what it can do. */
#include "io/end.h"

#include "io/loop.h"
#include "proto/device.h"

#include <errno.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

/* Linux 6.2 and later; older headers lack the names. */
#define OFFLOAD_USO4 0x20
#define OFFLOAD_USO6 0x40

#define GSO_MAX	     63000 /* so that a cut super-packet with its new headers fits one send */

static const struct {
	unsigned bits;
	bool tso, uso;
} offloads[] = {
	{ TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN | OFFLOAD_USO4 | OFFLOAD_USO6, true,
		true },
	{ TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN, true, false },
	{ TUN_F_CSUM, false, false },
	{ 0, false, false },
};

/* The best set that the kernel takes. */
static bool probe_offloads(struct io_tunnel *t, int fd)
{
	for (unsigned i = 0; i < ADIT_LEN(offloads); i++) {
		if (ioctl(fd, TUNSETOFFLOAD, offloads[i].bits) < 0)
			continue;
		t->off.tun_csum = offloads[i].bits & TUN_F_CSUM;
		t->off.tso = offloads[i].tso;
		t->off.uso = offloads[i].uso;
		return true;
	}
	return false;
}

static enum adit_err open_queues(struct io_tunnel *t, struct adit_fault *f)
{
	const char *dev = adit_conf_str(t->spec->layer[0], ADIT_DEVICE_DEV, 0);
	int fd[IO_WORKERS_MAX];
	enum adit_err e;

	snprintf(t->dev, sizeof(t->dev), "%s", dev ? dev : t->frame ? "tap%d" : "tun%d");
	e = adit_sys_tun(t->engine->sys, t->dev, t->frame, t->queues, fd, f);
	if (e)
		return e;
	for (unsigned i = 0; i < t->queues; i++) {
		t->port[i].tun.fd = fd[i];
		t->port[i].tun.port = &t->port[i];
	}
	for (unsigned i = 0; i < t->queues; i++)
		if (!probe_offloads(t, fd[i]))
			return adit_fail(f, ADIT_ESYS, NULL, "TUNSETOFFLOAD: %s", strerror(errno));
	return ADIT_OK;
}

static void read_mss(struct io_tunnel *t)
{
	const char *mss = adit_conf_str(t->spec->layer[0], ADIT_DEVICE_MSS, 0);

	if (!mss)
		t->mss = IO_MSS_AUTO;
	else if (strcmp(mss, "on") == 0)
		t->mss = IO_MSS_ON;
	else if (strcmp(mss, "off") == 0)
		t->mss = IO_MSS_OFF;
	else
		t->mss = (unsigned)strtoul(mss, NULL, 10);
}

typedef enum adit_err sys_add(
	struct adit_sys *, const char *, const struct adit_prefix *, struct adit_fault *);

/* The addresses or the routes, once the device is there. */
static enum adit_err add_prefixes(
	struct io_tunnel *t, unsigned opt, sys_add *add, struct adit_fault *f)
{
	const struct adit_conf *c = t->spec->layer[0];
	enum adit_err e = ADIT_OK;

	for (unsigned i = 0; !e && i < adit_conf_n(c, opt); i++)
		e = add(t->engine->sys, t->dev, adit_conf_prefix(c, opt, i), f);
	if (e && f)
		f->opt = (int)opt;
	return e;
}

enum adit_err io_end_open(struct io_tunnel *t, struct adit_fault *f)
{
	const struct adit_conf *c = t->spec->layer[0];
	struct adit_sys *sys = t->engine->sys;
	enum adit_err e = open_queues(t, f);

	if (e)
		return e;
	read_mss(t);
	for (unsigned i = 0; i < t->engine->n_workers; i++)
		net_join_init(&t->port[i].join, t->frame ? ADIT_FRAME : ADIT_PACKET, t->off.uso);
	if (t->frame && adit_conf_has(c, ADIT_DEVICE_MAC))
		e = adit_sys_mac(sys, t->dev, adit_conf_mac(c, ADIT_DEVICE_MAC, 0), f);
	if (!e)
		e = adit_sys_mtu(sys, t->dev, t->mtu, f);
	if (!e)
		t->off.gso_max = adit_sys_gso_max(sys, t->dev, GSO_MAX, NULL) == ADIT_OK;
	if (!e)
		e = add_prefixes(t, ADIT_DEVICE_ADDR, adit_sys_addr, f);
	if (!e)
		e = adit_sys_up(sys, t->dev, f);
	if (!e)
		e = add_prefixes(t, ADIT_DEVICE_ROUTE, adit_sys_route, f);
	return e ? e : io_loop_check(t, f);
}

/* The IP MTU to which SYNs are clamped, 0 for not at all. */
unsigned io_end_mss_mtu(const struct io_port *p)
{
	unsigned inner = p->unit_max > p->t->link_len ? p->unit_max - p->t->link_len : 0;

	if (p->t->mss == IO_MSS_OFF || !inner)
		return 0;
	if (p->t->mss == IO_MSS_AUTO)
		return inner < 1500 ? inner : 0;
	return p->t->mss == IO_MSS_ON ? inner : p->t->mss + 40;
}

void io_end_gone(struct io_tunnel *t)
{
	if (__atomic_exchange_n(&t->engine->failed, 1, __ATOMIC_RELAXED))
		return;
	fprintf(stderr, "adit: %s: somebody removed the device %s\n", t->spec->name, t->dev);
	adit_engine_stop(t->engine);
}

void io_end_check(struct io_port *p)
{
	struct pollfd f = { .fd = p->tun.fd };

	if (p->tun.fd >= 0 && poll(&f, 1, 0) > 0 && f.revents & POLLERR)
		io_end_gone(p->t);
}
