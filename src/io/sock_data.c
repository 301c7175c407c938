/* SPDX-License-Identifier: Apache-2.0 */
/* Units between sockets and the stack: header fields, errors, landing. */
#include "io/lodge.h"
#include "io/path.h"
#include "io/sock.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define SOCK_SMALL    2048 /* received bytes up to which a copy is cheaper than a big cell */
#define ERRORS_A_PASS 16
#define SPILL	      (65536 - ADIT_CELL_SMALL)

static void read_near(struct adit_meta *m, const struct cmsghdr *h)
{
	if (h->cmsg_level == SOL_IP) {
		struct in_pktinfo pi;

		memcpy(&pi, CMSG_DATA(h), sizeof(pi));
		m->near.family = 4;
		memcpy(m->near.ip, &pi.ipi_addr, 4);
	} else {
		struct in6_pktinfo pi;

		memcpy(&pi, CMSG_DATA(h), sizeof(pi));
		m->near.family = 6;
		memcpy(m->near.ip, &pi.ipi6_addr, 16);
	}
}

void io_sock_read_cmsg(struct adit_meta *m, const struct cmsghdr *h)
{
	bool v4 = h->cmsg_level == SOL_IP;
	int v = 0;

	if (!v4 && h->cmsg_level != SOL_IPV6)
		return;
	if (h->cmsg_type == (v4 ? IP_PKTINFO : IPV6_PKTINFO)) {
		read_near(m, h);
	} else if (v4 && h->cmsg_type == IP_TOS) {
		m->tos = *CMSG_DATA(h);
	} else if (h->cmsg_type == (v4 ? IP_TTL : IPV6_HOPLIMIT)) {
		memcpy(&v, CMSG_DATA(h), sizeof(v));
		m->ttl = (uint8_t)v;
	} else if (!v4 && h->cmsg_type == IPV6_TCLASS) {
		memcpy(&v, CMSG_DATA(h), sizeof(v));
		m->tos = (uint8_t)v;
	}
}

void io_sock_add_cmsg(struct msghdr *mh, int level, int type, const void *v, size_t n)
{
	struct cmsghdr *h =
		(struct cmsghdr *)(void *)((char *)mh->msg_control + mh->msg_controllen);

	h->cmsg_level = level;
	h->cmsg_type = type;
	h->cmsg_len = CMSG_LEN(n);
	memcpy(CMSG_DATA(h), v, n);
	mh->msg_controllen += CMSG_SPACE(n);
}

static void add_near(struct msghdr *mh, const struct adit_addr *near)
{
	if (near->family == 4) {
		struct in_pktinfo pi = { 0 };

		memcpy(&pi.ipi_spec_dst, near->ip, 4);
		io_sock_add_cmsg(mh, SOL_IP, IP_PKTINFO, &pi, sizeof(pi));
	} else {
		struct in6_pktinfo pi = { .ipi6_ifindex = near->scope };

		memcpy(&pi.ipi6_addr, near->ip, 16);
		io_sock_add_cmsg(mh, SOL_IPV6, IPV6_PKTINFO, &pi, sizeof(pi));
	}
}

void io_sock_add_header(
	struct msghdr *mh, const struct io_port *p, unsigned family, const struct adit_meta *m)
{
	const struct adit_delivery *d = &p->t->del.d;
	int level = family == 4 ? SOL_IP : SOL_IPV6;
	int tos = adit_delivery_tos(d, m), ttl = adit_delivery_ttl(d, m);

	if (tos)
		io_sock_add_cmsg(mh, level, family == 4 ? IP_TOS : IPV6_TCLASS, &tos, sizeof(tos));
	if (ttl && ttl != (d->ttl ? d->ttl : ADIT_TTL_DEFAULT))
		io_sock_add_cmsg(
			mh, level, family == 4 ? IP_TTL : IPV6_HOPLIMIT, &ttl, sizeof(ttl));
	if (m->near.family == family)
		add_near(mh, &m->near);
}

/* The local queue is not told apart from the network: both say what fits. */
static void read_error(struct io_port *p, const struct cmsghdr *h)
{
	struct sock_extended_err ee;
	bool v4 = h->cmsg_level == SOL_IP && h->cmsg_type == IP_RECVERR;
	bool v6 = h->cmsg_level == SOL_IPV6 && h->cmsg_type == IPV6_RECVERR;

	if (!v4 && !v6)
		return;
	memcpy(&ee, CMSG_DATA(h), sizeof(ee));
	if (ee.ee_errno == EMSGSIZE && ee.ee_info)
		io_path_tell(p, ee.ee_info);
}

void io_sock_errors(struct io_port *p, struct io_fd *s)
{
	for (unsigned i = 0; i < ERRORS_A_PASS; i++) {
		_Alignas(struct cmsghdr) char ctrl[512];
		struct msghdr mh = { .msg_control = ctrl, .msg_controllen = sizeof(ctrl) };

		if (recvmsg(s->fd, &mh, MSG_ERRQUEUE) < 0)
			return;
		for (struct cmsghdr *h = CMSG_FIRSTHDR(&mh); h; h = CMSG_NXTHDR(&mh, h))
			read_error(p, h);
	}
}

struct adit_pkt *io_sock_landing(struct io_port *p)
{
	if (adit_room(adit_chain_in(p->chain, ADIT_BOTTOM_SIDE)) < 2)
		return NULL;
	if (!p->landing)
		p->landing = adit_pool_get(p->pool, 0, ADIT_CELL_LARGE);
	return p->landing;
}

bool io_sock_spill_open(struct io_port *p)
{
	p->spill =
		malloc((size_t)IO_PASS_SEGS * SPILL); /* touched by what outgrows its cell only */
	return p->spill != NULL;
}

unsigned io_sock_prepare(struct io_port *p, struct io_rx *x, unsigned max)
{
	unsigned n = 0;

	for (; n < max && n < IO_PASS_SEGS; n++) {
		if (!p->cell[n])
			p->cell[n] = adit_pool_get(p->pool, 0, ADIT_CELL_SMALL);
		if (!p->cell[n])
			break;
		x->iov[n][0] = (struct iovec){ p->cell[n]->base, p->cell[n]->size };
		x->iov[n][1] = (struct iovec){ p->spill + (size_t)n * SPILL, SPILL };
		x->mm[n].msg_hdr = (struct msghdr){ .msg_name = &x->ss[n],
			.msg_namelen = sizeof(x->ss[n]),
			.msg_iov = x->iov[n],
			.msg_iovlen = 2,
			.msg_control = x->ctrl[n],
			.msg_controllen = sizeof(x->ctrl[n]) };
	}
	return n;
}

void io_sock_gather(const struct io_port *p, unsigned i, uint32_t n, uint8_t *to)
{
	const struct adit_pkt *q = p->cell[i];

	memcpy(to, q->base, q->size);
	memcpy(to + q->size, p->spill + (size_t)i * SPILL, n - q->size);
}

/* n bytes from off of the landing cell as a train: the cell itself where that saves a big copy and
 * nothing else needs it. */
static struct adit_pkt *carve(struct io_port *p, uint32_t off, uint32_t n, uint32_t unit, bool own)
{
	uint32_t count = n > unit ? (n + unit - 1) / unit : 1;
	struct adit_pkt *q = p->landing;

	if (own && n > SOCK_SMALL) {
		p->landing = NULL;
	} else {
		q = adit_pool_get(p->pool, 0, n);
		if (!q)
			return NULL;
		memcpy(q->base, p->landing->base + off, n);
		q->m = p->landing->m;
		off = 0;
	}
	q->kind = ADIT_DATA;
	q->off = (uint16_t)off;
	q->count = (uint8_t)count;
	q->len = (uint16_t)(count > 1 ? unit : n);
	q->last = (uint16_t)(n - unit * (count - 1));
	if (count > 1)
		q->pitch = unit;
	return q;
}

static enum adit_drop check(const struct io_delivery *v, struct adit_meta *m)
{
	enum adit_drop why;

	m->known = false;
	why = adit_delivery_check(&v->d, m);
	if (why == ADIT_KEEP && v->check_port && m->far.port != v->d.remote.port)
		why = ADIT_DROP_PEER;
	return why;
}

/* Gives n bytes from off of p's landing cell to the stack of `to`. Returns the segments. */
static unsigned deliver(
	struct io_port *p, struct io_port *to, uint32_t off, uint32_t n, uint32_t unit, bool whole)
{
	struct adit_batch *in = adit_chain_in(to->chain, ADIT_BOTTOM_SIDE);
	struct adit_meta *m = &p->landing->m;
	uint32_t count = n > unit ? (n + unit - 1) / unit : 1;
	bool fits = count <= ADIT_TRAIN_MAX, own = fits && whole;
	enum adit_drop why = check(&to->t->del, m);

	for (uint32_t at = 0; why == ADIT_KEEP && (at < n || at == 0);) {
		uint32_t part =
			fits || n - at < unit * ADIT_TRAIN_MAX ? n - at : unit * ADIT_TRAIN_MAX;
		struct adit_pkt *q = adit_room(in) ? carve(p, off + at, part, unit, own) : NULL;

		if (!q) {
			why = ADIT_DROP_NO_CELL;
			break;
		}
		to->delivery.stats.up_units += q->count;
		to->delivery.stats.up_bytes += part;
		adit_add(in, q);
		at += part;
		if (part == 0)
			break;
	}
	if (why != ADIT_KEEP)
		to->delivery.stats.drops[why] += count;
	to->fed = true;
	return count;
}

/* The kernel joins what comes from one sender, whichever tunnels it is for. */
static unsigned deliver_shared(struct io_port *p, uint32_t off, uint32_t n, uint32_t unit)
{
	const uint8_t *data = p->landing->base + off;
	unsigned count = 0;

	for (uint32_t at = 0, end; at < n || count == 0; at = end) {
		uint32_t len = n - at < unit ? n - at : unit;
		struct io_port *to = io_lodge_find(p, data + at, len);

		end = at + len;
		while (to && end < n &&
			io_lodge_find(p, data + end, n - end < unit ? n - end : unit) == to)
			end = n - end < unit ? n : end + unit;
		if (to) {
			count += deliver(p, to, off + at, end - at, unit, at == 0 && end == n);
		} else {
			p->delivery.stats.drops[ADIT_DROP_KEY]++;
			count++;
		}
	}
	return count;
}

unsigned io_sock_land(struct io_port *p, uint32_t off, uint32_t n, uint32_t unit)
{
	return p->guest ? deliver_shared(p, off, n, unit) : deliver(p, p, off, n, unit, true);
}

void io_sock_land_cell(struct io_port *p, unsigned i, uint32_t n)
{
	struct adit_pkt *q = p->cell[i];
	struct io_port *to = p->guest ? io_lodge_find(p, q->base, n) : p;
	enum adit_drop why = to ? check(&to->t->del, &q->m) : ADIT_DROP_KEY;
	struct adit_batch *in = to ? adit_chain_in(to->chain, ADIT_BOTTOM_SIDE) : NULL;

	if (why == ADIT_KEEP && !adit_room(in))
		why = ADIT_DROP_NO_ROOM;
	if (why != ADIT_KEEP) {
		(to ? to : p)->delivery.stats.drops[why]++;
		return;
	}
	p->cell[i] = NULL;
	q->kind = ADIT_DATA;
	q->off = 0;
	q->len = q->last = (uint16_t)n;
	to->delivery.stats.up_units++;
	to->delivery.stats.up_bytes += n;
	to->fed = true;
	adit_add(in, q);
}

void io_sock_consume(struct io_port *p, struct adit_batch *out, unsigned n)
{
	while (n > 0) {
		struct adit_pkt *q = adit_peek(out);
		unsigned left = q->count - (unsigned)p->sent;

		if (n < left) {
			p->sent = (uint16_t)(p->sent + n);
			return;
		}
		n -= left;
		p->sent = 0;
		adit_pkt_free(adit_take(out));
	}
}

void io_sock_discard(struct io_port *p, struct adit_batch *out)
{
	struct adit_pkt *q = adit_take(out);

	if (q->kind == ADIT_DATA)
		p->delivery.stats.drops[ADIT_DROP_NO_DEST] += q->count - (unsigned)p->sent;
	p->sent = 0;
	adit_pkt_free(q);
}
