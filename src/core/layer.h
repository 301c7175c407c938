/* SPDX-License-Identifier: Apache-2.0 */
/* A layer: a const table of operations and zeroed state between an upper side (toward the user)
 * and a lower side (toward the wire).
 *
 * The rule of flow: take from the front of `in` only what you have room to emit, for your worst
 * fan-out; what you leave is the back-pressure. down, up and tick may each emit both ways. A layer
 * never calls another layer, the clock, the random source or malloc outside open(). */
#ifndef ADIT_LAYER_H
#define ADIT_LAYER_H

#include "core/batch.h"
#include "core/conf.h"

enum adit_log_level { ADIT_LOG_ERROR, ADIT_LOG_WARN, ADIT_LOG_INFO, ADIT_LOG_DEBUG };

/* What a layer may ask of the world; seeded and recorded in tests. */
struct adit_env {
	void (*random)(void *ctx, void *out, size_t n);
	void (*log)(void *ctx, enum adit_log_level level, const char *layer, const char *line);
	void *ctx;
};

struct adit_chain;

/* What a layer may do; valid for one call. */
struct adit_emit {
	struct adit_batch *down; /* toward the wire; adit_room() first */
	struct adit_batch *up;	 /* toward the user; in a hub NULL: adit_flow_up() */
	struct adit_pool *pool;
	adit_time now;
	adit_time wake; /* in/out on every call: when tick is wanted next, ADIT_NEVER for not */
	const struct adit_env *env;
	struct adit_chain *chain; /* the engine's own */
};

struct adit_stats {
	uint64_t down_units, down_bytes; /* segments and bytes that went on toward the wire */
	uint64_t up_units, up_bytes;
	uint64_t drops[ADIT_DROP_MAX];
};

enum adit_status {
	ADIT_OPENING, /* a handshake is under way */
	ADIT_READY,
	ADIT_DONE, /* nothing left to do: may be spliced out */
	ADIT_DEAD, /* and `why` says why */
};

struct adit_layer {
	const struct adit_layer_ops *ops;
	const struct adit_conf *conf;
	void *state;  /* ops->state_size zeroed bytes, one for each instance */
	void *shared; /* ops->shared_size zeroed bytes, one for all workers; core/share.h only */
	uint8_t above, below; /* shapes on the two boundaries */
	bool server;
	bool ordered;	/* open(): units must leave in the order in which it saw them: one worker */
	uint8_t status; /* enum adit_status; open() leaves ADIT_READY unless it says otherwise */
	uint16_t why;	/* enum adit_drop */
	/* Bytes that this configuration adds to one unit: exact where the protocol allows, else the
	 * worst case. open() sets them from the configuration. */
	uint16_t headroom, tailroom;
	uint32_t path; /* MTU last told from below, 0 unknown */
	adit_time wake;
	struct adit_stats stats;
};

/* What `explain` prints of a header, and what a dissector is to read in the same place. */
struct adit_field {
	const char *name;    /* as the standard calls it */
	const char *filter;  /* Wireshark's name for it, NULL if none */
	uint16_t off, bytes; /* in this header */
	char value[48];	     /* as Wireshark shows it, empty: varies */
};

#define ADIT_HDR_FIELDS 12

struct adit_hdr {
	const char *name;      /* "VXLAN" */
	const char *dissector; /* Wireshark's protocol name, "vxlan" */
	const char *role;      /* who is payload to whom, in a few words */
	const char *standard;  /* "RFC 7348 5" */
	uint16_t bytes, trailer;
	uint8_t osi;
	uint8_t n_fields;
	struct adit_field field[ADIT_HDR_FIELDS];
};

struct adit_code {
	uint8_t space; /* enum adit_space */
	uint16_t code;
};

/* Header-only encapsulations: two functions behind the shared adapter (core/codec.h). One segment a
 * call; `out` starts as a copy of `in`. A train is split where segments come to differ in length,
 * offset or meta, and where one of them is dropped. */
struct adit_codec_ops {
	enum adit_drop (*encap)(struct adit_layer *l, struct adit_seg *s,
		const struct adit_meta *in, struct adit_meta *out, adit_time now);
	enum adit_drop (*decap)(struct adit_layer *l, struct adit_seg *s,
		const struct adit_meta *in, struct adit_meta *out, adit_time now);
};

/* Stacks that share a port: the key that a received unit carries, and the one that a stack takes.
 */
struct adit_demux_ops {
	bool (*key_of)(const uint8_t *data, uint32_t len, uint32_t *key); /* false: it has none */
	uint32_t (*key)(const struct adit_layer *l);
};

/* ops.flags */
#define ADIT_L_END	    0x001 /* first of a stack: nothing rides on it */
#define ADIT_L_BOTTOM	    0x002 /* may be the last of a stack: the system delivers for it */
#define ADIT_L_HUB	    0x004 /* carries many flows over one */
#define ADIT_L_MANY	    0x008 /* an end or delivery that has many flows (listen, tcp) */
#define ADIT_L_DIAL	    0x010 /* flows carry a target on its upper side (end: its own side) */
#define ADIT_L_NEED_DIAL    0x020 /* needs a dial boundary to work */
#define ADIT_L_NARROW	    0x040 /* refused without a securing layer above, unless `insecure` */
#define ADIT_L_CONFIDENTIAL 0x080
#define ADIT_L_AUTHENTIC    0x100
#define ADIT_L_REPLAY	    0x200  /* replay-protected */
#define ADIT_L_ENTROPY	    0x400  /* wants the UDP source port to follow meta.hash */
#define ADIT_L_PORT_BOTH    0x800  /* its UDP port is both the far and the local default */
#define ADIT_L_OPEN_BELOW   0x1000 /* can choose far addresses itself: the delivery may be open */

struct adit_layer_ops {
	const char *name;
	const char *alias;    /* another name, or NULL */
	const char *title;    /* one line for `protocols` and help */
	const char *standard; /* "RFC 7348" */
	const char
		*needs; /* completion: the layer to add below where none is written; NULL: none */
	uint8_t osi;
	uint8_t above, below; /* sets of shapes; an end has no above, a delivery's below is 0 at the
				 bottom */
	uint8_t space;	      /* enum adit_space of the codes that it carries on its upper side */
	uint32_t flags;
	const struct adit_code *codes; /* its own code in each space that it rides in */
	unsigned n_codes;
	const struct adit_opt *opts;
	unsigned n_opts;
	size_t state_size, shared_size;
	const struct adit_demux_ops *demux; /* NULL: its port cannot be shared */
	const struct adit_codec_ops *codec; /* then down, up are adit_codec_down, adit_codec_up */

	/* Checks the values of l->conf against each other, sets headroom and tailroom and fills the
	 * state. Does no I/O: `check` and `explain` open stacks too. With first, also the shared.
	 */
	enum adit_err (*open)(struct adit_layer *l, bool first, struct adit_fault *f);
	void (*down)(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out);
	void (*up)(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out);
	void (*tick)(struct adit_layer *l, struct adit_emit *out); /* NULL: no timers */
	void (*close)(struct adit_layer *l); /* frees, wipes; NULL: nothing to */
	/* The headers that it writes, outermost last; returns how many. NULL: none. */
	unsigned (*describe)(const struct adit_layer *l, struct adit_hdr *out, unsigned max);
};

/* Hubs: flows on the upper side. `in->flow` in down() names the flow that the batch belongs to; an
 * empty batch says that the flow took something from what up() gave it. A hub that could not emit
 * all that it owes leaves `wake` at `now`: its tick is called when room below came free.
 * up() fills the batches of flows. NULL: no such flow, or it is closing. */
struct adit_batch *adit_flow_up(struct adit_emit *out, uint32_t flow);
/* The peer began a flow: makes the layers above for it. Its id goes to *flow; the hub then emits
 * an ADIT_OPEN into the batch returned. NULL: refused (no room). */
struct adit_batch *adit_flow_begin(struct adit_emit *out, uint32_t *flow);
/* The hub is done with the flow; nothing more will be taken from or given to it. */
void adit_flow_done(struct adit_emit *out, uint32_t flow);

/* Deliveries beside the first one, for the lowest layer of a stack that has several (legs): where
 * units go down by leg; 0 is e->down. What comes up says its leg in in->leg. NULL: no such leg. */
struct adit_batch *adit_leg(struct adit_emit *e, unsigned leg);

/* Passes on the event p that stands at the front of `in`: what a layer does with every event that
 * it does not know. PATH is lessened by the layer's own bytes. False: no room, p left. */
bool adit_pass_down(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out);
bool adit_pass_up(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out);

/* Counts and frees. */
void adit_drop(struct adit_layer *l, struct adit_pkt *p, enum adit_drop why);

#endif
