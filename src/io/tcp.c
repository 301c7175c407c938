/* SPDX-License-Identifier: Apache-2.0 */
/* TCP sockets: listening, accepting, dialling. */
#include "io/holder.h"
#include "io/sock.h"
#include "io/sockaddr.h"
#include "io/stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#define ACCEPTS	   32		   /* before others have their turn */
#define PAUSE	   (200 * ADIT_MS) /* of accepting, when there are no descriptors */
#define CONNS_MAX  8192
#define PROBE_WAIT 10 /* seconds between keepalive probes */

void io_tcp_options(int fd, const struct tcp_conf *c)
{
	io_sock_set(fd, IPPROTO_TCP, TCP_NODELAY, c->nodelay);
	if (!c->keepalive)
		return;
	io_sock_set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	io_sock_set(fd, IPPROTO_TCP, TCP_KEEPIDLE, (int)((c->keepalive + ADIT_S - 1) / ADIT_S));
	io_sock_set(fd, IPPROTO_TCP, TCP_KEEPINTVL, PROBE_WAIT);
}

static int make(unsigned family, const struct tcp_conf *c)
{
	int fd = socket(
		family == 4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int os;

	if (fd < 0 || !c->dev)
		return fd;
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, c->dev, (socklen_t)strlen(c->dev)) == 0)
		return fd;
	os = errno;
	close(fd);
	errno = os;
	return -1;
}

static int bound(unsigned family, const struct tcp_conf *c)
{
	struct sockaddr_storage ss;
	socklen_t len = io_sockaddr(&ss, &c->local, family);
	int fd = make(family, c), os;

	if (fd < 0)
		return -1;
	io_sock_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (family == 6) /* `:80` takes both IP versions */
		io_sock_set(fd, SOL_IPV6, IPV6_V6ONLY, c->local.family == 6);
	if (bind(fd, (struct sockaddr *)&ss, len) == 0 && listen(fd, SOMAXCONN) == 0)
		return fd;
	os = errno;
	close(fd);
	errno = os;
	return -1;
}

enum adit_err io_tcp_listen(int *fd, const struct tcp_conf *c, unsigned opt, struct adit_fault *f)
{
	char text[ADIT_ADDR_TEXT], name[IO_HOLDER_NAME];
	int os;

	*fd = bound(c->local.family == 4 ? 4 : 6, c);
	if (*fd < 0 && errno == EAFNOSUPPORT && !c->local.family)
		*fd = bound(4, c);
	if (*fd >= 0)
		return ADIT_OK;
	os = errno;
	if (f) {
		f->os = os;
		f->opt = (int)opt;
	}
	adit_addr_text(&c->local, text);
	if (os == EADDRINUSE && io_holder(name, "tcp", &c->local))
		adit_fail(f, ADIT_EBUSY, "end that tunnel, or take another port",
			"%s is taken by the tunnel %s of another adit", text, name);
	else if (os == EADDRINUSE)
		adit_fail(f, ADIT_EBUSY, "stop what listens there, or take another port",
			"%s is taken", text);
	else
		adit_fail(f, os == EACCES || os == EPERM ? ADIT_EPERM : ADIT_ESYS, NULL,
			"listening on %s: %s", text, strerror(os));
	if (f) {
		f->os = os;
		f->opt = (int)opt;
		return f->code;
	}
	return ADIT_ESYS;
}

int io_tcp_dial(const struct tcp_conf *c)
{
	struct sockaddr_storage ss;
	socklen_t len;
	int fd = make(c->remote.family, c), os;

	if (fd < 0)
		return -1;
	io_tcp_options(fd, c);
	len = io_sockaddr(&ss, &c->local, c->remote.family);
	if (c->local.family && bind(fd, (struct sockaddr *)&ss, len) < 0)
		goto fail;
	len = io_sockaddr(&ss, &c->remote, c->remote.family);
	if (connect(fd, (struct sockaddr *)&ss, len) == 0 || errno == EINPROGRESS)
		return fd;
fail:
	os = errno;
	close(fd);
	errno = os;
	return -1;
}

/* What the users' side says when a flow begins. */
static void put_open(struct io_stream *s, struct adit_chain *c)
{
	struct adit_pkt *p = adit_pool_event(s->port->pool, ADIT_OPEN);

	if (!p)
		return;
	if (s->to)
		memcpy(adit_event_of(p)->open.target, s->to, strnlen(s->to, ADIT_TARGET_MAX - 1));
	adit_add(adit_chain_in(c, ADIT_TOP), p);
	adit_chain_kick(c);
}

static void attach(struct io_accept *a, int fd)
{
	struct io_stream *s = a->s;
	bool top = a->side == ADIT_TOP;
	struct adit_chain *c = top ? adit_stack_begin_top(s->port->stack)
				   : adit_stack_begin_bottom(s->port->stack);
	struct io_conn *conn;

	if (!c) {
		io_stream_log(s, top ? "listen" : "tcp", "connection refused: no room");
		close(fd);
		return;
	}
	io_tcp_options(fd, top ? &s->top : &s->bottom);
	conn = io_conn_new(s, fd, c, a->side);
	if (!conn) {
		close(fd);
		io_stream_fail(s, c, a->side);
		return;
	}
	if (top)
		put_open(s, c);
	else
		io_stream_linked(s);
}

void io_accept_watch(struct io_accept *a, bool on)
{
	if (a->fd < 0 || a->watched == on)
		return;
	a->watched = on;
	if (on)
		uv_poll_start(&a->poll, UV_READABLE, io_accept_ready);
	else
		uv_poll_stop(&a->poll);
}

static bool lacking(int os)
{
	return os == EMFILE || os == ENFILE || os == ENOBUFS || os == ENOMEM;
}

static void pause_accepting(struct io_accept *a, const char *why)
{
	io_stream_log(a->s, "tcp", "not accepting for a while: %s", why);
	io_accept_watch(a, false);
	a->s->accept_at = uv_hrtime() + PAUSE;
}

void io_accept_ready(uv_poll_t *h, int status, int events)
{
	struct io_accept *a = h->data;
	struct io_stream *s = a->s;

	if (status < 0 || !(events & UV_READABLE))
		pause_accepting(a, "the listening socket failed");
	for (unsigned i = 0; a->watched && i < ACCEPTS; i++) {
		int fd;

		if (s->n_conns >= CONNS_MAX) {
			pause_accepting(a, "too many connections");
			break;
		}
		fd = accept4(a->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0)
			attach(a, fd);
		else if (lacking(errno))
			pause_accepting(a, strerror(errno));
		else if (errno == EAGAIN)
			break;
	}
	io_stream_work(s);
}
