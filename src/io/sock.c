/* SPDX-License-Identifier: Apache-2.0 */
/* Opening sockets of deliveries. */
#include "io/sock.h"

#include "io/holder.h"
#include "io/sockaddr.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

#define SOCK_BUFFER (8 << 20)

bool io_sock_set(int fd, int level, int name, int v)
{
	return setsockopt(fd, level, name, &v, sizeof(v)) == 0;
}

static void set_buffers(int fd)
{
	if (!io_sock_set(fd, SOL_SOCKET, SO_RCVBUFFORCE, SOCK_BUFFER))
		io_sock_set(fd, SOL_SOCKET, SO_RCVBUF, SOCK_BUFFER);
	if (!io_sock_set(fd, SOL_SOCKET, SO_SNDBUFFORCE, SOCK_BUFFER))
		io_sock_set(fd, SOL_SOCKET, SO_SNDBUF, SOCK_BUFFER);
}

void io_sock_df(struct io_fd *s, bool df)
{
	if (s->family == 4)
		io_sock_set(s->fd, SOL_IP, IP_MTU_DISCOVER, df ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT);
	else
		io_sock_set(s->fd, SOL_IPV6, IPV6_MTU_DISCOVER,
			df ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_DONT);
}

const struct adit_addr *io_sock_near(const struct adit_delivery *d)
{
	return adit_addr_len(&d->local) && !adit_addr_is_any(&d->local) ? &d->local : NULL;
}

/* Each control message costs something with every unit: only what nothing else tells is asked for.
 * A raw IPv4 socket gives the header itself. */
static void set_header_options(struct io_fd *s, const struct adit_delivery *d, bool raw)
{
	int ttl = d->ttl ? d->ttl : ADIT_TTL_DEFAULT;
	bool near = !io_sock_near(d);

	if (s->family == 4) {
		io_sock_set(s->fd, SOL_IP, IP_RECVTOS, !raw);
		io_sock_set(s->fd, SOL_IP, IP_PKTINFO, !raw && near);
		io_sock_set(s->fd, SOL_IP, IP_RECVERR, 1);
		io_sock_set(s->fd, SOL_IP, IP_TTL, ttl);
	} else {
		io_sock_set(s->fd, SOL_IPV6, IPV6_V6ONLY, 1);
		io_sock_set(s->fd, SOL_IPV6, IPV6_RECVTCLASS, 1);
		io_sock_set(s->fd, SOL_IPV6, IPV6_RECVPKTINFO, near);
		io_sock_set(s->fd, SOL_IPV6, IPV6_RECVERR, 1);
		io_sock_set(s->fd, SOL_IPV6, IPV6_UNICAST_HOPS, ttl);
	}
	io_sock_df(s, d->df);
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

enum adit_err io_sock_open(
	struct io_port *p, unsigned family, int type, int proto, struct adit_fault *f)
{
	struct io_fd *s = &p->sock[p->n_sock];
	enum adit_err e;

	ADIT_ASSERT(p->n_sock < IO_SOCKS_MAX);
	s->fd = socket(
		family == 4 ? AF_INET : AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, proto);
	if (s->fd < 0) {
		e = adit_fail(f, errno == EPERM ? ADIT_EPERM : ADIT_ESYS,
			errno == EPERM ? "raw sockets need CAP_NET_RAW" : NULL, "socket: %s",
			strerror(errno));
		if (f)
			f->os = errno;
		return e;
	}
	s->family = (uint8_t)family;
	s->proto = (uint8_t)proto;
	s->port = p;
	p->n_sock++;
	set_header_options(s, &p->t->del.d, type == SOCK_RAW);
	set_buffers(s->fd);
	e = bind_dev(s->fd, p->t->del.d.dev, f);
	if (e)
		io_sock_drop(p);
	return e;
}

void io_sock_share(struct io_fd *s, unsigned workers)
{
	if (workers > 1)
		io_sock_set(s->fd, SOL_SOCKET, SO_REUSEPORT, 1);
}

void io_sock_drop(struct io_port *p)
{
	struct io_fd *s = &p->sock[--p->n_sock];

	close(s->fd);
	s->fd = -1;
}

/* f NULL: the caller tries many ports, and asks nobody. */
static enum adit_err taken(const struct io_fd *s, const struct adit_addr *a, struct adit_fault *f)
{
	struct adit_addr mine = *a;
	char name[IO_HOLDER_NAME];

	mine.family = s->family;
	if (!f || !io_holder(name, "udp", &mine))
		return adit_fail(f, ADIT_EBUSY, "choose another with local=ADDR:PORT",
			"UDP port %u is taken by another program", a->port);
	return adit_fail(f, ADIT_EBUSY,
		"choose another with local=ADDR:PORT, or write both into one file: "
		"tunnels of one process can share a port",
		"UDP port %u is taken by the tunnel %s of another adit", a->port, name);
}

enum adit_err io_sock_bind(struct io_fd *s, const struct adit_addr *a, struct adit_fault *f)
{
	struct sockaddr_storage ss;
	socklen_t len = io_sockaddr(&ss, a, s->family);
	struct adit_addr host = *a;
	char text[ADIT_ADDR_TEXT];
	enum adit_err e;
	int os;

	if (bind(s->fd, (struct sockaddr *)&ss, len) == 0)
		return ADIT_OK;
	os = errno;
	host.port = 0;
	adit_addr_text(&host, text);
	if (os == EADDRINUSE)
		e = taken(s, a, f);
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

void io_sock_deafen(struct io_fd *s)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = { 1, &none };

	s->send_only = setsockopt(s->fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) == 0;
}
