/* SPDX-License-Identifier: Apache-2.0 */
/* Trains through per-segment functions: the shared adapter of all header-only encapsulations. */
#ifndef ADIT_CODEC_H
#define ADIT_CODEC_H

#include "core/layer.h"

typedef enum adit_drop (*adit_seg_fn)(struct adit_layer *l, struct adit_seg *s,
	const struct adit_meta *in, struct adit_meta *out, adit_time now);

/* Runs fn over the segments of the train at the front of `in` and moves the result to `to`, as few
 * trains as possible; what could not be finished stays at the front of `in`. Needs adit_room(to)
 * >= 2; returns false where there is less. Counts into l->stats (down: `to` is the lower side). */
bool adit_train_run(struct adit_layer *l, struct adit_batch *in, struct adit_batch *to,
	struct adit_emit *e, adit_seg_fn fn);

/* The same on a packet that the caller holds, with no splitting: for a layer that copies packets
 * itself. Returns ADIT_KEEP, or the first reason; then p is as good as garbage and to be dropped.
 */
enum adit_drop adit_train_each(
	struct adit_layer *l, struct adit_pkt *p, adit_time now, adit_seg_fn fn);

void adit_codec_down(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out);
void adit_codec_up(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out);

#endif
