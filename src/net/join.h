/* SPDX-License-Identifier: Apache-2.0 */
/* Joins the segments that a batch brings back into super-packets for a TUN or TAP device.
 *
 * Segments of one flow that follow each other (same headers but for what segmentation changes,
 * next sequence number, equal size but the last) become one write. Nothing is copied: the output
 * points into the segments, which must stay in place until it is written; the first one's headers
 * are rewritten. Outputs come in the order in which their first segments came, so the order within
 * a flow is kept, whatever lies between. */
#ifndef ADIT_NET_JOIN_H
#define ADIT_NET_JOIN_H

#include "core/packet.h"
#include "net/gso.h"

#define NET_JOIN_SLOTS 64  /* outputs that may wait */
#define NET_JOIN_SEGS  256 /* segments in all of them */
#define NET_JOIN_RUN   64  /* segments in one output */

/* One output: a packet or a super-packet. */
struct net_run {
	uint8_t *first;	    /* the first segment, headers and all */
	uint32_t first_len; /* its bytes */
	uint32_t total;	    /* bytes of the output */
	uint32_t next_seq;  /* TCP: what a follower must have */
	uint16_t seg;	    /* payload bytes of the first segment */
	uint16_t next_id;   /* IPv4 */
	uint16_t l3_off, l4_off, hdr_len;
	uint16_t head, tail; /* chain of further payloads in net_join.piece */
	uint8_t count, kind, version, flags;
	uint8_t csum_off;
	bool open;    /* may grow */
	bool partial; /* its checksum is to be finished by the device */
};

struct net_join {
	uint8_t shape;
	bool udp;	      /* join UDP datagrams too */
	uint16_t mtu;	      /* of the device, set after net_join_init(); 0 unknown */
	uint16_t from, slots; /* ring of runs */
	uint16_t pieces;
	uint32_t key[NET_JOIN_SLOTS]; /* flow of each run, beside it for a fast search */
	struct net_run run[NET_JOIN_SLOTS];
	struct {
		uint8_t *base;
		uint32_t len;
		uint16_t next;
	} piece[NET_JOIN_SEGS];
};

/* shape: ADIT_FRAME or ADIT_PACKET. udp: the device takes UDP_L4 (TUN_F_USO). */
void net_join_init(struct net_join *j, enum adit_shape shape, bool udp);

/* trusted: its checksums are known to be good (meta.csum_ok, or an AEAD vouched for them). A
 * segment with a bad one is not joined and passes as it is. False: full; write with net_join_next()
 * and add it again. */
bool net_join_add(struct net_join *j, const struct adit_seg *s, bool trusted);

/* Takes the oldest output: fills v[NET_JOIN_RUN] and *gso, returns the number of pieces, 0 when
 * nothing waits. The pieces are good until the segments go away. */
unsigned net_join_next(struct net_join *j, struct net_vec v[NET_JOIN_RUN], struct net_gso *gso);

#endif
