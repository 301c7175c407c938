/* SPDX-License-Identifier: Apache-2.0 */
/* A packet, a train of packets, a piece of a stream, or an event: what travels through a stack.
 *
 * A train is `count` segments of one flow and one delivery address that lie at one pitch in one
 * cell: segment i starts at base + i * pitch + off and is `len` long, only the last one may be
 * shorter (`last`). A single packet is a train of one. All headers are pushed and pulled for the
 * whole train by moving `off`; the bytes are then written a segment at a time. */
#ifndef ADIT_PACKET_H
#define ADIT_PACKET_H

#include "core/addr.h"
#include "core/drop.h"
#include "core/types.h"

#define ADIT_TRAIN_MAX 64

enum adit_shape {
	ADIT_FRAME = 1 << 0,	/* an Ethernet frame, without FCS */
	ADIT_PACKET = 1 << 1,	/* an IP packet, version by its first nibble */
	ADIT_PAYLOAD = 1 << 2,	/* bytes with a code in a number space */
	ADIT_DATAGRAM = 1 << 3, /* a message with a far address */
	ADIT_STREAM = 1 << 4,	/* bytes in order, with back-pressure and half-close */
};

/* Number spaces for the code of a payload, and for a layer's own codes. */
enum adit_space {
	ADIT_SPACE_NONE,
	ADIT_SPACE_IPPROTO,
	ADIT_SPACE_ETHERTYPE,
	ADIT_SPACE_UDPPORT,
};

enum adit_kind {
	ADIT_DATA,
	ADIT_OPEN,   /* a flow begins; ev.open */
	ADIT_EOF,    /* no more data in this direction of the flow */
	ADIT_RESET,  /* the flow ends at once, both directions; ev.reset */
	ADIT_PATH,   /* the path's MTU changed; ev.path */
	ADIT_MOVED,  /* the far address changed; far */
	ADIT_ASSIGN, /* the peer assigns addresses; ev.assign */
	ADIT_STATE,  /* a layer became ready or died; ev.state */
};

#define ADIT_TARGET_MAX 256

struct adit_event {
	union {
		struct {
			char target[ADIT_TARGET_MAX]; /* "host:port", empty on fixed boundaries */
			char user[64];
		} open;
		struct {
			uint16_t why; /* enum adit_drop */
		} reset;
		struct {
			uint32_t
				mtu; /* bytes that the receiver of the event may send in one unit */
		} path;
		struct {
			struct adit_prefix addr, route;
			struct adit_addr dns;
			uint32_t mtu;
		} assign;
		struct {
			uint8_t up; /* 1 ready, 0 dead */
			uint16_t why;
		} state;
	};
};

/* Delivery fields. Going down they ask the delivery for a header; going up they say what the
 * header held. */
#define ADIT_DF_UNSET 0 /* down: the delivery's own setting */
#define ADIT_DF_ON    1
#define ADIT_DF_OFF   2

/* What belongs to a unit beside its bytes; the same for all segments of a train. */
struct adit_meta {
	uint16_t code;	 /* payload: its number in `space` */
	uint8_t space;	 /* enum adit_space */
	uint8_t shape;	 /* enum adit_shape of the data at this point */
	uint8_t tos;	 /* DSCP and ECN of the delivery header */
	uint8_t ttl;	 /* 0 going down: the delivery's own setting */
	uint8_t df;	 /* ADIT_DF_*, down only */
	uint8_t leg;	 /* index of the leg below a layer with several */
	uint8_t depth;	 /* encapsulations so far, against loops */
	uint8_t csum_ok; /* up: the transport checksum inside is known to be good */
	uint8_t known;	 /* up: the delivery has a remote and this is it, or from=any */
	uint8_t zero;
	uint32_t hash;	       /* of the innermost flow; 0 is a value like any other */
	uint32_t flow;	       /* stream flow */
	struct adit_addr far;  /* datagram and payload: the far side; family 0: not known */
	struct adit_addr near; /* up: the local address that it was sent to; down: source */
};

struct adit_pool;

struct adit_pkt {
	uint8_t *base;	   /* start of the cell's room */
	uint32_t pitch;	   /* distance between segments; for count 1 the room's size */
	uint16_t off, len; /* of each segment */
	uint16_t last;	   /* length of the last segment, <= len; equals len for count 1 */
	uint8_t count;	   /* segments, 1..ADIT_TRAIN_MAX; 0 for events */
	uint8_t kind;	   /* enum adit_kind */
	uint32_t size;	   /* bytes of room at base */
	struct adit_meta m;
	struct adit_pool *home;
	struct adit_pkt *next; /* free list; the holder's use while out */
};

/* One segment: all that a codec sees. */
struct adit_seg {
	uint8_t *data;
	uint32_t len;
};

/* Segment i of p; i < p->count. */
static inline struct adit_seg adit_seg_at(const struct adit_pkt *p, unsigned i)
{
	return (struct adit_seg){ p->base + (size_t)i * p->pitch + p->off,
		i + 1u == p->count ? p->last : p->len };
}

static inline uint32_t adit_pkt_bytes(const struct adit_pkt *p)
{
	return p->count ? (uint32_t)p->len * (p->count - 1u) + p->last : 0;
}

static inline struct adit_event *adit_event_of(struct adit_pkt *p)
{
	return (struct adit_event *)(void *)p->base;
}

/* Grow a segment at its head: the stack reserved this room, so lacking it is our bug. The room is
 * checked once a train by the codec adapter; a layer that pushes by itself uses adit_push(). */
static inline uint8_t *adit_seg_push(struct adit_seg *s, uint32_t n)
{
	s->data -= n;
	s->len += n;
	return s->data;
}

/* Shrink a segment at its head. Returns the bytes removed, or NULL: lengths come from the peer. */
static inline uint8_t *adit_seg_pull(struct adit_seg *s, uint32_t n)
{
	uint8_t *p = s->data;

	if (s->len < n)
		return NULL;
	s->data += n;
	s->len -= n;
	return p;
}

/* Shrink a segment to n bytes. False: it has fewer. */
static inline bool adit_seg_trim(struct adit_seg *s, uint32_t n)
{
	if (s->len < n)
		return false;
	s->len = n;
	return true;
}

/* The same on single packets (count 1). push and put abort for want of room. */
uint8_t *adit_push(struct adit_pkt *p, uint32_t n);
uint8_t *adit_put(struct adit_pkt *p, uint32_t n);
uint8_t *adit_pull(struct adit_pkt *p, uint32_t n); /* NULL: too short */
bool adit_trim(struct adit_pkt *p, uint32_t n);	    /* to n bytes; false: too short */

static inline uint8_t *adit_data(const struct adit_pkt *p)
{
	return p->base + p->off;
}

/* Bytes free behind the data of a single packet. */
static inline uint32_t adit_tailroom(const struct adit_pkt *p)
{
	return p->size - p->off - p->len;
}

#endif
