/* SPDX-License-Identifier: Apache-2.0 */
/* Raw IP sending: many packets a call. No card segments a payload that it does not know. */
#include "io/path.h"
#include "io/rawip.h"
#include "io/sock.h"
#include "io/sockaddr.h"

#include <errno.h>
#include <string.h>

#define REFUSED_TRIES 4 /* sends that fail for an earlier packet's sake */

struct tx_pkt {
	struct sockaddr_storage ss;
	_Alignas(struct cmsghdr) char ctrl[IO_CTRL];
};

struct tx {
	struct io_fd *s;
	bool no_df;
	unsigned n, pkts;
	struct adit_addr far; /* of the first */
	struct mmsghdr mm[IO_PASS_SEGS];
	struct iovec iov[IO_PASS_SEGS];
	struct tx_pkt pkt[IO_PASS_SEGS];
};

static struct io_fd *pick(struct io_port *p, unsigned family, const struct adit_meta *m)
{
	for (unsigned i = 0; i < p->n_sock; i++)
		if (p->sock[i].family == family && p->sock[i].proto == m->code)
			return &p->sock[i];
	return NULL;
}

/* Adds segments of q from `seg` on. False: q begins another call. */
static bool add(struct io_port *p, struct tx *x, const struct adit_pkt *q, unsigned seg)
{
	const struct adit_delivery *d = &p->t->del.d;
	struct adit_addr far = q->m.far.family ? q->m.far : d->remote;
	struct io_fd *s = q->kind == ADIT_DATA ? pick(p, far.family, &q->m) : NULL;
	bool no_df = d->df && !adit_delivery_df(d, &q->m);
	struct tx_pkt *t = &x->pkt[x->pkts];
	struct msghdr mh = { .msg_name = &t->ss, .msg_iovlen = 1, .msg_control = t->ctrl };

	if (!s || (x->s && (s != x->s || no_df != x->no_df)))
		return false;
	if (!x->s)
		x->far = far;
	x->s = s;
	x->no_df = no_df;
	x->pkts++;
	far.port = 0;
	mh.msg_namelen = io_sockaddr(&t->ss, &far, s->family);
	io_sock_add_header(&mh, p, s->family, &q->m);
	if (!mh.msg_controllen)
		mh.msg_control = NULL;
	for (; seg < q->count && x->n < IO_PASS_SEGS; seg++) {
		struct adit_seg g = adit_seg_at(q, seg);

		x->iov[x->n] = (struct iovec){ g.data, g.len };
		x->mm[x->n].msg_hdr = mh;
		x->mm[x->n].msg_hdr.msg_iov = &x->iov[x->n];
		x->n++;
	}
	return seg == q->count;
}

static void build(struct io_port *p, struct tx *x, const struct adit_batch *out)
{
	unsigned seg = p->sent;

	x->s = NULL;
	x->n = x->pkts = 0;
	for (unsigned i = 0; i < out->count && x->n < IO_PASS_SEGS; i++, seg = 0)
		if (!add(p, x, out->slot[(out->head + i) % ADIT_BATCH], seg))
			return;
}

/* The packet at the front of the output failed. False: the output must wait. */
static bool failed(struct io_port *p, struct tx *x, struct adit_batch *out, int os)
{
	if (os == EAGAIN || os == EWOULDBLOCK) {
		x->s->blocked = true;
		return false;
	}
	if (os == EMSGSIZE)
		io_path_ask(p, &x->far);
	p->delivery.stats.drops[os == EMSGSIZE ? ADIT_DROP_TOO_BIG : ADIT_DROP_SEND]++;
	io_sock_consume(p, out, 1);
	return true;
}

static bool flush(struct io_port *p, struct tx *x, struct adit_batch *out)
{
	unsigned done = 0, tries = 0;
	int r, os;

	if (x->no_df)
		io_sock_df(x->s, false);
	do {
		r = sendmmsg(x->s->fd, x->mm + done, x->n - done, 0);
		os = errno;
		p->sends++;
		for (int i = 0; i < r; i++)
			p->delivery.stats.down_bytes += x->iov[done++].iov_len;
	} while (done < x->n && (r > 0 || (os == ECONNREFUSED && ++tries < REFUSED_TRIES)));
	if (x->no_df)
		io_sock_df(x->s, true);
	p->delivery.stats.down_units += done;
	io_sock_consume(p, out, done);
	return done == x->n || failed(p, x, out, os);
}

void io_rawip_send(struct io_port *p)
{
	struct adit_batch *out = adit_chain_out(p->chain, ADIT_BOTTOM_SIDE);

	while (adit_peek(out)) {
		struct tx x;

		build(p, &x, out);
		if (!x.n)
			io_sock_discard(p, out);
		else if (!flush(p, &x, out))
			return;
	}
}
