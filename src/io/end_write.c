/* SPDX-License-Identifier: Apache-2.0 */
/* Out of the stack to the device: segments are joined over the whole batch. */
#include "io/end.h"
#include "io/path.h"
#include "io/vnet.h"
#include "net/mss.h"

#include <string.h>
#include <sys/uio.h>

_Static_assert(sizeof(struct net_vec) == sizeof(struct iovec) &&
		       offsetof(struct net_vec, base) == offsetof(struct iovec, iov_base) &&
		       offsetof(struct net_vec, len) == offsetof(struct iovec, iov_len),
	"net_vec is an iovec");

static void flush(struct io_port *p)
{
	uint8_t h[IO_VNET_LEN];
	struct net_gso gso;
	union {
		struct iovec io[1 + NET_JOIN_RUN];
		struct net_vec net[1 + NET_JOIN_RUN];
	} v;
	unsigned n;

	v.io[0] = (struct iovec){ h, IO_VNET_LEN };
	for (n = net_join_next(&p->join, v.net + 1, &gso); n;
		n = net_join_next(&p->join, v.net + 1, &gso)) {
		io_vnet_write(h, &gso);
		p->writes++;
		if (writev(p->tun.fd, v.io, (int)n + 1) < 0)
			p->end.stats.drops[ADIT_DROP_SEND]++;
	}
}

static void join(struct io_port *p, const struct adit_pkt *q, unsigned clamp)
{
	for (unsigned i = 0; i < q->count; i++) {
		struct adit_seg s = adit_seg_at(q, i);

		if (clamp && q->count == 1)
			net_mss_clamp(p->join.shape, &s, clamp);
		p->end.stats.up_units++;
		p->end.stats.up_bytes += s.len;
		if (net_join_add(&p->join, &s, q->m.csum_ok))
			continue;
		flush(p);
		ADIT_ASSERT(net_join_add(&p->join, &s, q->m.csum_ok));
	}
}

void io_end_write(struct io_port *p)
{
	struct adit_batch *out = adit_chain_out(p->chain, ADIT_TOP);
	struct adit_pkt *held[ADIT_BATCH];
	unsigned clamp = io_end_mss_mtu(p), n = 0;

	p->join.mtu = (uint16_t)__atomic_load_n(&p->t->mtu, __ATOMIC_RELAXED);

	for (struct adit_pkt *q = adit_take(out); q; q = adit_take(out)) {
		held[n++] = q;
		if (q->kind == ADIT_DATA)
			join(p, q, clamp);
		else
			io_path_event(p, q);
	}
	flush(p);
	while (n > 0)
		adit_pkt_free(held[--n]);
}
