/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams: sockets that bring trains up and carry trains away. */
#include "io/port.h"
#include "io/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCK_BUFFER (8 << 20)
#define SOCK_SMALL  2048 /* received bytes up to which a copy is cheaper than a big cell */

static void set_int(int fd, int level, int name, int v)
{
	/* Every one of these is a wish: what the kernel lacks is done without. */
	if (setsockopt(fd, level, name, &v, sizeof(v)) < 0)
		return;
}

static void set_buffers(int fd)
{
	int v = SOCK_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &v, sizeof(v)) < 0)
		set_int(fd, SOL_SOCKET, SO_RCVBUF, v);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &v, sizeof(v)) < 0)
		set_int(fd, SOL_SOCKET, SO_SNDBUF, v);
}

static void set_header_options(int fd, unsigned family, const struct io_delivery *v)
{
	int ttl = v->d.ttl ? v->d.ttl : ADIT_TTL_DEFAULT;

	if (family == 4) {
		set_int(fd, SOL_IP, IP_RECVTOS, 1);
		set_int(fd, SOL_IP, IP_RECVTTL, 1);
		set_int(fd, SOL_IP, IP_PKTINFO, 1);
		set_int(fd, SOL_IP, IP_TTL, ttl);
		set_int(fd, SOL_IP, IP_MTU_DISCOVER, v->d.df ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT);
		set_int(fd, SOL_SOCKET, SO_NO_CHECK, !v->csum);
		return;
	}
	set_int(fd, SOL_IPV6, IPV6_V6ONLY, 1);
	set_int(fd, SOL_IPV6, IPV6_RECVTCLASS, 1);
	set_int(fd, SOL_IPV6, IPV6_RECVHOPLIMIT, 1);
	set_int(fd, SOL_IPV6, IPV6_RECVPKTINFO, 1);
	set_int(fd, SOL_IPV6, IPV6_UNICAST_HOPS, ttl);
	set_int(fd, SOL_IPV6, IPV6_MTU_DISCOVER, v->d.df ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_DONT);
	if (!v->csum) {
		set_int(fd, SOL_UDP, UDP_NO_CHECK6_TX, 1);
		set_int(fd, SOL_UDP, UDP_NO_CHECK6_RX, 1);
	}
}

static enum adit_err bind_fail(int fd, const struct adit_addr *a, struct adit_fault *f)
{
	char text[ADIT_ADDR_TEXT];
	int os = errno;
	enum adit_err e;

	close(fd);
	adit_addr_text(a, text);
	if (os == EADDRINUSE)
		e = adit_fail(f, ADIT_EBUSY, "choose another with local=ADDR:PORT",
			"UDP port %u is taken at %s", a->port, text);
	else if (os == EADDRNOTAVAIL)
		e = adit_fail(f, ADIT_ESYS, "use an address of this machine for local=",
			"%s is not an address of this machine", text);
	else
		e = adit_fail(f, os == EACCES ? ADIT_EPERM : ADIT_ESYS, NULL, "bind to %s: %s",
			text, strerror(os));
	if (f) {
		f->os = os;
		f->opt = ADIT_DELIVERY_LOCAL;
	}
	return e;
}

static enum adit_err bind_dev(int fd, const char *dev, struct adit_fault *f)
{
	int os;
	enum adit_err e;

	if (!dev || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, dev, (socklen_t)strlen(dev)) == 0)
		return ADIT_OK;
	os = errno;
	e = adit_fail(
		f, os == EPERM ? ADIT_EPERM : ADIT_ESYS, NULL, "device %s: %s", dev, strerror(os));
	if (f) {
		f->os = os;
		f->opt = ADIT_DELIVERY_DEV;
	}
	return e;
}

static enum adit_err open_socket(struct io_port *p, unsigned family, struct adit_fault *f)
{
	const struct io_delivery *v = &p->t->del;
	struct io_fd *s = &p->sock[p->n_sock];
	struct sockaddr_storage ss;
	socklen_t len = io_sockaddr(&ss, &v->d.local, family);
	int fd = socket(
		family == 4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	enum adit_err e;

	if (fd < 0)
		return adit_fail(f, ADIT_ESYS, NULL, "socket: %s", strerror(errno));
	set_header_options(fd, family, v);
	set_buffers(fd);
	if (p->t->engine->n_workers > 1)
		set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	e = bind_dev(fd, v->d.dev, f);
	if (e) {
		close(fd);
		return e;
	}
	if (bind(fd, (struct sockaddr *)&ss, len) < 0)
		return bind_fail(fd, &v->d.local, f);
	s->fd = fd;
	s->family = (uint8_t)family;
	s->port = p;
	p->n_sock++;
	return ADIT_OK;
}

enum adit_err io_udp_open(struct io_port *p, struct adit_fault *f)
{
	const struct adit_delivery *d = &p->t->del.d;
	unsigned family = d->remote.family ? d->remote.family : d->local.family;
	enum adit_err e;

	if (family)
		return open_socket(p, family, f);
	e = open_socket(p, 4, f);
	if (e)
		return e;
	/* A machine without IPv6 has just the other. */
	if (open_socket(p, 6, f) && p->n_sock == 0)
		return ADIT_ESYS;
	return ADIT_OK;
}

static void read_cmsg(struct adit_meta *m, const struct cmsghdr *h)
{
	const unsigned char *d = CMSG_DATA(h);
	int v = 0;

	if (h->cmsg_level == SOL_IP && h->cmsg_type == IP_TOS) {
		m->tos = d[0];
	} else if (h->cmsg_level == SOL_IP && h->cmsg_type == IP_TTL) {
		memcpy(&v, d, sizeof(v));
		m->ttl = (uint8_t)v;
	} else if (h->cmsg_level == SOL_IPV6 && h->cmsg_type == IPV6_TCLASS) {
		memcpy(&v, d, sizeof(v));
		m->tos = (uint8_t)v;
	} else if (h->cmsg_level == SOL_IPV6 && h->cmsg_type == IPV6_HOPLIMIT) {
		memcpy(&v, d, sizeof(v));
		m->ttl = (uint8_t)v;
	} else if (h->cmsg_level == SOL_IP && h->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo pi;

		memcpy(&pi, d, sizeof(pi));
		m->near.family = 4;
		memcpy(m->near.ip, &pi.ipi_addr, 4);
	} else if (h->cmsg_level == SOL_IPV6 && h->cmsg_type == IPV6_PKTINFO) {
		struct in6_pktinfo pi;

		memcpy(&pi, d, sizeof(pi));
		m->near.family = 6;
		memcpy(m->near.ip, &pi.ipi6_addr, 16);
	}
}

static struct adit_pkt *landing(struct io_port *p)
{
	if (!p->landing)
		p->landing = adit_pool_get(p->pool, 0, 65536);
	return p->landing;
}

/* What was received, in a cell that fits: the landing cell itself or a small copy. */
static struct adit_pkt *land(struct io_port *p, uint32_t n)
{
	struct adit_pkt *q;

	if (n <= SOCK_SMALL) {
		q = adit_pool_get(p->pool, 0, n);
		if (!q)
			return NULL;
		memcpy(q->base, p->landing->base, n);
		q->m = p->landing->m;
	} else {
		q = p->landing;
		p->landing = NULL;
	}
	q->off = 0;
	q->len = q->last = (uint16_t)n;
	q->count = 1;
	q->kind = ADIT_DATA;
	return q;
}

static void deliver(struct io_port *p, uint32_t n)
{
	struct adit_pkt *q;
	enum adit_drop why = adit_delivery_check(&p->t->del.d, &p->landing->m);

	if (why == ADIT_KEEP) {
		q = land(p, n);
		if (q) {
			p->delivery.stats.up_units++;
			p->delivery.stats.up_bytes += n;
			adit_add(adit_chain_in(p->chain, ADIT_BOTTOM_SIDE), q);
			return;
		}
		why = ADIT_DROP_NO_CELL;
	}
	p->delivery.stats.drops[why]++;
}

bool io_udp_recv(struct io_port *p, struct io_fd *s)
{
	const struct adit_batch *in = adit_chain_in(p->chain, ADIT_BOTTOM_SIDE);

	for (unsigned segs = 0; segs < IO_PASS_SEGS; segs++) {
		struct sockaddr_storage ss;
		_Alignas(struct cmsghdr) char ctrl[256];
		struct adit_pkt *q = adit_room(in) > 1 ? landing(p) : NULL;
		struct iovec iov;
		struct msghdr mh;
		ssize_t n;

		if (!q)
			return false;
		iov = (struct iovec){ q->base, 65536 };
		mh = (struct msghdr){ .msg_name = &ss,
			.msg_namelen = sizeof(ss),
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = ctrl,
			.msg_controllen = sizeof(ctrl) };
		n = recvmsg(s->fd, &mh, 0);
		if (n < 0)
			return errno != EAGAIN && errno != EWOULDBLOCK;
		memset(&q->m, 0, sizeof(q->m));
		io_addr_of(&q->m.far, &ss);
		for (struct cmsghdr *h = CMSG_FIRSTHDR(&mh); h; h = CMSG_NXTHDR(&mh, h))
			read_cmsg(&q->m, h);
		q->m.shape = p->t->del.shape;
		deliver(p, (uint32_t)n);
	}
	return true;
}

struct tx {
	struct sockaddr_storage ss;
	_Alignas(struct cmsghdr) char ctrl[256];
	struct iovec iov[ADIT_TRAIN_MAX];
	struct msghdr mh;
};

static void add_cmsg(struct msghdr *mh, int level, int type, const void *v, size_t n)
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
		add_cmsg(mh, SOL_IP, IP_PKTINFO, &pi, sizeof(pi));
	} else if (near->family == 6) {
		struct in6_pktinfo pi = { 0 };

		memcpy(&pi.ipi6_addr, near->ip, 16);
		pi.ipi6_ifindex = near->scope;
		add_cmsg(mh, SOL_IPV6, IPV6_PKTINFO, &pi, sizeof(pi));
	}
}

static void fill_header(
	struct tx *x, const struct io_port *p, const struct io_fd *s, const struct adit_pkt *q)
{
	const struct adit_delivery *d = &p->t->del.d;
	const struct adit_addr *far = q->m.far.family ? &q->m.far : &d->remote;
	int tos = adit_delivery_tos(d, &q->m);
	int ttl = adit_delivery_ttl(d, &q->m);

	x->mh = (struct msghdr){ .msg_name = &x->ss, .msg_iov = x->iov, .msg_control = x->ctrl };
	x->mh.msg_namelen = io_sockaddr(&x->ss, far, s->family);
	if (tos)
		add_cmsg(&x->mh, s->family == 4 ? SOL_IP : SOL_IPV6,
			s->family == 4 ? IP_TOS : IPV6_TCLASS, &tos, sizeof(tos));
	if (ttl && ttl != (d->ttl ? d->ttl : ADIT_TTL_DEFAULT))
		add_cmsg(&x->mh, s->family == 4 ? SOL_IP : SOL_IPV6,
			s->family == 4 ? IP_TTL : IPV6_HOPLIMIT, &ttl, sizeof(ttl));
	if (!d->local.family)
		add_near(&x->mh, &q->m.near);
	if (!x->mh.msg_controllen)
		x->mh.msg_control = NULL;
}

static struct io_fd *pick(struct io_port *p, const struct adit_pkt *q)
{
	unsigned family = q->m.far.family ? q->m.far.family : p->t->del.d.remote.family;

	for (unsigned i = 0; i < p->n_sock; i++)
		if (p->sock[i].family == family)
			return &p->sock[i];
	return NULL;
}

/* Sends the first segment of q. 0, or the system's error number. */
static int send_one(struct io_port *p, struct io_fd *s, const struct adit_pkt *q)
{
	struct adit_seg seg = adit_seg_at(q, 0);
	struct tx x;

	fill_header(&x, p, s, q);
	x.iov[0] = (struct iovec){ seg.data, seg.len };
	x.mh.msg_iovlen = 1;
	if (sendmsg(s->fd, &x.mh, 0) >= 0) {
		p->delivery.stats.down_units++;
		p->delivery.stats.down_bytes += seg.len;
		return 0;
	}
	return errno;
}

/* Takes the first segment off a train. False: it was the last one. */
static bool shift(struct adit_pkt *q)
{
	if (q->count <= 1)
		return false;
	q->base += q->pitch;
	q->size -= q->pitch;
	q->count--;
	if (q->count == 1)
		q->len = q->last;
	return true;
}

void io_udp_send(struct io_port *p)
{
	struct adit_batch *out = adit_chain_out(p->chain, ADIT_BOTTOM_SIDE);

	for (struct adit_pkt *q = adit_peek(out); q; q = adit_peek(out)) {
		struct io_fd *s = q->kind == ADIT_DATA ? pick(p, q) : NULL;
		int os = s ? send_one(p, s, q) : 0;

		if (os == EAGAIN || os == EWOULDBLOCK) {
			s->blocked = true;
			return;
		}
		if (os)
			p->delivery.stats
				.drops[os == EMSGSIZE ? ADIT_DROP_TOO_BIG : ADIT_DROP_SEND]++;
		if (!s && q->kind == ADIT_DATA)
			p->delivery.stats.drops[ADIT_DROP_NO_DEST] += q->count;
		else if (s && shift(q))
			continue;
		adit_pkt_free(adit_take(out));
	}
}
