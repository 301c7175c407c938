/* SPDX-License-Identifier: Apache-2.0 */
/* Puts fragments together: IPv4 (RFC 791) and IPv6 (RFC 8200 4.5), bounded in number and time.
 *
 * Overlapping fragments end their packet (RFC 5722; for IPv4 too: no honest host makes them), exact
 * repeats are ignored. When all places are taken the oldest packet gives way. */
#ifndef ADIT_NET_REASM_H
#define ADIT_NET_REASM_H

#include "core/pool.h"

#define NET_REASM_SLOTS	  8 /* each holds one large cell */
#define NET_REASM_TIMEOUT (15 * ADIT_S)
#define NET_REASM_HDR	  256 /* longest header chain before a fragment header */

struct net_reasm_slot {
	struct adit_pkt *p; /* NULL: free; payload lies at base + data */
	adit_time began;
	uint8_t addr[32];
	uint32_t id, data;
	uint32_t have, top, end; /* payload bytes: come, furthest, in all (0 unknown) */
	uint16_t hdr_len;	 /* 0: the first fragment has not come */
	uint8_t version, proto;
	uint8_t ecn; /* set of the ECN fields seen */
	uint8_t hdr[NET_REASM_HDR];
	uint64_t block[1024 / 8]; /* a bit for each 8 bytes that came */
};

struct net_reasm {
	struct net_reasm_slot slot[NET_REASM_SLOTS];
};

/* Takes a fragment (copied). ADIT_KEEP with *whole set: the packet is complete, head bytes of room
 * before it, and the caller's. ADIT_KEEP and NULL: more must come. Else why it was dropped. */
enum adit_drop net_reasm_add(struct net_reasm *r, const struct adit_seg *fragment,
	struct adit_pool *pool, uint32_t head, adit_time now, struct adit_pkt **whole);
/* Drops what is too old; returns how many packets. *wake: when to come again. */
unsigned net_reasm_tick(struct net_reasm *r, adit_time now, adit_time *wake);
void net_reasm_close(struct net_reasm *r);

#endif
