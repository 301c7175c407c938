/* SPDX-License-Identifier: Apache-2.0 */
/* Fixed cells in three sizes, allocated when a stack opens. One pool belongs to one worker. */
#ifndef ADIT_POOL_H
#define ADIT_POOL_H

#include "core/packet.h"

#define ADIT_CELL_EVENT 512   /* room of an event's cell */
#define ADIT_CELL_SMALL 2304  /* room of a packet of ordinary size with its headers */
#define ADIT_CELL_LARGE 81920 /* room of a train, or of one packet of up to 64 KiB */

struct adit_pool_conf {
	unsigned events, smalls, larges;
};

/* NULL: no memory. Untouched cells cost address space only. */
struct adit_pool *adit_pool_open(const struct adit_pool_conf *c);
/* Aborts when a cell is still out. */
void adit_pool_close(struct adit_pool *pool);

/* A packet of count 1, kind DATA, len 0, with `head` bytes of headroom and at least room - head
 * bytes behind; smallest cell that fits. NULL: none free, or room above ADIT_CELL_LARGE. */
struct adit_pkt *adit_pool_get(struct adit_pool *pool, uint32_t head, uint32_t room);
/* An event of this kind, zeroed. NULL: none free. */
struct adit_pkt *adit_pool_event(struct adit_pool *pool, enum adit_kind kind);
/* Copies segments [from, from + n) of p and all its fields into a fresh cell, keeping p->off as
 * headroom and `tail` bytes behind each. NULL: none free. */
struct adit_pkt *adit_pkt_copy(
	struct adit_pool *pool, const struct adit_pkt *p, unsigned from, unsigned n, uint32_t tail);
/* Gives a packet back to its home. */
void adit_pkt_free(struct adit_pkt *p);

unsigned adit_pool_out(const struct adit_pool *pool);	    /* cells in use */
unsigned adit_pool_out_large(const struct adit_pool *pool); /* of these, large ones */

#endif
