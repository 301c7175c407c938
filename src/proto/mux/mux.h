/* SPDX-License-Identifier: Apache-2.0 */
/* mux: many flows over one stream, each with credit of its own.
 *
 *  0      1      2             4                           8
 * +------+------+-------------+---------------------------+----------------
 * | type | zero | length      | flow                      | length bytes
 * +------+------+-------------+---------------------------+----------------
 *
 * Each side first sends a preface: "ADITMUX", a version byte, and the window of bytes that each new
 * flow may have on its way to it. docs/protocols/mux.md is the specification. */
#ifndef ADIT_MUX_H
#define ADIT_MUX_H

#include "core/layer.h"

enum mux_opt { MUX_OPT_FLOWS, MUX_OPT_WINDOW, MUX_OPT_N };

enum mux_type { MUX_OPEN = 1, MUX_DATA, MUX_CREDIT, MUX_EOF, MUX_RESET };

/* The byte of a RESET frame. */
enum mux_reason { MUX_WHY_RESET, MUX_WHY_REFUSED, MUX_WHY_UNREACHABLE, MUX_WHY_N };

#define MUX_VERSION    1
#define MUX_PREFACE    12
#define MUX_HDR	       8
#define MUX_WINDOW_MIN 32768u /* what a flow may send before the peer's preface is here */
#define MUX_WINDOW_MAX 2097152u
#define MUX_WINDOW_SMALL                                                                           \
	131072u /* as much as a flow's batch holds in small cells; larger takes large cells */
#define MUX_NONE     UINT32_MAX
#define MUX_REFUSALS 64

struct mux_flow {
	uint32_t id;	  /* on the wire; 0: this slot is free */
	uint32_t flow;	  /* in the stack */
	uint32_t credit;  /* bytes that we may send */
	uint32_t granted; /* bytes that the peer may send */
	bool eof_down, eof_up;
	bool owes; /* in the list of flows that may be due credit; outlives the flow */
	uint32_t next_id, next_flow, next_owes; /* slots */
};

struct mux_table {
	struct mux_flow *flow;
	uint32_t *by_id, *by_flow; /* heads of the lists of a hash value */
	uint32_t size, n, mask, free;
	uint32_t owes_first, owes_last;
};

/* What is under way of the frame, or preface, that arrives. */
struct mux_parse {
	bool prefaced, skip;
	uint8_t head[MUX_PREFACE];
	uint8_t head_n, type;
	uint16_t left; /* bytes of the body still to come */
	uint16_t body_n;
	uint32_t id;
	uint8_t body[ADIT_TARGET_MAX];
};

struct mux {
	struct mux_table t;
	struct mux_parse in;
	uint32_t window, peer_window;
	uint32_t next_id; /* of the next flow that we open */
	uint32_t last_id; /* the highest that the peer opened */
	uint32_t refusal[MUX_REFUSALS];
	unsigned refusals;
	bool greeted;
	uint8_t bye; /* enum adit_kind that ends the session below, 0 while it lives */
	bool bye_sent;
};

/* table.c */
bool mux_table_open(struct mux_table *t, uint32_t size);
void mux_table_close(struct mux_table *t);
struct mux_flow *mux_by_id(const struct mux_table *t, uint32_t id);
struct mux_flow *mux_by_flow(const struct mux_table *t, uint32_t flow);
struct mux_flow *mux_flow_new(struct mux_table *t, uint32_t id, uint32_t flow); /* NULL: full */
void mux_flow_free(struct mux_table *t, struct mux_flow *f);
void mux_owe(struct mux_table *t, struct mux_flow *f);
struct mux_flow *mux_owing(const struct mux_table *t); /* the first in the list, NULL: none */
void mux_owed(struct mux_table *t);		       /* drops the first */

/* send.c: toward the wire. False: no room or cell now, and out->wake is set so that it is tried
 * again. */
bool mux_flush(struct adit_layer *l, struct adit_emit *out);
void mux_down(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out);
/* Resets a flow upward and forgets it. False: no event cell. */
bool mux_reset_up(
	struct adit_layer *l, struct mux_flow *f, enum adit_drop why, struct adit_emit *out);
/* The session is over: RESET for a broken one, EOF for one that ended. */
void mux_end(struct adit_layer *l, enum adit_kind how, enum adit_drop why, struct adit_emit *out);
/* Whether both directions of the flow have ended, which frees it. */
void mux_settle(struct adit_layer *l, struct mux_flow *f, struct adit_emit *out);
void mux_retry(struct adit_emit *out);

/* receive.c */
void mux_up(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out);
/* Bytes that f may be granted now. */
uint32_t mux_grantable(const struct mux *m, const struct mux_flow *f, struct adit_emit *out);

extern const struct adit_layer_ops adit_layer_mux;

#endif
