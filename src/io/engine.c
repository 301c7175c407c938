/* SPDX-License-Identifier: Apache-2.0 */
/* Opens tunnels, runs their workers, closes them. */
#include "io/control.h"
#include "io/delivery.h"
#include "io/end.h"
#include "io/path.h"
#include "io/status.h"
#include "io/stream.h"
#include "io/worker.h"
#include "proto/tap/tap.h"
#include "proto/tun/tun.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define POOL_EVENTS 64
#define POOL_SMALLS 1024
#define POOL_LARGES 128

static void env_random(void *ctx, void *out, size_t n)
{
	ADIT_ASSERT(ctx == NULL && getrandom(out, n, 0) == (ssize_t)n);
}

static void env_log(void *ctx, enum adit_log_level level, const char *layer, const char *line)
{
	if (ctx == NULL && level <= ADIT_LOG_INFO)
		fprintf(stderr, "adit: %s: %s\n", layer, line);
}

const struct adit_env io_env = { .random = env_random, .log = env_log };

/* The stacks of this engine have one chain, and a pass looks at both of its sides anyway. */
static void on_begun(void *ctx, struct adit_chain *c)
{
	struct io_port *p = ctx;

	ADIT_ASSERT(!p->chain || p->chain == c);
	p->chain = c;
}

static void on_ready(void *ctx, struct adit_chain *c, enum adit_side side)
{
	const struct io_port *p = ctx;

	ADIT_ASSERT(p->chain == c && side <= ADIT_BOTTOM_SIDE);
}

static enum adit_err open_port(struct io_tunnel *t, unsigned i, unsigned *at, struct adit_fault *f)
{
	struct io_port *p = &t->port[i];
	struct adit_stack_conf c = {
		.layer = t->inner,
		.n = t->n_inner,
		.pool = { POOL_EVENTS, POOL_SMALLS, POOL_LARGES },
		.env = &io_env,
		.shared = t->shared,
		.hooks = { p, on_begun, on_begun, on_ready },
	};
	enum adit_err e;

	p->t = t;
	p->land = malloc(IO_LANDING);
	if (!p->land)
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory");
	e = adit_stack_open(&p->stack, &c, at, f);
	*at += 1; /* the end is not in the stack */
	if (e)
		return e;
	p->index = i;
	p->pool = adit_stack_pool(p->stack);
	p->chain = adit_stack_begin_top(p->stack);
	if (!p->chain)
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory for the stack");
	adit_stack_rooms(p->stack, &p->head, &p->tail);
	*at = t->spec->n - t->del.n_layers;
	return io_delivery_open(p, f);
}

static void reset_port(struct io_port *p)
{
	p->tun.fd = -1;
	for (unsigned i = 0; i < IO_SOCKS_MAX; i++)
		p->sock[i].fd = -1;
}

static enum adit_err open_tunnel(
	struct adit_engine *e, struct io_tunnel *t, unsigned *at, struct adit_fault *f)
{
	const struct adit_layer_ops *end = t->spec->layer[0]->ops;
	bool stream = io_stream_takes(t->spec);
	enum adit_err err;

	*at = 0;
	t->engine = e;
	t->frame = end == &adit_layer_tap;
	t->link_len = t->frame ? 14 : 0;
	t->queues = e->n_workers;
	if (!stream && end != &adit_layer_tun && end != &adit_layer_tap)
		return adit_fail(f, ADIT_ECONF, "begin the stack with tun or tap",
			"the system has no end called %s", end->name);
	t->port = calloc(e->n_workers, sizeof(*t->port));
	if (!t->port)
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory");
	for (unsigned i = 0; i < e->n_workers; i++)
		reset_port(&t->port[i]);
	if (stream)
		return io_stream_open(t, at, f);
	err = io_delivery_read(t, at, f);
	if (err)
		return err;
	t->shared = adit_shared_open(t->inner, t->n_inner);
	if (!t->shared)
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory");
	for (unsigned i = 0; !err && i < e->n_workers; i++)
		err = open_port(t, i, at, f);
	if (err)
		return err;
	err = io_path_first(t, f);
	*at = err ? t->spec->n - t->del.n_layers : 0;
	return err ? err : io_end_open(t, f);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_port(struct io_port *p)
{
	close_fd(&p->tun.fd);
	for (unsigned i = 0; i < IO_SOCKS_MAX; i++)
		close_fd(&p->sock[i].fd);
	adit_pkt_free(p->landing);
	for (unsigned i = 0; i < IO_PASS_SEGS; i++)
		adit_pkt_free(p->cell[i]);
	free(p->spill);
	free(p->land);
	if (p->stack)
		adit_stack_close(p->stack);
}

void adit_engine_close(struct adit_engine *e)
{
	if (!e)
		return;
	/* Guests hold cells of their host, which was opened before them. */
	for (unsigned i = e->n_tunnels; i-- > 0;) {
		struct io_tunnel *t = &e->tunnel[i];

		for (unsigned k = 0; t->port && k < e->n_workers; k++)
			close_port(&t->port[k]);
		io_stream_close(t->stream);
		if (t->shared)
			adit_shared_close(t->shared);
		free(t->port);
	}
	for (unsigned i = 0; i < e->n_workers; i++)
		free(e->worker[i].snap);
	pthread_mutex_destroy(&e->sys_lock);
	pthread_mutex_destroy(&e->snap_lock);
	pthread_cond_destroy(&e->snap_come);
	free(e->tunnel);
	free(e);
}

static unsigned count_workers(unsigned wish)
{
	long n = wish ? (long)wish : sysconf(_SC_NPROCESSORS_ONLN) / 2;

	if (!wish && n > 4)
		n = 4;
	return n < 1 ? 1 : n > IO_WORKERS_MAX ? IO_WORKERS_MAX : (unsigned)n;
}

/* Opens the layer for a look, in memory. */
static bool is_ordered(const struct adit_conf *c)
{
	struct adit_layer l = { .ops = c->ops, .conf = c, .above = c->above, .below = c->below };
	bool opened;

	l.state = calloc(1, c->ops->state_size + 1);
	l.shared = calloc(1, c->ops->shared_size + 1);
	opened = l.state && l.shared && c->ops->open && c->ops->open(&l, true, NULL) == ADIT_OK;
	if (opened && c->ops->close)
		c->ops->close(&l);
	free(l.state);
	free(l.shared);
	return opened && l.ordered;
}

static bool any_ordered(const struct adit_engine_conf *c)
{
	for (unsigned i = 0; i < c->n_specs; i++)
		for (unsigned k = 1; k < c->spec[i].n; k++)
			if (is_ordered(c->spec[i].layer[k]))
				return true;
	return false;
}

enum adit_err adit_engine_open(struct adit_engine **out, const struct adit_engine_conf *c,
	unsigned *at_spec, unsigned *at_layer, struct adit_fault *f)
{
	struct adit_engine *e = calloc(1, sizeof(*e));
	enum adit_err err = ADIT_OK;
	pthread_condattr_t steady; /* a clock that is set back does not prolong a wait */
	bool no_memory = false;

	*at_spec = *at_layer = 0;
	if (!e)
		return adit_fail(f, ADIT_ENOMEM, NULL, "no memory");
	pthread_mutex_init(&e->sys_lock, NULL);
	pthread_mutex_init(&e->snap_lock, NULL);
	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(&e->snap_come, &steady);
	pthread_condattr_destroy(&steady);
	e->sys = c->sys;
	e->write = c->write;
	e->n_workers = any_ordered(c) ? 1 : count_workers(c->workers);
	e->tunnel = calloc(c->n_specs ? c->n_specs : 1, sizeof(*e->tunnel));
	for (unsigned i = 0; i < e->n_workers; i++) {
		e->worker[i].engine = e;
		e->worker[i].index = i;
		e->worker[i].snap = calloc(c->n_specs ? c->n_specs : 1, sizeof(struct io_snap));
		no_memory |= !e->worker[i].snap;
	}
	if (no_memory || !e->tunnel)
		err = adit_fail(f, ADIT_ENOMEM, NULL, "no memory");
	for (unsigned i = 0; !err && i < c->n_specs; i++) {
		*at_spec = i;
		e->tunnel[i].spec = &c->spec[i];
		e->n_tunnels = i + 1;
		err = open_tunnel(e, &e->tunnel[i], at_layer, f);
	}
	if (err) {
		adit_engine_close(e);
		return err;
	}
	*out = e;
	return ADIT_OK;
}

static void *worker_main(void *arg)
{
	io_worker_run(arg);
	return NULL;
}

static void on_signal(uv_signal_t *h, int signum)
{
	if (signum)
		adit_engine_stop(h->data);
}

/* Signals belong to worker 0's loop: the other threads block them. */
static bool start_threads(struct adit_engine *e)
{
	sigset_t all, old;
	bool ok = true;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (unsigned i = 1; ok && i < e->n_workers; i++) {
		struct io_worker *w = &e->worker[i];

		w->started = pthread_create(&w->thread, NULL, worker_main, w) == 0;
		ok = w->started;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ok;
}

static char *on_status(void *ctx)
{
	return adit_engine_status(ctx);
}

static void on_stop(void *ctx)
{
	adit_engine_stop(ctx);
}

static bool start_loops(struct adit_engine *e, uv_signal_t *term, int control)
{
	static const struct adit_control_ops ops = { on_status, on_stop };

	for (unsigned i = 0; i < e->n_workers; i++)
		if (io_worker_start(&e->worker[i]))
			return false;
	if (uv_signal_init(&e->worker[0].loop, term) < 0)
		return false;
	term->data = e;
	if (uv_signal_start(term, on_signal, SIGTERM) < 0)
		return false;
	if (control >= 0)
		e->control = adit_control_start(&e->worker[0].loop, control, &ops, e);
	return control < 0 || e->control;
}

static void stop_loops(struct adit_engine *e)
{
	adit_control_stop(e->control);
	adit_engine_stop(e);
	/* Workers wake each other: none closes before all have ended. */
	for (unsigned i = 0; i < e->n_workers; i++)
		if (e->worker[i].started)
			pthread_join(e->worker[i].thread, NULL);
	for (unsigned i = 0; i < e->n_workers; i++)
		io_worker_stop(&e->worker[i]);
}

int adit_engine_run(struct adit_engine *e, struct adit_sys *sys, int control,
	void (*ready)(void *ctx), void *ctx)
{
	uv_signal_t term;
	bool ok;

	e->sys = sys;
	e->started = uv_hrtime();
	ok = start_loops(e, &term, control) && start_threads(e);
	if (ok) {
		if (ready)
			ready(ctx);
		io_worker_run(&e->worker[0]);
	}
	stop_loops(e);
	return ok && !__atomic_load_n(&e->failed, __ATOMIC_RELAXED) ? 0 : 1;
}

void adit_engine_stop(struct adit_engine *e)
{
	__atomic_store_n(&e->stopping, 1, __ATOMIC_RELEASE);
	for (unsigned i = 0; i < e->n_workers; i++)
		io_worker_wake(&e->worker[i]);
}
