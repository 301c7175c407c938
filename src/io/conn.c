/* SPDX-License-Identifier: Apache-2.0 */
/* A connection: bytes and events between a socket and one side of a chain.
 *
 * What the chain has no room for is not read, and what the socket does not take stays in the chain:
 * back-pressure passes through, and a connection holds a few cells. EOF is shutdown(2), both ways
 * apart from each other; RESET is a reset. */
#include "io/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TURN	    262144 /* bytes read before others have their turn */
#define READ_LARGE  64512
#define READ_SMALL  1984
#define HOLD_LARGE  4 /* packets in the chain's input, beyond which nothing is read */
#define HOLD_SMALL  16
#define LARGE_SPARE 64 /* large cells in use, beyond which reads take small ones */
#define VECS	    64

static struct adit_stats *stats(const struct io_conn *c)
{
	return c->side == ADIT_TOP ? &c->s->port->end.stats : &c->s->port->delivery.stats;
}

static const struct tcp_conf *conf(const struct io_conn *c)
{
	return c->side == ADIT_TOP ? &c->s->top : &c->s->bottom;
}

void io_conn_dirty(struct io_conn *c)
{
	if (c->dirty || c->closing)
		return;
	c->dirty = true;
	c->next_dirty = c->s->dirty;
	c->s->dirty = c;
}

static void on_closed(uv_handle_t *h)
{
	free(h->data);
}

/* Gives back the socket and leaves the chain. */
static void end(struct io_conn *c)
{
	struct io_stream *s = c->s;

	if (c->closing)
		return;
	c->closing = true;
	s->connecting -= c->connecting;
	s->n_conns--;
	*c->at = c->next;
	if (c->next)
		c->next->at = c->at;
	*adit_chain_user(c->chain, c->side) = NULL;
	adit_chain_detach(c->chain, c->side);
	if (c->side == ADIT_BOTTOM_SIDE)
		io_stream_unlinked(s, c->chain);
	uv_close((uv_handle_t *)&c->poll, on_closed);
	close(c->fd);
	c->fd = -1;
}

static void end_by_reset(struct io_conn *c)
{
	struct linger now = { 1, 0 };

	if (setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)) < 0)
		io_stream_log(c->s, "tcp", "SO_LINGER: %s", strerror(errno));
	end(c);
}

static bool put_event(struct io_conn *c, enum adit_kind kind)
{
	struct adit_batch *in = adit_chain_in(c->chain, c->side);
	struct adit_pkt *p;

	if (!adit_room(in))
		return false;
	p = adit_pool_event(c->s->port->pool, kind);
	if (!p) {
		c->s->starved = true;
		return false;
	}
	if (kind == ADIT_RESET)
		adit_event_of(p)->reset.why = ADIT_DROP_PEER;
	adit_add(in, p);
	adit_chain_kick(c->chain);
	return true;
}

static void reset_chain(struct io_conn *c)
{
	c->broken = true;
	adit_batch_drain(adit_chain_in(c->chain, c->side));
	if (put_event(c, ADIT_RESET))
		end_by_reset(c);
}

void io_conn_break(struct io_conn *c, int os)
{
	char text[ADIT_ADDR_TEXT];

	if (c->connecting)
		io_stream_log(c->s, c->side == ADIT_TOP ? "connect" : "tcp", "%s: %s",
			adit_addr_text(&conf(c)->remote, text), strerror(os));
	else if (os && c->side == ADIT_BOTTOM_SIDE)
		io_stream_log(c->s, "tcp", "connection lost: %s", strerror(os));
	reset_chain(c);
}

static void on_event(uv_poll_t *h, int status, int events);

static void watch(struct io_conn *c, int events)
{
	if (c->closing || c->watched == events)
		return;
	c->watched = events;
	if (events)
		uv_poll_start(&c->poll, events, on_event);
	else
		uv_poll_stop(&c->poll);
}

static void connected(struct io_conn *c)
{
	int os = 0;
	socklen_t len = sizeof(os);

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &os, &len) < 0)
		os = errno;
	if (os) {
		io_conn_break(c, os);
		return;
	}
	c->connecting = false;
	c->s->connecting--;
	if (c->side == ADIT_BOTTOM_SIDE)
		io_stream_linked(c->s);
}

static void on_event(uv_poll_t *h, int status, int events)
{
	struct io_conn *c = h->data;
	struct io_stream *s = c->s;

	if (status < 0) { /* libuv stopped watching: the error is in the socket */
		c->watched = 0;
		events = UV_READABLE | UV_WRITABLE;
	}
	if (c->connecting && events & UV_WRITABLE)
		connected(c);
	if (events & UV_READABLE)
		c->readable = true;
	if (events & UV_WRITABLE)
		c->blocked = false;
	c->budget = TURN;
	io_conn_dirty(c);
	io_stream_work(s);
}

struct io_conn *io_conn_new(
	struct io_stream *s, int fd, struct adit_chain *chain, enum adit_side side)
{
	struct io_conn *c = calloc(1, sizeof(*c));

	if (!c || uv_poll_init(&s->port->w->loop, &c->poll, fd) < 0) {
		free(c);
		return NULL;
	}
	c->poll.data = c;
	c->s = s;
	c->fd = fd;
	c->chain = chain;
	c->side = side;
	c->budget = TURN;
	c->next = s->conns;
	c->at = &s->conns;
	if (c->next)
		c->next->at = &c->next;
	s->conns = c;
	s->n_conns++;
	*adit_chain_user(chain, side) = c;
	io_conn_dirty(c);
	return c;
}

void io_conn_dial(struct io_stream *s, struct adit_chain *chain, enum adit_side side)
{
	const struct tcp_conf *t = side == ADIT_TOP ? &s->top : &s->bottom;
	char text[ADIT_ADDR_TEXT];
	int fd = io_tcp_dial(t);
	struct io_conn *c = fd < 0 ? NULL : io_conn_new(s, fd, chain, side);

	if (!c) {
		io_stream_log(s, side == ADIT_TOP ? "connect" : "tcp", "%s: %s",
			adit_addr_text(&t->remote, text), strerror(errno));
		if (fd >= 0)
			close(fd);
		io_stream_fail(s, chain, side);
		return;
	}
	c->connecting = true;
	c->give_up = uv_hrtime() + t->connect;
	s->connecting++;
}

/* Gathers what stands at the front of the output. */
static unsigned gather(const struct io_conn *c, struct iovec v[VECS])
{
	const struct adit_batch *out = adit_chain_out(c->chain, c->side);
	uint32_t skip = c->skip;
	unsigned n = 0;

	for (unsigned i = 0; i < out->count; i++) {
		const struct adit_pkt *p = out->slot[(out->head + i) % ADIT_BATCH];

		if (p->kind != ADIT_DATA)
			break;
		for (unsigned k = 0; k < p->count; k++) {
			struct adit_seg s = adit_seg_at(p, k);
			uint32_t gone = skip < s.len ? skip : s.len;

			skip -= gone;
			if (gone == s.len)
				continue;
			if (n == VECS)
				return n;
			v[n++] = (struct iovec){ s.data + gone, s.len - gone };
		}
	}
	return n;
}

/* Takes what is gone, and data of no bytes, off the output. */
static void strike(struct io_conn *c, size_t n)
{
	struct adit_batch *out = adit_chain_out(c->chain, c->side);
	struct adit_pkt *p;

	n += c->skip;
	c->skip = 0;
	while ((p = adit_peek(out)) != NULL && p->kind == ADIT_DATA) {
		uint32_t bytes = adit_pkt_bytes(p);

		if (n < bytes) {
			c->skip = (uint32_t)n;
			return;
		}
		n -= bytes;
		adit_pkt_free(adit_take(out));
		adit_chain_kick(c->chain);
	}
}

/* False: the socket takes no more, or the connection is gone. */
static bool write_data(struct io_conn *c)
{
	struct iovec v[VECS];
	struct msghdr mh = { .msg_iov = v };
	ssize_t n = 0;

	mh.msg_iovlen = gather(c, v);
	if (mh.msg_iovlen)
		n = sendmsg(c->fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN) {
		c->blocked = true;
		return false;
	}
	if (n < 0) {
		io_conn_break(c, errno);
		return false;
	}
	if (c->side == ADIT_TOP)
		stats(c)->up_bytes += (uint64_t)n;
	else
		stats(c)->down_bytes += (uint64_t)n;
	c->s->port->sends++;
	strike(c, (size_t)n);
	return true;
}

/* A RESET overtakes data for which there is no connection yet. */
static bool reset_waits(const struct io_conn *c)
{
	const struct adit_batch *out = adit_chain_out(c->chain, c->side);

	for (unsigned i = 0; i < out->count; i++)
		if (out->slot[(out->head + i) % ADIT_BATCH]->kind == ADIT_RESET)
			return true;
	return false;
}

static void write_out(struct io_conn *c)
{
	struct adit_batch *out = adit_chain_out(c->chain, c->side);
	struct adit_pkt *p;

	if (c->connecting && reset_waits(c))
		end_by_reset(c);
	while (!c->closing && !c->blocked && !c->connecting && (p = adit_peek(out)) != NULL) {
		uint8_t kind = p->kind;

		if (kind == ADIT_DATA && !c->eof_out) {
			if (!write_data(c))
				return;
			continue;
		}
		adit_pkt_free(adit_take(out));
		adit_chain_kick(c->chain);
		if (kind == ADIT_RESET) {
			end_by_reset(c);
		} else if (kind == ADIT_EOF && !c->eof_out) {
			c->eof_out = true;
			if (shutdown(c->fd, SHUT_WR) < 0)
				io_conn_break(c, errno);
		}
	}
}

/* A cell to read into; NULL: the chain holds enough, or no cell is free. */
static struct adit_pkt *landing(struct io_conn *c, uint32_t *room)
{
	const struct adit_batch *in = adit_chain_in(c->chain, c->side);
	const struct io_port *port = c->s->port;
	bool large = adit_pool_out_large(port->pool) < LARGE_SPARE;
	uint32_t head = c->side == ADIT_TOP ? port->head : 0, tail = port->tail;
	struct adit_pkt *p;

	if (in->count >= (large ? HOLD_LARGE : HOLD_SMALL))
		return NULL;
	*room = large ? READ_LARGE : READ_SMALL;
	p = adit_pool_get(port->pool, head, head + *room + tail);
	if (!p)
		c->s->starved = true;
	return p;
}

static void read_in(struct io_conn *c)
{
	while (c->readable && !c->closing && !c->eof_in && !c->connecting && c->budget > 0) {
		uint32_t room = 0;
		struct adit_pkt *p = landing(c, &room);
		ssize_t n;

		if (!p)
			return;
		n = read(c->fd, adit_data(p), room);
		if (n <= 0)
			adit_pkt_free(p);
		if (n < 0 && errno == EAGAIN) {
			c->readable = false;
		} else if (n < 0) {
			io_conn_break(c, errno);
		} else if (n == 0) {
			/* packets have no use for half a connection */
			if (c->s->end == IO_END_DEVICE)
				io_conn_break(c, ECONNRESET);
			else if (!put_event(c, ADIT_EOF))
				return;
			c->eof_in = true;
		} else {
			adit_put(p, (uint32_t)n);
			p->m.shape = ADIT_STREAM;
			if (c->side == ADIT_TOP)
				stats(c)->down_bytes += (uint64_t)n;
			else
				stats(c)->up_bytes += (uint64_t)n;
			c->s->port->receives++;
			c->budget -= (uint32_t)n < c->budget ? (uint32_t)n : c->budget;
			adit_add(adit_chain_in(c->chain, c->side), p);
			adit_chain_kick(c->chain);
		}
	}
}

static int wanted(const struct io_conn *c)
{
	const struct adit_batch *in = adit_chain_in(c->chain, c->side);
	int events = 0;

	if (c->connecting)
		return UV_WRITABLE;
	if (!c->eof_in && in->count < HOLD_LARGE)
		events |= UV_READABLE;
	if (c->blocked)
		events |= UV_WRITABLE;
	return events;
}

void io_conn_step(struct io_conn *c)
{
	if (c->broken && !c->closing)
		reset_chain(c);
	if (!c->closing && !c->broken)
		write_out(c);
	if (!c->closing && !c->broken)
		read_in(c);
	if (!c->closing && c->eof_in && c->eof_out)
		end(c);
	if (!c->closing)
		watch(c, c->broken ? 0 : wanted(c));
}
