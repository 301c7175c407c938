/* SPDX-License-Identifier: Apache-2.0 */
/* UDP sending: trains leave as one segmented datagram each, singles of equal length share one, and
 * several of these leave in one call. */
#include "io/path.h"
#include "io/sock.h"
#include "io/sockaddr.h"
#include "io/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

#define TX_MSGS	      32
#define TX_IOVS	      256
#define SEND_MAX      65487 /* bytes of one segmented send, worst IP version */
#define REFUSED_TRIES 4	    /* sends that fail for an earlier packet's sake */

/* One send: `segs` segments of `unit` bytes, the last one perhaps shorter. */
struct tx_msg {
	struct sockaddr_storage ss;
	_Alignas(struct cmsghdr) char ctrl[IO_CTRL];
	struct adit_addr far;
	unsigned segs;
	uint32_t unit, bytes;
	bool closed, alone;
};

struct tx {
	struct io_fd *s;
	bool gso, no_df;
	unsigned n, iovs;
	struct tx_msg msg[TX_MSGS];
	struct mmsghdr mm[TX_MSGS];
	struct iovec iov[TX_IOVS];
};

/* A position in the output: packet i of the ring, segment seg of it. */
struct tx_at {
	unsigned i, seg;
};

static const struct adit_pkt *ring_at(const struct adit_batch *b, unsigned i)
{
	return i < b->count ? b->slot[(b->head + i) % ADIT_BATCH] : NULL;
}

/* A flow keeps the port that it was given when it was first seen, in turn: a hash would put two of
 * few flows on one port more often than not. Workers share the table, as a flow may move. */
static unsigned port_of(struct io_tunnel *t, uint32_t hash)
{
	uint8_t *slot = &t->flow_port[(hash * 0x9e3779b1u) >> (32 - IO_FLOW_BITS)];
	uint8_t v = __atomic_load_n(slot, __ATOMIC_RELAXED), none = 0;

	if (v)
		return v - 1u;
	v = (uint8_t)(1 + __atomic_fetch_add(&t->next_port, 1, __ATOMIC_RELAXED) % IO_ENTROPY);
	if (!__atomic_compare_exchange_n(slot, &none, v, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		v = none;
	return v - 1u;
}

/* The socket for a unit. NULL: there is none for its IP version. */
static struct io_fd *pick(struct io_port *p, const struct adit_addr *far, uint32_t hash)
{
	struct io_fd *main = NULL, *port[IO_ENTROPY];
	unsigned n = 0;

	for (unsigned i = 0; i < p->n_sock; i++) {
		struct io_fd *s = &p->sock[i];

		if (s->family != far->family)
			continue;
		if (s->send_only && n < IO_ENTROPY)
			port[n++] = s;
		else
			main = s;
	}
	return n ? port[port_of(p->t, hash) % n] : main;
}

static bool same_header(const struct adit_meta *a, const struct adit_meta *b)
{
	return a->tos == b->tos && a->ttl == b->ttl && a->df == b->df &&
	       adit_addr_equal(&a->far, &b->far) && adit_addr_equal(&a->near, &b->near);
}

/* What measures more than the path lets through is fragmented, which the system does to no part of
 * a segmented send. */
static bool fits_path(const struct io_port *p, uint32_t len)
{
	return !p->path || len + p->t->del.overhead <= p->path;
}

/* Adds segments of q from `seg` on to the message, as many as fit. Returns how many. */
static unsigned add_segments(struct tx *x, struct tx_msg *m, const struct adit_pkt *q, unsigned seg)
{
	struct msghdr *mh = &x->mm[x->n].msg_hdr;
	unsigned max = x->gso && !m->alone ? ADIT_TRAIN_MAX : 1, n = 0;
	bool flat = q->count > 1 && q->pitch == q->len;

	for (; seg + n < q->count && m->segs < max && !m->closed; n++) {
		struct adit_seg s = adit_seg_at(q, seg + n);

		if (m->segs > 0 && (s.len > m->unit || m->bytes + s.len > SEND_MAX))
			break;
		if (n > 0 && flat) {
			x->iov[x->iovs - 1].iov_len += s.len;
		} else {
			if (x->iovs == TX_IOVS)
				break;
			x->iov[x->iovs++] = (struct iovec){ s.data, s.len };
			mh->msg_iovlen++;
		}
		if (m->segs == 0)
			m->unit = s.len;
		m->closed = s.len < m->unit || s.len == 0;
		m->bytes += s.len;
		m->segs++;
	}
	return n;
}

static void finish(struct tx *x, struct tx_msg *m)
{
	struct msghdr *mh = &x->mm[x->n].msg_hdr;
	uint16_t unit = (uint16_t)m->unit;

	if (m->segs > 1)
		io_sock_add_cmsg(mh, SOL_UDP, UDP_SEGMENT, &unit, sizeof(unit));
	if (!mh->msg_controllen)
		mh->msg_control = NULL;
	x->n++;
}

/* Where a unit goes; the near address is the system's choice where the layer above has none. False:
 * nobody says. */
static bool route(const struct io_delivery *v, const struct adit_meta *m, struct adit_addr *far)
{
	*far = m->far.family ? m->far : v->d.remote;
	if (!far->port)
		far->port = v->far_port;
	return adit_addr_len(far) > 0 && far->port;
}

/* Makes one message of what stands at `at` and moves it on. False: not in this call. */
static bool build_one(
	struct io_port *p, struct tx *x, const struct adit_batch *out, struct tx_at *at)
{
	const struct adit_delivery *d = &p->t->del.d;
	const struct adit_pkt *first = ring_at(out, at->i), *q = first;
	struct tx_msg *m = &x->msg[x->n];
	struct io_fd *s;
	bool no_df;

	if (!first || first->kind != ADIT_DATA || x->iovs == TX_IOVS ||
		!route(&p->t->del, &first->m, &m->far))
		return false;
	s = pick(p, &m->far, first->m.hash);
	no_df = !adit_delivery_df(d, &first->m) && d->df;
	if (!s || (x->s && (s != x->s || no_df != x->no_df)))
		return false;
	x->s = s;
	x->no_df = no_df;
	m->segs = m->bytes = m->unit = 0;
	m->closed = false;
	m->alone = !fits_path(p, adit_seg_at(first, at->seg).len);
	x->mm[x->n].msg_hdr = (struct msghdr){ .msg_name = &m->ss,
		.msg_namelen = io_sockaddr(&m->ss, &m->far, s->family),
		.msg_iov = &x->iov[x->iovs],
		.msg_control = m->ctrl };
	io_sock_add_header(&x->mm[x->n].msg_hdr, p, s->family, &first->m);
	while (q && q->kind == ADIT_DATA && same_header(&q->m, &first->m) &&
		(q == first || pick(p, &m->far, q->m.hash) == s)) {
		unsigned n = add_segments(x, m, q, at->seg);

		at->seg += n;
		if (at->seg < q->count)
			break;
		at->i++;
		at->seg = 0;
		if (m->closed)
			break;
		q = ring_at(out, at->i);
	}
	finish(x, m);
	return true;
}

static void gone(struct io_port *p, struct adit_batch *out, const struct tx_msg *m)
{
	p->delivery.stats.down_units += m->segs;
	p->delivery.stats.down_bytes += m->bytes;
	io_sock_consume(p, out, m->segs);
}

static void lost(
	struct io_port *p, struct adit_batch *out, const struct tx_msg *m, enum adit_drop why)
{
	p->delivery.stats.drops[why] += m->segs;
	io_sock_consume(p, out, m->segs);
}

/* The first message of x failed. False: the output must wait. */
static bool failed(struct io_port *p, struct tx *x, struct adit_batch *out, int os)
{
	const struct tx_msg *m = &x->msg[0];

	if (os == EAGAIN || os == EWOULDBLOCK) {
		x->s->blocked = true;
		return false;
	}
	/* A segment size above the path's MTU is EINVAL. */
	if (os == EMSGSIZE || (os == EINVAL && m->segs > 1)) {
		io_path_ask(p, &m->far);
		lost(p, out, m, ADIT_DROP_TOO_BIG);
	} else if (os == EIO && m->segs > 1) {
		__atomic_store_n(&p->t->off.udp_gso, false,
			__ATOMIC_RELAXED); /* a device without checksum offload */
	} else {
		lost(p, out, m, ADIT_DROP_SEND);
	}
	return true;
}

/* Sends all of x. False: the output must wait. */
static bool flush(struct io_port *p, struct tx *x, struct adit_batch *out)
{
	unsigned done = 0, tries = 0;
	int r;

	if (x->no_df)
		io_sock_df(x->s, false);
	do {
		r = sendmmsg(x->s->fd, x->mm + done, x->n - done, 0);
		p->sends++;
		for (int i = 0; i < r; i++)
			gone(p, out, &x->msg[done++]);
	} while (done < x->n && (r > 0 || (errno == ECONNREFUSED && ++tries < REFUSED_TRIES)));
	r = errno;
	if (x->no_df)
		io_sock_df(x->s, true);
	if (done == x->n)
		return true;
	x->msg[0] = x->msg[done];
	return failed(p, x, out, r);
}

void io_udp_send(struct io_port *p)
{
	struct adit_batch *out = adit_chain_out(p->chain, ADIT_BOTTOM_SIDE);

	while (adit_peek(out)) {
		struct tx x;
		struct tx_at at = { 0, p->sent };

		x.s = NULL;
		x.no_df = false;
		x.gso = __atomic_load_n(&p->t->off.udp_gso, __ATOMIC_RELAXED);
		x.n = x.iovs = 0;
		while (x.n < TX_MSGS && build_one(p, &x, out, &at))
			;
		if (!x.n)
			io_sock_discard(p, out);
		else if (!flush(p, &x, out))
			return;
	}
}
