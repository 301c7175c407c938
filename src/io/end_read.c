/* SPDX-License-Identifier: Apache-2.0 */
/* From the device into the stack: super-packets are cut into trains here, before any layer. */
#include "io/end.h"
#include "io/loop.h"
#include "io/vnet.h"
#include "net/eth.h"
#include "net/icmp.h"
#include "net/ip.h"
#include "net/mss.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static void refuse(struct io_port *p, enum adit_drop why)
{
	p->end.stats.drops[why]++;
}

/* The sender learns what fits. */
static void answer_too_big(struct io_port *p, const struct adit_seg *s)
{
	uint8_t out[NET_ICMP_MAX];
	uint8_t h[IO_VNET_LEN] = { 0 };
	struct net_icmp_make m = { .what = NET_ICMP_TOO_BIG, .mtu = p->unit_max - p->t->link_len };
	uint32_t n = 0;

	refuse(p, ADIT_DROP_TOO_BIG);
	if (net_icmp_allow(&p->icmp, uv_hrtime()))
		n = net_icmp_error(out, p->t->frame ? ADIT_FRAME : ADIT_PACKET, s, &m);
	if (n) {
		struct iovec v[2] = { { h, IO_VNET_LEN }, { out, n } };

		if (writev(p->tun.fd, v, 2) < 0)
			refuse(p, ADIT_DROP_SEND);
	}
}

/* What is too big for the path and yet goes on whole, in an outer packet that may be fragmented:
 * IPv4 that may be fragmented itself, and IPv6 that no path may refuse (RFC 8200 5, RFC 2473 7.1,
 * RFC 4213 3.2). unit: bytes of one segment of s, alone: it is none of a super-packet. */
static bool may_fragment(enum adit_shape shape, const struct adit_seg *s, uint32_t unit, bool alone)
{
	struct net_ip ip;
	uint32_t off;

	if (!net_find_ip(shape, s->data, s->len, &off) ||
		net_ip_parse(&ip, s->data + off, s->len - off) != ADIT_KEEP)
		return false;
	return ip.version == 6 ? unit - off <= IP6_MTU_MIN : alone && !ip.df;
}

/* Looks at what stands in the landing buffer. False: it is dealt with. */
static bool begin(struct io_port *p, uint32_t n)
{
	struct net_gso gso;
	struct adit_seg s = { p->land + IO_VNET_LEN, n };
	enum adit_drop why;
	enum adit_shape shape = p->t->frame ? ADIT_FRAME : ADIT_PACKET;
	uint32_t unit;

	if (!io_vnet_read(&gso, p->land)) {
		refuse(p, ADIT_DROP_GSO);
		return false;
	}
	if (io_loop_found(p->t, &s)) {
		refuse(p, ADIT_DROP_LOOP);
		return false;
	}
	why = net_cut_begin(&p->cut, &s, shape, &gso);
	if (why != ADIT_KEEP) {
		refuse(p, why);
		return false;
	}
	unit = gso.kind == NET_GSO_NONE ? n : p->cut.hdr_len + p->cut.seg;
	p->fragment = false;
	if (p->unit_max && unit > p->unit_max) {
		p->fragment = may_fragment(shape, &s, unit, gso.kind == NET_GSO_NONE);
		if (!p->fragment) {
			answer_too_big(p, &s);
			return false;
		}
	}
	return true;
}

static bool fill(struct io_port *p)
{
	ssize_t n = read(p->tun.fd, p->land, IO_LANDING);

	if (n < 0)
		return false;
	p->reads++;
	p->cutting = (size_t)n > IO_VNET_LEN && begin(p, (uint32_t)((size_t)n - IO_VNET_LEN));
	return true;
}

static void clamp(const struct io_port *p, struct adit_pkt *q)
{
	unsigned mtu = q->count == 1 ? io_end_mss_mtu(p) : 0;
	struct adit_seg s = adit_seg_at(q, 0);

	if (mtu && net_mss_clamp(q->m.shape, &s, mtu))
		q->m.csum_ok = 0;
}

bool io_end_read(struct io_port *p)
{
	struct adit_batch *in = adit_chain_in(p->chain, ADIT_TOP);
	unsigned segs = 0;

	while (segs < IO_PASS_SEGS) {
		struct adit_pkt *q;

		if (!adit_room(in))
			return true;
		if (!p->cutting && !fill(p))
			return false;
		if (!p->cutting) {
			segs++;
			continue;
		}
		q = net_cut_next(&p->cut, p->pool, p->head, p->tail, IO_PASS_SEGS - segs);
		p->cutting = !net_cut_done(&p->cut);
		if (!q)
			return p->cutting;
		clamp(p, q);
		if (p->fragment)
			q->m.df = ADIT_DF_OFF;
		segs += q->count;
		p->end.stats.down_units += q->count;
		p->end.stats.down_bytes += adit_pkt_bytes(q);
		adit_add(in, q);
	}
	return true;
}
