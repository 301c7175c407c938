/* SPDX-License-Identifier: Apache-2.0 */
/* UDP sockets: opening, and receiving of trains. */
#include "io/udp.h"

#include "io/lodge.h"
#include "io/sock.h"
#include "io/sockaddr.h"
#include "net/flow.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/random.h>

#define PORT_TRIES 64
#define SINGLES	   4 /* in a row, and no trains are expected any more */

static void set_udp_options(struct io_port *p, struct io_fd *s)
{
	struct io_tunnel *t = p->t;

	if (!t->del.csum && s->family == 4)
		io_sock_set(s->fd, SOL_SOCKET, SO_NO_CHECK, 1);
	if (!t->del.csum && s->family == 6) {
		io_sock_set(s->fd, SOL_UDP, UDP_NO_CHECK6_TX, 1);
		io_sock_set(s->fd, SOL_UDP, UDP_NO_CHECK6_RX, 1);
	}
	/* Segmentation needs the checksum; setting the default size of 0 is the probe. */
	t->off.udp_gso = t->del.csum && io_sock_set(s->fd, SOL_UDP, UDP_SEGMENT, 0);
}

/* The sender's port names the flow: it decides which worker's socket hears a datagram. Without this
 * the kernel hashes addresses and ports, which spreads few flows worse. */
static void steer(struct io_port *p, struct io_fd *s)
{
	uint32_t at = (uint32_t)SKF_NET_OFF + (s->family == 4 ? 20 : 40);
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, at),
		BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, p->t->engine->n_workers),
		BPF_STMT(BPF_RET | BPF_A, 0),
	};
	struct sock_fprog prog = { ADIT_LEN(f), f };

	if (setsockopt(s->fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &prog, sizeof(prog)) < 0)
		return;
}

static enum adit_err open_main(struct io_port *p, unsigned family, struct adit_fault *f)
{
	enum adit_err e = io_sock_open(p, family, SOCK_DGRAM, 0, f);
	struct io_fd *s;

	if (e)
		return e;
	s = &p->sock[p->n_sock - 1];
	set_udp_options(p, s);
	p->t->off.udp_gro = io_sock_set(s->fd, SOL_UDP, UDP_GRO, 1);
	/* The first worker's socket is shared only once it is bound: with another program's it
	 * never is. */
	if (p->index > 0)
		io_sock_share(s, p->t->engine->n_workers);
	e = io_sock_bind(s, &p->t->del.d.local, f);
	if (e)
		io_sock_drop(p);
	else if (p->index == 0)
		io_sock_share(s, p->t->engine->n_workers);
	else if (p->t->del.entropy && p->index == p->t->engine->n_workers - 1)
		steer(p, s);
	return e;
}

/* Binds to a port that looks like a flow's, the i-th in its lowest bits, so that the far side's
 * workers share the ports out evenly; false: every one that was tried is taken. */
static bool bind_somewhere(struct io_fd *s, struct adit_addr *a, unsigned i)
{
	uint32_t seed = 0;

	for (unsigned k = 0; k < PORT_TRIES; k++) {
		if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
			return false;
		a->port = (uint16_t)((net_flow_port(seed) & ~(IO_ENTROPY - 1u)) | i);
		if (io_sock_bind(s, a, NULL) == ADIT_OK)
			return true;
	}
	return false;
}

/* Send sockets at ports of their own, one chosen by the hash of the inner flow. All workers have
 * the same ports: were they to differ, a flow that moves to another queue would move to another
 * worker of the far side too, whose answers move it again, and so on for ever. Without any of them
 * all leaves from the main socket, which is correct, only less well spread. */
static void open_entropy(struct io_port *p, unsigned family)
{
	struct adit_addr a = p->t->del.d.local;
	uint16_t *port = p->t->del.port[family == 6];

	for (unsigned i = 0; i < IO_ENTROPY; i++) {
		struct io_fd *s = &p->sock[p->n_sock];
		bool bound;

		if ((p->index > 0 && !port[i]) || io_sock_open(p, family, SOCK_DGRAM, 0, NULL))
			return;
		io_sock_deafen(s);
		set_udp_options(p, s);
		if (p->index == 0) {
			bound = bind_somewhere(s, &a, i);
			io_sock_share(s, p->t->engine->n_workers);
			port[i] = bound ? a.port : 0;
		} else {
			io_sock_share(s, p->t->engine->n_workers);
			a.port = port[i];
			bound = io_sock_bind(s, &a, NULL) == ADIT_OK;
		}
		if (!bound) {
			io_sock_drop(p);
			return;
		}
	}
}

/* What arrives comes by the host's sockets. */
static enum adit_err open_guest(struct io_port *p, unsigned family, struct adit_fault *f)
{
	p->t->off.udp_gro = p->host->t->off.udp_gro;
	open_entropy(p, family ? family : 4);
	if (!family)
		open_entropy(p, 6);
	if (p->n_sock == 0)
		return adit_fail(f, ADIT_ESYS, NULL, "no UDP port was free to send from");
	return ADIT_OK;
}

enum adit_err io_udp_open(struct io_port *p, struct adit_fault *f)
{
	const struct adit_delivery *d = &p->t->del.d;
	unsigned family = d->remote.family ? d->remote.family : d->local.family;
	struct io_port *host;
	enum adit_err e = io_lodge(p, &host, f);

	if (e)
		return e;
	if (!io_sock_spill_open(p))
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory");
	if (host)
		return open_guest(p, family, f);
	e = open_main(p, family ? family : 4, f);
	if (e)
		return e;
	/* An open delivery serves both IP versions; a machine without IPv6 has just the other. */
	if (!family && open_main(p, 6, NULL) == ADIT_OK && p->t->del.entropy)
		open_entropy(p, 6);
	if (p->t->del.entropy)
		open_entropy(p, family ? family : 4);
	return ADIT_OK;
}

static void read_meta(const struct io_port *p, struct adit_meta *m, struct msghdr *mh, int *unit)
{
	const struct adit_addr *near = io_sock_near(&p->t->del.d);

	memset(m, 0, sizeof(*m));
	io_addr_of(&m->far, mh->msg_name);
	m->shape = ADIT_DATAGRAM;
	if (near)
		m->near = *near;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(mh); h; h = CMSG_NXTHDR(mh, h)) {
		if (h->cmsg_level == SOL_UDP && h->cmsg_type == UDP_GRO)
			memcpy(unit, CMSG_DATA(h), sizeof(*unit));
		else
			io_sock_read_cmsg(m, h);
	}
}

static unsigned land(struct io_port *p, uint32_t n, int unit)
{
	if (n > UINT16_MAX) {
		p->delivery.stats.drops[ADIT_DROP_LENGTH]++;
		return 1;
	}
	return io_sock_land(p, 0, n, unit > 0 ? (uint32_t)unit : n);
}

/* One datagram, or a train of them. Returns the segments, 0: nothing there. */
static unsigned recv_one(struct io_port *p, struct io_fd *s)
{
	struct adit_pkt *q = io_sock_landing(p);
	struct sockaddr_storage ss;
	_Alignas(struct cmsghdr) char ctrl[IO_CTRL];
	struct iovec iov;
	struct msghdr mh = { .msg_name = &ss,
		.msg_namelen = sizeof(ss),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = ctrl,
		.msg_controllen = sizeof(ctrl) };
	ssize_t n;
	int unit = 0;

	if (!q)
		return 0;
	iov = (struct iovec){ q->base, q->size };
	n = recvmsg(s->fd, &mh, 0);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : 1;
	read_meta(p, &q->m, &mh, &unit);
	p->receives++;
	p->singles = n <= ADIT_CELL_SMALL && (unit <= 0 || unit >= n) ? p->singles + 1u : 0;
	return land(p, (uint32_t)n, unit);
}

/* A datagram of p->cell[i]; a train after all is gathered, and trains are expected again. */
static unsigned take(struct io_port *p, struct io_rx *x, unsigned i)
{
	struct adit_pkt *q = p->cell[i], *whole;
	uint32_t n = x->mm[i].msg_len;
	int unit = 0;

	read_meta(p, &q->m, &x->mm[i].msg_hdr, &unit);
	if (n <= q->size && (unit <= 0 || (uint32_t)unit >= n)) {
		io_sock_land_cell(p, i, n);
		return 1;
	}
	p->singles = 0;
	whole = io_sock_landing(p);
	if (!whole) {
		p->delivery.stats.drops[ADIT_DROP_NO_CELL]++;
		return 1;
	}
	whole->m = q->m;
	if (n <= q->size)
		memcpy(whole->base, q->base, n);
	else
		io_sock_gather(p, i, n, whole->base);
	return land(p, n, unit);
}

/* Single datagrams, many a call. Returns the segments, 0: nothing there. */
static unsigned recv_many(struct io_port *p, struct io_fd *s, unsigned max)
{
	unsigned room = adit_room(adit_chain_in(p->chain, ADIT_BOTTOM_SIDE)), segs = 0, n;
	struct io_rx x;
	int r;

	n = io_sock_prepare(p, &x, room > max ? max : room > 1 ? room - 1 : 0);
	r = n ? recvmmsg(s->fd, x.mm, n, 0, NULL) : -1;
	if (r <= 0)
		return 0;
	p->receives++;
	for (unsigned i = 0; i < (unsigned)r; i++)
		segs += take(p, &x, i);
	return (unsigned)r == n ? segs : 0;
}

bool io_udp_recv(struct io_port *p, struct io_fd *s)
{
	for (unsigned segs = 0, n; segs < IO_PASS_SEGS; segs += n) {
		n = p->singles < SINGLES ? recv_one(p, s) : recv_many(p, s, IO_PASS_SEGS - segs);
		if (!n)
			return false;
	}
	return true;
}
