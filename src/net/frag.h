/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts an IP packet into fragments (RFC 791 2.3, RFC 8200 4.5), one at a time. */
#ifndef ADIT_NET_FRAG_H
#define ADIT_NET_FRAG_H

#include "core/pool.h"

struct net_frag {
	const uint8_t *src; /* borrowed until the last fragment is made */
	uint32_t len, next; /* next: first byte of payload not yet sent */
	uint32_t data, step;
	uint32_t id;	    /* IPv6 */
	uint16_t first_off; /* IPv4: a fragment is fragmented again */
	uint16_t later_hdr; /* IPv4: header length of all but the first */
	bool v6, more;
	uint8_t later[60];
};

/* A packet larger than mtu. IPv4 with DF: ADIT_DROP_TOO_BIG. IPv6: only at its source, so only for
 * headers that adit itself made, without extension headers; id is the fragments' identification. */
enum adit_drop net_frag_begin(
	struct net_frag *f, const struct adit_seg *packet, uint32_t mtu, uint32_t id);
/* The next fragment, with that room around it; m is zero. NULL: all are made, or (net_frag_done()
 * false) no cell was free. */
struct adit_pkt *net_frag_next(
	struct net_frag *f, struct adit_pool *pool, uint32_t head, uint32_t tail);

static inline bool net_frag_done(const struct net_frag *f)
{
	return f->next == f->len;
}

#endif
