/* SPDX-License-Identifier: Apache-2.0 */
/* The forwarding table of a learning bridge over many remotes: (MAC, VNI) -> remote address.
 *
 * Fixed in size. A learned entry never pushes another one out; it takes the place of one that aged,
 * or is not learned. No remote holds more than its share, so a flood of MACs from one leaves the
 * others their places. Static entries neither age nor move. Safe to use from several workers. */
#ifndef ADIT_NET_FDB_H
#define ADIT_NET_FDB_H

#include "core/addr.h"
#include "core/share.h"

#define NET_FDB_SIZE	4096
#define NET_FDB_REMOTES 256
#define NET_FDB_AGE	(300 * ADIT_S) /* IEEE 802.1Q table 8-6 */
#define NET_FDB_SHARE	1024

struct net_fdb_entry {
	adit_time seen;
	uint32_t vni;
	uint8_t mac[6];
	uint16_t next;	 /* chain or free list: index + 1, 0 ends it */
	uint16_t remote; /* index + 1; 0: the entry is free */
	bool fixed;
};

struct net_fdb_remote {
	struct adit_addr addr;
	uint32_t entries; /* 0: the place is free */
	uint32_t learned; /* of these, not static */
};

struct net_fdb {
	struct adit_share_lock lock;
	uint32_t share; /* learned entries that one remote may hold */
	adit_time age;
	uint64_t seed;
	uint32_t used;
	uint16_t free, hand, fresh; /* free list; ageing; entries from here on were never used */
	uint16_t head[NET_FDB_SIZE];
	struct net_fdb_entry entry[NET_FDB_SIZE];
	struct net_fdb_remote remote[NET_FDB_REMOTES];
};

/* On zeroed memory, before it is shared. age 0: nothing is learned. share 0: NET_FDB_SHARE. seed:
 * random, so that nobody can aim at one chain. */
void net_fdb_init(struct net_fdb *f, adit_time age, uint32_t share, uint64_t seed);

/* False: unknown; the frame is to be flooded. */
bool net_fdb_find(struct net_fdb *f, const uint8_t mac[6], uint32_t vni, adit_time now,
	struct adit_addr *remote);

enum net_fdb_news {
	NET_FDB_KNOWN,
	NET_FDB_NEW,
	NET_FDB_MOVED,
	NET_FDB_REFUSED, /* no station's address, a static entry says otherwise, or no place */
};

/* A frame with this source MAC came from `remote`. */
enum net_fdb_news net_fdb_learn(struct net_fdb *f, const uint8_t mac[6], uint32_t vni,
	const struct adit_addr *remote, adit_time now);
/* Adds or changes a static entry. The MAC may be a group's or zero. False: no place. */
bool net_fdb_static(
	struct net_fdb *f, const uint8_t mac[6], uint32_t vni, const struct adit_addr *remote);
/* Forgets what was learned from this remote. */
void net_fdb_forget(struct net_fdb *f, const struct adit_addr *remote);
/* Frees aged entries among the next n in turn; learning does a few by itself. */
void net_fdb_age(struct net_fdb *f, adit_time now, unsigned n);
/* Live entries, static ones included. */
uint32_t net_fdb_count(struct net_fdb *f);

#endif
