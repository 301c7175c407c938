/* SPDX-License-Identifier: Apache-2.0 */
/* The payload end of a packet stack: a queue of a TUN or TAP device. */
#include "io/port.h"
#include "proto/tap/tap.h"
#include "proto/tun/tun.h"

#include <errno.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

/* The rows that both tables share are read by one index. */
_Static_assert((int)TUN_DEV == (int)TAP_DEV && (int)TUN_ADDR == (int)TAP_ADDR &&
		       (int)TUN_MTU == (int)TAP_MTU && (int)TUN_ROUTE == (int)TAP_ROUTE &&
		       (int)TUN_MSS == (int)TAP_MSS && (int)TUN_QUEUES == (int)TAP_QUEUES,
	"tun and tap tables differ");

#define VNET sizeof(struct virtio_net_hdr)

static enum adit_err open_queues(struct io_tunnel *t, struct adit_fault *f)
{
	const char *dev = adit_conf_str(t->spec->layer[0], TUN_DEV, 0);
	int fd[IO_WORKERS_MAX];
	unsigned n = t->engine->n_workers;
	enum adit_err e;

	snprintf(t->dev, sizeof(t->dev), "%s", dev ? dev : t->frame ? "tap%d" : "tun%d");
	e = adit_sys_tun(t->engine->sys, t->dev, t->frame, n, fd, f);
	if (e)
		return e;
	for (unsigned i = 0; i < n; i++) {
		t->port[i].tun.fd = fd[i];
		t->port[i].tun.port = &t->port[i];
		if (ioctl(fd[i], TUNSETOFFLOAD, 0) < 0)
			return adit_fail(f, ADIT_ESYS, NULL, "TUNSETOFFLOAD: %s", strerror(errno));
	}
	return ADIT_OK;
}

enum adit_err io_end_open(struct io_tunnel *t, struct adit_fault *f)
{
	const struct adit_conf *c = t->spec->layer[0];
	struct adit_sys *sys = t->engine->sys;
	enum adit_err e = open_queues(t, f);

	if (!e && t->frame && adit_conf_has(c, TAP_MAC))
		e = adit_sys_mac(sys, t->dev, adit_conf_mac(c, TAP_MAC, 0), f);
	if (!e)
		e = adit_sys_mtu(sys, t->dev, t->mtu, f);
	for (unsigned i = 0; !e && i < adit_conf_n(c, TUN_ADDR); i++)
		e = adit_sys_addr(sys, t->dev, adit_conf_prefix(c, TUN_ADDR, i), f);
	if (!e)
		e = adit_sys_up(sys, t->dev, f);
	for (unsigned i = 0; !e && i < adit_conf_n(c, TUN_ROUTE); i++)
		e = adit_sys_route(sys, t->dev, adit_conf_prefix(c, TUN_ROUTE, i), f);
	return e;
}

static void take_in(struct io_port *p, struct adit_batch *in, uint32_t n)
{
	struct adit_pkt *q = adit_pool_get(p->pool, p->head, p->head + n + p->tail);

	if (!q) {
		p->end.stats.drops[ADIT_DROP_NO_CELL]++;
		return;
	}
	memcpy(q->base + q->off, p->w->land + VNET, n);
	q->len = q->last = (uint16_t)n;
	q->m.shape = p->t->frame ? ADIT_FRAME : ADIT_PACKET;
	p->end.stats.down_units++;
	p->end.stats.down_bytes += n;
	adit_add(in, q);
}

bool io_end_read(struct io_port *p)
{
	struct adit_batch *in = adit_chain_in(p->chain, ADIT_TOP);

	for (unsigned segs = 0; segs < IO_PASS_SEGS; segs++) {
		ssize_t n;

		if (adit_room(in) == 0)
			return false;
		n = read(p->tun.fd, p->w->land, IO_LANDING);
		if (n < 0)
			return errno == EINTR;
		if ((size_t)n > VNET)
			take_in(p, in, (uint32_t)((size_t)n - VNET));
	}
	return true;
}

static void put_out(struct io_port *p, const struct adit_seg *s)
{
	struct virtio_net_hdr h = { 0 };
	struct iovec iov[2] = { { &h, VNET }, { s->data, s->len } };

	if (writev(p->tun.fd, iov, 2) < 0) {
		p->end.stats.drops[ADIT_DROP_SEND]++;
		return;
	}
	p->end.stats.up_units++;
	p->end.stats.up_bytes += s->len;
}

void io_end_write(struct io_port *p)
{
	struct adit_batch *out = adit_chain_out(p->chain, ADIT_TOP);

	for (struct adit_pkt *q = adit_take(out); q; q = adit_take(out)) {
		if (q->kind != ADIT_DATA)
			io_end_event(p, q);
		for (unsigned i = 0; i < q->count; i++) {
			struct adit_seg s = adit_seg_at(q, i);

			put_out(p, &s);
		}
		adit_pkt_free(q);
	}
}
