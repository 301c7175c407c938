/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts what a TUN or TAP device gives, super-packets and singles, into trains of packets with
 * finished checksums. Nothing above this ever sees a super-packet. */
#ifndef ADIT_NET_CUT_H
#define ADIT_NET_CUT_H

#include "core/pool.h"
#include "net/gso.h"

struct net_cut {
	const uint8_t *src; /* borrowed until the cut is done */
	uint32_t len, next; /* next: offset of the first payload byte not yet cut */
	uint32_t hdr_len, seg;
	uint32_t l3_off, l4_off;
	uint32_t hash;
	uint32_t done_segs;
	uint8_t shape, kind, version;
	bool csum, finished;
	uint16_t csum_start, csum_off;
	uint64_t ip_sum, l4_sum; /* of the constant parts of the headers */
};

/* Checks every field. ADIT_DROP_GSO: cannot be segmented, or its header lies; other reasons are the
 * IP header's. src stays the caller's and in place until the cut is done. */
enum adit_drop net_cut_begin(struct net_cut *c, const struct adit_seg *src, enum adit_shape shape,
	const struct net_gso *gso);

/* The next train, with `head` bytes before and `tail` behind each segment, at exactly that pitch.
 * At most max_segs (1..ADIT_TRAIN_MAX) segments, and what a cell holds. m.shape and m.hash are set,
 * the rest of m is zero. NULL: all is cut, or (net_cut_done() false) no cell was free, and it may
 * be called again. */
struct adit_pkt *net_cut_next(
	struct net_cut *c, struct adit_pool *pool, uint32_t head, uint32_t tail, unsigned max_segs);

static inline bool net_cut_done(const struct net_cut *c)
{
	return c->finished;
}

#endif
