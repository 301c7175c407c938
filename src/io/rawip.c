/* SPDX-License-Identifier: Apache-2.0 */
/* Raw sockets: opening, and receiving many packets a call. */
#include "io/rawip.h"

#include "io/sock.h"
#include "io/sockaddr.h"

#include "core/bytes.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

/* Strangers are turned away before they cost a wake-up: the sender's address, in words of four
 * bytes, must be the remote's. */
static void filter_peer(struct io_fd *s, const struct adit_addr *far)
{
	struct sock_filter f[2 * 4 + 2];
	unsigned words = s->family == 4 ? 1 : 4, at = s->family == 4 ? 12 : 8, n = 0;
	struct sock_fprog prog = { .filter = f };

	for (unsigned i = 0; i < words; i++) {
		uint8_t skip = (uint8_t)(2 * (words - i - 1) + 1);

		f[n++] = (struct sock_filter)BPF_STMT(
			BPF_LD | BPF_W | BPF_ABS, (uint32_t)SKF_NET_OFF + at + 4 * i);
		f[n++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, adit_be32(far->ip + 4 * i), 0, skip);
	}
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	prog.len = (unsigned short)n;
	if (setsockopt(s->fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) < 0)
		return; /* they are dropped when they come up */
}

/* Every raw socket gets its copy of a packet, so one worker listens and the others only send. */
static enum adit_err open_one(struct io_port *p, unsigned family, int proto, struct adit_fault *f)
{
	const struct adit_delivery *d = &p->t->del.d;
	enum adit_err e = io_sock_open(p, family, SOCK_RAW, proto, f);
	struct io_fd *s;

	if (e)
		return e;
	s = &p->sock[p->n_sock - 1];
	if (p->index > 0)
		io_sock_deafen(s);
	else if (d->remote.family == family && !d->from_any && !adit_addr_is_multicast(&d->remote))
		filter_peer(s, &d->remote);
	if (d->local.family == family) {
		struct adit_addr local = d->local;

		local.port = 0;
		e = io_sock_bind(s, &local, f);
	}
	if (e)
		io_sock_drop(p);
	return e;
}

enum adit_err io_rawip_open(struct io_port *p, struct adit_fault *f)
{
	const struct io_delivery *v = &p->t->del;
	unsigned family = v->d.remote.family ? v->d.remote.family : v->d.local.family;
	enum adit_err e = ADIT_OK;

	if (!io_sock_spill_open(p))
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory");
	for (unsigned i = 0; !e && i < v->n_proto; i++) {
		if (family != 6)
			e = open_one(p, 4, v->proto[i], f);
		if (!e && family != 4) {
			e = open_one(p, 6, v->proto[i], f);
			if (e && !family)
				e = ADIT_OK; /* a machine without IPv6 has just the other */
		}
	}
	return e;
}

/* Fields of the header that the kernel leaves in front of an IPv4 payload. Returns its length, 0:
 * not a header. */
static uint32_t read_ip4(struct adit_meta *m, const uint8_t *b, uint32_t n)
{
	uint32_t len = n >= 20 ? (uint32_t)(b[0] & 15) * 4 : 0;

	if (len < 20 || len > n)
		return 0;
	m->tos = b[1];
	m->ttl = b[8];
	m->far.family = m->near.family = 4;
	memcpy(m->far.ip, b + 12, 4);
	memcpy(m->near.ip, b + 16, 4);
	return len;
}

/* The kernel keeps an IPv6 header; what it held comes beside the payload. */
static void read_ip6(struct adit_meta *m, const struct io_port *p, struct io_rx *x, unsigned i)
{
	const struct adit_addr *near = io_sock_near(&p->t->del.d);
	struct msghdr *mh = &x->mm[i].msg_hdr;

	io_addr_of(&m->far, &x->ss[i]);
	m->far.port = 0;
	if (near)
		m->near = *near;
	m->near.port = 0;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(mh); h; h = CMSG_NXTHDR(mh, h))
		io_sock_read_cmsg(m, h);
}

static void drop(struct io_port *p, enum adit_drop why)
{
	p->delivery.stats.drops[why]++;
}

/* A packet that outgrew its cell, whole in a large one. */
static struct adit_pkt *gather(struct io_port *p, unsigned i, uint32_t n)
{
	struct adit_pkt *q = adit_pool_get(p->pool, 0, n);

	if (!q)
		return NULL;
	io_sock_gather(p, i, n, q->base);
	return q;
}

static void take(struct io_port *p, struct io_fd *s, struct io_rx *x, unsigned i)
{
	uint32_t n = x->mm[i].msg_len, off = 0;
	struct adit_pkt *q = p->cell[i];
	enum adit_drop why;

	if (n > UINT16_MAX || x->mm[i].msg_hdr.msg_flags & MSG_TRUNC) {
		drop(p, ADIT_DROP_LENGTH);
		return;
	}
	memset(&q->m, 0, sizeof(q->m));
	q->m.shape = ADIT_PAYLOAD;
	q->m.space = ADIT_SPACE_IPPROTO;
	q->m.code = s->proto;
	if (s->family == 4) {
		off = read_ip4(&q->m, q->base, n);
		if (!off) {
			drop(p, ADIT_DROP_SHORT);
			return;
		}
	} else {
		read_ip6(&q->m, p, x, i);
	}
	why = adit_delivery_check(&p->t->del.d, &q->m);
	if (why != ADIT_KEEP) {
		drop(p, why);
		return;
	}
	if (n > q->size) {
		struct adit_meta m = q->m;

		q = gather(p, i, n);
		if (!q) {
			drop(p, ADIT_DROP_NO_CELL);
			return;
		}
		q->m = m;
	} else {
		p->cell[i] = NULL;
	}
	q->off = (uint16_t)off;
	q->len = q->last = (uint16_t)(n - off);
	p->delivery.stats.up_units++;
	p->delivery.stats.up_bytes += q->len;
	adit_add(adit_chain_in(p->chain, ADIT_BOTTOM_SIDE), q);
}

bool io_rawip_recv(struct io_port *p, struct io_fd *s)
{
	unsigned room = adit_room(adit_chain_in(p->chain, ADIT_BOTTOM_SIDE));
	struct io_rx x;
	unsigned n = io_sock_prepare(p, &x, room ? room - 1 : 0);
	int r = n ? recvmmsg(s->fd, x.mm, n, 0, NULL) : -1;

	if (r <= 0)
		return false;
	p->receives++;
	for (int i = 0; i < r; i++)
		take(p, s, &x, (unsigned)i);
	return (unsigned)r == n;
}
