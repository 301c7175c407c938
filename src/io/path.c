/* SPDX-License-Identifier: Apache-2.0 */
/* Path MTU: from what the system knows of the way to the far side, through the stack, to the MTU
 * of the device. */
#include "io/port.h"
#include "proto/tun/tun.h"

#include <string.h>

#define ETHERNET_HLEN 14
#define MTU_MIN	      68
#define MTU_MAX	      65521

/* A unit of the end that measures n lets the device have this MTU. */
static unsigned device_mtu(const struct io_tunnel *t, unsigned n)
{
	unsigned wish = (unsigned)adit_conf_u(t->spec->layer[0], TUN_MTU);

	if (t->frame)
		n = n > ETHERNET_HLEN ? n - ETHERNET_HLEN : 0;
	if (wish && wish < n)
		n = wish;
	return n < MTU_MIN ? MTU_MIN : n > MTU_MAX ? MTU_MAX : n;
}

void io_path_tell(struct io_port *p, unsigned mtu)
{
	struct adit_batch *in = adit_chain_in(p->chain, ADIT_BOTTOM_SIDE);
	struct adit_pkt *ev = adit_room(in) ? adit_pool_event(p->pool, ADIT_PATH) : NULL;
	unsigned less = p->t->del.overhead;

	if (!ev)
		return;
	adit_event_of(ev)->path.mtu = mtu > less ? mtu - less : 0;
	adit_add(in, ev);
	adit_chain_kick(p->chain);
}

/* Before the device exists: what the stack makes of the path's MTU. */
enum adit_err io_path_first(struct io_tunnel *t, struct adit_fault *f)
{
	struct adit_sys_path path = { .mtu = 1500 };
	enum adit_err e = ADIT_OK;

	if (t->del.d.remote.family)
		e = adit_sys_path_to(&t->del.d.remote, &path, f);
	if (e)
		return e;
	for (unsigned i = 0; i < t->engine->n_workers; i++) {
		struct io_port *p = &t->port[i];
		struct adit_batch *out = adit_chain_out(p->chain, ADIT_TOP);

		io_path_tell(p, path.mtu);
		adit_stack_run(p->stack, uv_hrtime());
		for (struct adit_pkt *q = adit_take(out); q; q = adit_take(out)) {
			if (q->kind == ADIT_PATH)
				t->mtu = device_mtu(t, adit_event_of(q)->path.mtu);
			adit_pkt_free(q);
		}
	}
	return ADIT_OK;
}

void io_end_event(struct io_port *p, struct adit_pkt *ev)
{
	struct io_tunnel *t = p->t;
	struct adit_fault f;
	unsigned mtu;

	if (ev->kind != ADIT_PATH)
		return;
	mtu = device_mtu(t, adit_event_of(ev)->path.mtu);
	pthread_mutex_lock(&t->engine->sys_lock);
	if (mtu != t->mtu && adit_sys_mtu(t->engine->sys, t->dev, mtu, &f) == ADIT_OK)
		t->mtu = mtu;
	pthread_mutex_unlock(&t->engine->sys_lock);
}
