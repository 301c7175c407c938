/* SPDX-License-Identifier: Apache-2.0 */
#include "io/path.h"

#include "io/worker.h"
#include "net/ip.h"
#include "proto/device.h"

#include <string.h>

#define MTU_MAX	    65521
#define MTU_ASSUMED 1500 /* where no far address is known yet */

/* A unit of the end that measures n lets the device have this MTU. Below IPv6's minimum the system
 * would take IPv6 away from it: what is larger than n then goes in fragments, see end_read.c. */
static unsigned device_mtu(const struct io_tunnel *t, unsigned n)
{
	unsigned wish = (unsigned)adit_conf_u(t->spec->layer[0], ADIT_DEVICE_MTU);

	n = n > t->link_len ? n - t->link_len : 0;
	if (n < IP6_MTU_MIN)
		n = IP6_MTU_MIN;
	if (wish && wish < n)
		n = wish;
	return n > MTU_MAX ? MTU_MAX : n;
}

/* False: it is known, or there is no room to say it. */
static bool say(struct io_port *p, unsigned mtu)
{
	struct adit_batch *in = adit_chain_in(p->chain, ADIT_BOTTOM_SIDE);
	unsigned less = p->t->del.overhead;
	struct adit_pkt *ev;

	if (mtu <= less || mtu == p->path || !adit_room(in))
		return false;
	ev = adit_pool_event(p->pool, ADIT_PATH);
	if (!ev)
		return false;
	p->path = mtu;
	adit_event_of(ev)->path.mtu = mtu - less;
	adit_add(in, ev);
	adit_chain_kick(p->chain);
	return true;
}

void io_path_tell(struct io_port *p, unsigned mtu)
{
	struct adit_engine *e = p->t->engine;

	if (!say(p, mtu))
		return;
	/* The other workers would each lose a packet to learn it. */
	__atomic_store_n(&p->t->path, mtu, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < e->n_workers; i++)
		if (i != p->index)
			io_worker_wake(&e->worker[i]);
}

bool io_path_hear(struct io_port *p)
{
	unsigned mtu = __atomic_load_n(&p->t->path, __ATOMIC_RELAXED);

	return mtu && say(p, mtu);
}

void io_path_ask(struct io_port *p, const struct adit_addr *far)
{
	struct adit_sys_path path;

	if (adit_sys_path_to(far, &path, NULL) == ADIT_OK)
		io_path_tell(p, path.mtu);
}

void io_path_refresh(struct io_port *p)
{
	if (adit_addr_len(&p->t->del.d.remote))
		io_path_ask(p, &p->t->del.d.remote);
}

enum adit_err io_path_first(struct io_tunnel *t, struct adit_fault *f)
{
	struct adit_sys_path path = { .mtu = MTU_ASSUMED };
	enum adit_err e = ADIT_OK;

	if (adit_addr_len(&t->del.d.remote))
		e = adit_sys_path_to(&t->del.d.remote, &path, f);
	if (e)
		return e;
	for (unsigned i = 0; i < t->engine->n_workers; i++) {
		struct io_port *p = &t->port[i];
		struct adit_batch *out = adit_chain_out(p->chain, ADIT_TOP);

		io_path_tell(p, path.mtu);
		adit_stack_run(p->stack, uv_hrtime());
		for (struct adit_pkt *q = adit_take(out); q; q = adit_take(out)) {
			if (q->kind == ADIT_PATH) {
				p->unit_max = adit_event_of(q)->path.mtu;
				t->mtu = device_mtu(t, p->unit_max);
			}
			adit_pkt_free(q);
		}
	}
	return ADIT_OK;
}

void io_path_event(struct io_port *p, struct adit_pkt *ev)
{
	struct io_tunnel *t = p->t;
	unsigned mtu;

	if (ev->kind != ADIT_PATH)
		return;
	p->unit_max = adit_event_of(ev)->path.mtu;
	mtu = device_mtu(t, p->unit_max);
	pthread_mutex_lock(&t->engine->sys_lock);
	if (mtu != t->mtu && adit_sys_mtu(t->engine->sys, t->dev, mtu, NULL) == ADIT_OK)
		__atomic_store_n(&t->mtu, mtu, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&t->engine->sys_lock);
}
