/* SPDX-License-Identifier: Apache-2.0 */
/* One layer alone on a bench: configured from text, fed units in buffers of exactly their size, so
 * that a sanitizer sees every byte read or written outside of what was declared. */
#ifndef LAB_H
#define LAB_H

#include "core/registry.h"

#define LAB_ITEMS 80
#define LAB_BUFS  512

struct lab_conf {
	struct adit_conf c;
	struct adit_value value[16];
	struct adit_item item[LAB_ITEMS];
	unsigned n_items;
	struct lab_conf *block;
	char text[2048];
};

struct lab {
	struct lab_conf *conf;
	struct adit_layer l;
	struct adit_pool *pool;
	struct adit_batch in, down, up;
	struct adit_emit e;
	struct adit_fault fault;
	void *buf[LAB_BUFS];
	unsigned n_buf;
};

/* Options as `name=value ...`, blocks as `name{...}`. Shapes 0: the layer's only one. Fails the
 * test where the text is wrong; returns what open() says. */
enum adit_err lab_open(struct lab *b, const struct adit_layer_ops *ops, const char *text,
	uint8_t above, uint8_t below);
/* Frees; fails the test when a cell is missing. */
void lab_close(struct lab *b);

/* A train of n copies of these bytes, each with head bytes before it and tail bytes behind. */
struct adit_pkt *lab_train(
	struct lab *b, const uint8_t *data, uint32_t len, unsigned n, uint32_t head, uint32_t tail);
/* What one unit becomes: the first packet that came out, NULL when none did. The caller frees it.
 * Down: with exactly the room that the layer asked for. */
struct adit_pkt *lab_down(
	struct lab *b, const struct adit_meta *m, const uint8_t *data, uint32_t len);
struct adit_pkt *lab_up(
	struct lab *b, const struct adit_meta *m, const uint8_t *data, uint32_t len);
void lab_feed(struct lab *b, bool down, struct adit_pkt *p);

/* The reason of the only drop since the last call, ADIT_KEEP when there was none. */
enum adit_drop lab_dropped(struct lab *b);
uint64_t lab_drops(const struct lab *b);

/* From a sender that the delivery knows: `far=ADDR near=ADDR code=ip:47 tos=1 ttl=2 hash=3 df=on
 * depth=4` */
void lab_meta(struct adit_meta *m, const char *text);
/* Returns the number of bytes; blanks are skipped. */
uint32_t lab_hex(uint8_t *out, uint32_t max, const char *text);

#endif
