/* SPDX-License-Identifier: Apache-2.0 */
#include "core/layer.h"

bool adit_pass_down(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	(void)l;
	if (!adit_peek(in) || !adit_room(out->down))
		return false;
	adit_add(out->down, adit_take(in));
	return true;
}

bool adit_pass_up(struct adit_layer *l, struct adit_batch *in, struct adit_emit *out)
{
	struct adit_pkt *p = adit_peek(in);

	if (!p || !adit_room(out->up))
		return false;
	if (p->kind == ADIT_PATH) {
		struct adit_event *ev = adit_event_of(p);
		uint32_t own = (uint32_t)l->headroom + l->tailroom;

		l->path = ev->path.mtu;
		ev->path.mtu = ev->path.mtu > own ? ev->path.mtu - own : 0;
	}
	adit_add(out->up, adit_take(in));
	return true;
}

void adit_drop(struct adit_layer *l, struct adit_pkt *p, enum adit_drop why)
{
	l->stats.drops[why] += p->count ? p->count : 1u;
	adit_pkt_free(p);
}
