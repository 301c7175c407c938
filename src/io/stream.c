/* SPDX-License-Identifier: Apache-2.0 */
/* Tunnels of streams: what opens, what begins and ends, the turn of the loop. */
#include "io/stream.h"

#include "io/end.h"
#include "proto/connect/connect.h"
#include "proto/listen/listen.h"
#include "proto/mux/mux.h"
#include "proto/tap/tap.h"
#include "proto/tun/tun.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POOL_EVENTS    4096
#define POOL_SMALLS    8192
#define POOL_SMALL_MAX 65536
#define POOL_LARGES    256
#define REDIAL_MIN     (500 * ADIT_MS)
#define REDIAL_MAX     (30 * ADIT_S)
#define RETRY	       (5 * ADIT_MS) /* for want of a cell */
#define LOG_LINES      10

void io_stream_log(struct io_stream *s, const char *layer, const char *fmt, ...)
{
	adit_time now = uv_hrtime();
	char line[256];
	va_list ap;

	if (now - s->log_since > ADIT_S) {
		if (s->logged > LOG_LINES)
			io_env.log(io_env.ctx, ADIT_LOG_WARN, layer, "more of the like left out");
		s->log_since = now;
		s->logged = 0;
	}
	if (s->logged++ >= LOG_LINES)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	io_env.log(io_env.ctx, ADIT_LOG_WARN, layer, line);
}

void io_stream_fail(struct io_stream *s, struct adit_chain *c, enum adit_side side)
{
	struct adit_batch *in = adit_chain_in(c, side);
	struct adit_pkt *p = adit_pool_event(s->port->pool, ADIT_RESET);

	adit_batch_drain(in);
	if (p) {
		adit_event_of(p)->reset.why = ADIT_DROP_NO_DEST;
		adit_add(in, p);
	}
	adit_chain_detach(c, side);
	if (side == ADIT_BOTTOM_SIDE)
		io_stream_unlinked(s, c);
}

void io_stream_linked(struct io_stream *s)
{
	s->redial_wait = REDIAL_MIN;
}

void io_stream_unlinked(struct io_stream *s, const struct adit_chain *c)
{
	if (s->end != IO_END_DEVICE || s->port->chain != c)
		return;
	adit_chain_detach(s->port->chain, ADIT_TOP);
	s->port->chain = NULL;
	if (s->bottom.listens)
		return;
	s->redial_at = uv_hrtime() + s->redial_wait;
	s->redial_wait = s->redial_wait * 2 < REDIAL_MAX ? s->redial_wait * 2 : REDIAL_MAX;
}

/* The newest connection has the device; what the one before it had is reset. */
static void take_device(struct io_stream *s, struct adit_chain *c)
{
	struct adit_chain *old = s->port->chain;

	s->port->chain = NULL;
	if (old)
		io_stream_fail(s, old, ADIT_TOP);
	s->port->chain = c;
}

static void on_top(void *ctx, struct adit_chain *c)
{
	struct io_stream *s = ctx;

	if (s->end == IO_END_DEVICE)
		take_device(s, c);
	else if (s->end == IO_END_CONNECT)
		io_conn_dial(s, c, ADIT_TOP);
	else
		io_stream_fail(s, c, ADIT_TOP);
}

static void on_bottom(void *ctx, struct adit_chain *c)
{
	struct io_stream *s = ctx;

	if (s->bottom.listens) {
		io_stream_fail(s, c, ADIT_BOTTOM_SIDE);
		return;
	}
	if (s->end == IO_END_DEVICE)
		s->port->chain = c;
	io_conn_dial(s, c, ADIT_BOTTOM_SIDE);
}

static void on_ready(void *ctx, struct adit_chain *c, enum adit_side side)
{
	const struct io_stream *s = ctx;
	struct io_conn *conn = *adit_chain_user(c, side);

	if (conn && conn->s == s)
		io_conn_dirty(conn);
}

bool io_stream_takes(const struct adit_spec *spec)
{
	return spec->layer[spec->n - 1]->ops == &adit_layer_tcp;
}

static enum adit_err read_end(struct io_stream *s, struct adit_fault *f)
{
	const struct adit_conf *c = s->t->spec->layer[0];

	s->top = (struct tcp_conf){
		.nodelay = true, .keepalive = 60 * ADIT_S, .connect = 15 * ADIT_S
	};
	if (c->ops == &adit_layer_listen) {
		s->end = IO_END_LISTEN;
		s->top.listens = true;
		s->top.local = *adit_conf_addr(c, LISTEN_ADDR, 0);
		s->top.dev = adit_conf_str(c, LISTEN_DEV, 0);
		if (adit_conf_has(c, LISTEN_TO))
			s->to = c->value[LISTEN_TO].item[0].text;
	} else if (c->ops == &adit_layer_connect) {
		s->end = IO_END_CONNECT;
		s->top.remote = *adit_conf_addr(c, CONNECT_TARGET, 0);
		if (adit_conf_has(c, CONNECT_LOCAL))
			s->top.local = *adit_conf_addr(c, CONNECT_LOCAL, 0);
		s->top.dev = adit_conf_str(c, CONNECT_DEV, 0);
	} else if (c->ops == &adit_layer_tun || c->ops == &adit_layer_tap) {
		s->end = IO_END_DEVICE;
	} else {
		return adit_fail(f, ADIT_ECONF, "begin the stack with listen, connect, tun or tap",
			"the system has no end called %s", c->ops->name);
	}
	return ADIT_OK;
}

/* Where tcp has no far side, the end's to= is it. */
static enum adit_err read_bottom(struct io_stream *s, struct adit_fault *f)
{
	const struct adit_spec *spec = s->t->spec;
	const struct adit_conf *end = spec->layer[0];
	enum adit_err e = tcp_conf_read(&s->bottom, spec->layer[spec->n - 1], f);

	if (e || s->bottom.listens)
		return e;
	if (!s->bottom.remote.family && s->to && !s->t->n_inner)
		s->bottom.remote = *adit_conf_addr(end, LISTEN_TO, 0);
	else if (s->to && !s->t->n_inner)
		return adit_fail(f, ADIT_ECONF, "leave one of them out",
			"both to= and tcp name a far side, and there is one connection");
	if (!s->bottom.remote.family || !s->bottom.remote.port)
		return adit_fail(
			f, ADIT_ECONF, "write tcp HOST:PORT", "tcp needs a far side with a port");
	return ADIT_OK;
}

static enum adit_err open_stack(struct io_stream *s, unsigned *at, struct adit_fault *f)
{
	struct io_tunnel *t = s->t;
	struct io_port *p = s->port;
	struct adit_stack_conf c = {
		.layer = t->inner,
		.n = t->n_inner,
		.pool = { POOL_EVENTS, POOL_SMALLS, POOL_LARGES },
		.env = &io_env,
		.hooks = { s, on_top, on_bottom, on_ready },
	};
	enum adit_err e;

	for (unsigned i = 0; i < t->n_inner; i++)
		if (t->inner[i]->ops == &adit_layer_mux)
			c.pool.smalls += (unsigned)(adit_conf_u(t->inner[i], MUX_OPT_FLOWS) *
						    (adit_conf_u(t->inner[i], MUX_OPT_WINDOW) /
								    ADIT_CELL_SMALL +
							    4));
	if (c.pool.smalls > POOL_SMALL_MAX)
		c.pool.smalls = POOL_SMALL_MAX;
	e = adit_stack_open(&p->stack, &c, at, f);
	*at += 1; /* the end is not in the stack */
	if (e)
		return e;
	p->pool = adit_stack_pool(p->stack);
	adit_stack_rooms(p->stack, &p->head, &p->tail);
	return ADIT_OK;
}

static enum adit_err open_device(struct io_stream *s, struct adit_fault *f)
{
	struct io_tunnel *t = s->t;
	uint64_t mtu = adit_conf_u(t->spec->layer[0], ADIT_DEVICE_MTU);

	t->queues = 1;
	t->mtu = mtu ? (unsigned)mtu : 1500;
	s->port->land = malloc(IO_LANDING);
	if (!s->port->land)
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory");
	return io_end_open(t, f);
}

enum adit_err io_stream_open(struct io_tunnel *t, unsigned *at, struct adit_fault *f)
{
	struct io_stream *s = calloc(1, sizeof(*s));
	enum adit_err e;

	if (!s)
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory");
	t->stream = s;
	s->t = t;
	s->port = &t->port[0];
	s->redial_wait = REDIAL_MIN;
	s->accept[0].fd = s->accept[1].fd = -1;
	t->del.n_layers = 1;
	t->n_inner = t->spec->n - 2u;
	for (unsigned i = 0; i < t->n_inner; i++)
		t->inner[i] = t->spec->layer[i + 1];
	for (unsigned i = 0; i < t->engine->n_workers; i++)
		t->port[i].t = t;
	*at = 0;
	e = read_end(s, f);
	if (e)
		return e;
	*at = t->spec->n - 1;
	e = read_bottom(s, f);
	if (!e && s->end == IO_END_LISTEN && s->bottom.listens)
		e = adit_fail(f, ADIT_ECONF, "begin it with connect HOST:PORT",
			"both ends of this stack wait for the other side");
	if (!e)
		e = open_stack(s, at, f);
	if (e)
		return e;
	*at = t->spec->n - 1;
	if (s->bottom.listens)
		e = io_tcp_listen(&s->accept[ADIT_BOTTOM_SIDE].fd, &s->bottom, TCP_OPT_LISTEN, f);
	if (e)
		return e;
	*at = 0;
	if (s->top.listens)
		return io_tcp_listen(&s->accept[ADIT_TOP].fd, &s->top, LISTEN_ADDR, f);
	return s->end == IO_END_DEVICE ? open_device(s, f) : ADIT_OK;
}

static void on_tun(uv_poll_t *h, int status, int events)
{
	struct io_stream *s = h->data;

	if (status < 0) {
		s->port->tun.watched = 0;
		io_end_gone(s->t);
		return;
	}
	s->device_ready |= events & UV_READABLE;
	io_stream_work(s);
}

/* Packets wait in the device while there is no connection, or no room for them. */
static void watch_device(struct io_stream *s)
{
	struct io_port *p = s->port;
	bool on = p->chain && adit_room(adit_chain_in(p->chain, ADIT_TOP));
	int events = on ? UV_READABLE : 0;

	if (p->tun.watched == events)
		return;
	p->tun.watched = events;
	if (events)
		uv_poll_start(&p->tun.poll, events, on_tun);
	else
		uv_poll_stop(&p->tun.poll);
}

static bool device_waits(const struct io_stream *s)
{
	return s->device_ready && s->port->chain &&
	       adit_room(adit_chain_in(s->port->chain, ADIT_TOP));
}

/* The chain is kicked only where something moved: one that merely waits would keep the turn of the
 * loop going. */
static void device_turn(struct io_stream *s)
{
	struct io_port *p = s->port;
	struct adit_batch *out;

	if (device_waits(s)) {
		s->device_ready = io_end_read(p);
		adit_chain_kick(p->chain);
		adit_stack_run(p->stack, s->now);
	}
	out = p->chain ? adit_chain_out(p->chain, ADIT_TOP) : NULL;
	if (out && out->count) {
		io_end_write(p);
		adit_chain_kick(p->chain);
	}
}

static void on_timer(uv_timer_t *h)
{
	io_stream_work(h->data);
}

static void sooner(adit_time *at, adit_time t)
{
	if (t && t < *at)
		*at = t;
}

static void arm(struct io_stream *s)
{
	adit_time at = adit_stack_deadline(s->port->stack);

	if (s->starved)
		sooner(&at, s->now + RETRY);
	if (s->connecting)
		sooner(&at, s->now + ADIT_S);
	if (device_waits(s))
		sooner(&at, s->now);
	sooner(&at, s->accept_at);
	sooner(&at, s->redial_at);
	if (at == ADIT_NEVER)
		uv_timer_stop(&s->port->timer);
	else
		uv_timer_start(&s->port->timer, on_timer,
			at > s->now ? (at - s->now + ADIT_MS - 1) / ADIT_MS : 0, 0);
}

static void check_connecting(struct io_stream *s)
{
	struct io_conn *next;

	for (struct io_conn *c = s->connecting ? s->conns : NULL; c; c = next) {
		next = c->next;
		if (c->connecting && !c->broken && c->give_up <= s->now)
			io_conn_break(c, ETIMEDOUT);
	}
}

/* What became due. */
static void times(struct io_stream *s)
{
	check_connecting(s);
	if (s->accept_at && s->accept_at <= s->now) {
		s->accept_at = 0;
		io_accept_watch(&s->accept[0], true);
		io_accept_watch(&s->accept[1], true);
	}
	if (s->redial_at && s->redial_at <= s->now) {
		s->redial_at = 0;
		if (!adit_stack_begin_top(s->port->stack))
			s->redial_at = s->now + REDIAL_MAX;
	}
	if (s->starved) {
		s->starved = false;
		for (struct io_conn *c = s->conns; c; c = c->next)
			io_conn_dirty(c);
	}
}

static void conns_turn(struct io_stream *s)
{
	struct io_conn *c = s->dirty, *next;

	s->dirty = NULL;
	for (; c; c = next) {
		next = c->next_dirty;
		c->dirty = false;
		io_conn_step(c);
	}
}

void io_stream_work(struct io_stream *s)
{
	unsigned turns = 0;

	s->now = uv_hrtime();
	times(s);
	do {
		conns_turn(s);
		device_turn(s);
		adit_stack_run(s->port->stack, s->now);
	} while (s->dirty || (device_waits(s) && ++turns < IO_PASSES));
	if (s->port->tun.fd >= 0)
		watch_device(s);
	arm(s);
}

static bool start_accept(struct io_stream *s, enum adit_side side)
{
	struct io_accept *a = &s->accept[side];

	a->s = s;
	a->side = side;
	a->poll.data = a;
	if (a->fd < 0)
		return true;
	if (uv_poll_init(&s->port->w->loop, &a->poll, a->fd) < 0)
		return false;
	io_accept_watch(a, true);
	return true;
}

enum adit_err io_stream_start(struct io_stream *s, struct io_worker *w)
{
	struct io_port *p = s->port;

	p->w = w;
	if (uv_timer_init(&w->loop, &p->timer) < 0)
		return ADIT_ESYS;
	p->timer.data = s;
	if (!start_accept(s, ADIT_TOP) || !start_accept(s, ADIT_BOTTOM_SIDE))
		return ADIT_ESYS;
	if (p->tun.fd >= 0 && uv_poll_init(&w->loop, &p->tun.poll, p->tun.fd) < 0)
		return ADIT_ESYS;
	p->tun.poll.data = s;
	if (s->end == IO_END_DEVICE && !s->bottom.listens)
		s->redial_at = 1;
	io_stream_work(s);
	return ADIT_OK;
}

/* After the loop: the handles of what is left are closed already. */
void io_stream_close(struct io_stream *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < 2; i++)
		if (s->accept[i].fd >= 0)
			close(s->accept[i].fd);
	while (s->conns) {
		struct io_conn *c = s->conns;

		s->conns = c->next;
		close(c->fd);
		free(c);
	}
	free(s);
}
