/* SPDX-License-Identifier: Apache-2.0 */
/* A worker: a loop that carries batches from one end of its ports to the other, to completion. */
#include "io/worker.h"

#include "io/delivery.h"
#include "io/end.h"
#include "io/path.h"
#include "io/sock.h"
#include "io/status.h"
#include "io/stream.h"

#define REFRESH_MS 10000

static void port_work(struct io_port *p);

static void on_timer(uv_timer_t *h)
{
	port_work(h->data);
}

static void on_event(uv_poll_t *h, int status, int events)
{
	struct io_fd *s = h->data;

	/* libuv stops watching a descriptor with an error; what it says is read from its queue. */
	if (status < 0) {
		s->watched = 0;
		s->blocked = false;
		if (s == &s->port->tun) {
			io_end_gone(s->port->t);
			return;
		}
		io_sock_errors(s->port, s);
	}
	if (status == 0 && events & UV_WRITABLE)
		s->blocked = false;
	port_work(s->port);
}

static void watch(struct io_fd *s, int events)
{
	if (s->watched == events)
		return;
	s->watched = events;
	if (events)
		uv_poll_start(&s->poll, events, on_event);
	else
		uv_poll_stop(&s->poll);
}

static void arm(struct io_port *p)
{
	adit_time due = adit_stack_deadline(p->stack), now = uv_hrtime();

	if (due == ADIT_NEVER)
		uv_timer_stop(&p->timer);
	else
		uv_timer_start(&p->timer, on_timer,
			due > now ? (due - now + ADIT_MS - 1) / ADIT_MS : 0, 0);
}

/* Through the stack and out. */
static void carry(struct io_port *p)
{
	p->fed = false;
	adit_chain_kick(p->chain);
	adit_stack_run(p->stack, uv_hrtime());
	io_end_write(p);
	io_delivery_send(p);
}

/* One pass: what the descriptors have, through the stack and out. True: they may have more. */
static bool pass(struct io_port *p)
{
	bool more = io_end_read(p);

	for (unsigned i = 0; i < p->n_sock; i++)
		more |= io_delivery_recv(p, &p->sock[i]);
	carry(p);
	for (struct io_port *g = p->guest; g; g = g->next_guest) {
		if (g->fed)
			carry(g);
	}
	return more;
}

/* What the loop is to watch now. The rings between stack and descriptors are all the staging there
 * is: what they have no room for stays in the kernel's queues, whose owners drop it there. */
static void rearm(struct io_port *p)
{
	bool blocked = false;

	for (unsigned i = 0; i < p->n_sock; i++) {
		blocked |= p->sock[i].blocked;
		watch(&p->sock[i], UV_READABLE | (p->sock[i].blocked ? UV_WRITABLE : 0));
	}
	watch(&p->tun,
		blocked && adit_room(adit_chain_in(p->chain, ADIT_TOP)) == 0 ? 0 : UV_READABLE);
	arm(p);
}

static void port_work(struct io_port *p)
{
	for (unsigned i = 0; i < IO_PASSES && pass(p); i++)
		;
	rearm(p);
	for (struct io_port *g = p->guest; g; g = g->next_guest)
		rearm(g);
}

static void on_wake(uv_async_t *h)
{
	struct io_worker *w = h->data;

	io_status_answer(w);
	for (unsigned i = 0; i < w->engine->n_tunnels; i++) {
		struct io_tunnel *t = &w->engine->tunnel[i];

		if (!t->stream && io_path_hear(&t->port[w->index]))
			port_work(&t->port[w->index]);
	}
	if (__atomic_load_n(&w->engine->stopping, __ATOMIC_ACQUIRE))
		uv_stop(&w->loop);
}

static enum adit_err start_port(struct io_worker *w, struct io_port *p)
{
	if (p->t->stream)
		return w->index == 0 ? io_stream_start(p->t->stream, w) : ADIT_OK;
	p->w = w;
	if (uv_timer_init(&w->loop, &p->timer) < 0 ||
		uv_poll_init(&w->loop, &p->tun.poll, p->tun.fd) < 0)
		return ADIT_ESYS;
	p->timer.data = p;
	p->tun.poll.data = &p->tun;
	watch(&p->tun, UV_READABLE);
	for (unsigned i = 0; i < p->n_sock; i++) {
		if (uv_poll_init(&w->loop, &p->sock[i].poll, p->sock[i].fd) < 0)
			return ADIT_ESYS;
		p->sock[i].poll.data = &p->sock[i];
		watch(&p->sock[i], UV_READABLE);
	}
	arm(p);
	return ADIT_OK;
}

/* Paths may have changed; a device that is not watched now may be gone. */
static void on_refresh(uv_timer_t *h)
{
	struct io_worker *w = h->data;

	for (unsigned i = 0; i < w->engine->n_tunnels; i++) {
		struct io_port *p = &w->engine->tunnel[i].port[w->index];

		if (p->t->stream) { /* the system knows the path of a connection */
			io_end_check(p);
			continue;
		}
		io_path_refresh(p);
		port_work(p);
	}
}

enum adit_err io_worker_start(struct io_worker *w)
{
	enum adit_err e = ADIT_OK;

	if (uv_loop_init(&w->loop) < 0)
		return ADIT_ESYS;
	w->looped = true;
	w->loop.data = w;
	if (uv_async_init(&w->loop, &w->wake, on_wake) < 0)
		return ADIT_ESYS;
	w->wake.data = w;
	if (uv_timer_init(&w->loop, &w->refresh) < 0)
		return ADIT_ESYS;
	w->refresh.data = w;
	uv_timer_start(&w->refresh, on_refresh, REFRESH_MS, REFRESH_MS);
	for (unsigned i = 0; !e && i < w->engine->n_tunnels; i++)
		e = start_port(w, &w->engine->tunnel[i].port[w->index]);
	return e;
}

void io_worker_wake(struct io_worker *w)
{
	if (w->looped)
		uv_async_send(&w->wake);
}

void io_worker_run(struct io_worker *w)
{
	uv_run(&w->loop, UV_RUN_DEFAULT);
}

static void close_handle(uv_handle_t *h, void *arg)
{
	if (!uv_is_closing(h) && arg)
		uv_close(h, NULL);
}

void io_worker_stop(struct io_worker *w)
{
	if (!w->looped)
		return;
	w->looped = false;
	uv_walk(&w->loop, close_handle, w);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	uv_loop_close(&w->loop);
}
