/* SPDX-License-Identifier: Apache-2.0 */
/* Every codec: the first byte picks a configuration, the rest goes up as a train of one to three,
 * and down. What comes out must lie within what went in plus the declared room. */
#include "core/pool.h"
#include "core/registry.h"
#include "lab.h"

#include <stdlib.h>
#include <string.h>

struct setup {
	const char *layer, *conf, *meta;
	uint8_t above;
};

static const struct setup setups[] = {
	{ "vxlan", "vni=42 remotes=192.0.2.2", "far=192.0.2.2 tos=3", 0 },
	{ "vxlan", "vni=0 from=any", "far=2001:db8::1", 0 },
	{ "gre", "", "code=ip:47 tos=3", ADIT_PACKET },
	{ "gre", "key=1 csum seq allowed=10.0.0.0/8,2001:db8::/32", "code=ip:47", ADIT_PACKET },
	{ "gre", "key=1", "code=ip:47 tos=1", ADIT_FRAME },
	{ "gre", "seq csum", "code=ip:47", ADIT_PAYLOAD },
	{ "ipip", "", "code=ip:4 tos=3", 0 },
	{ "ipip", "allowed=2001:db8::/32", "code=ip:41 tos=1", 0 },
	{ "udp", "remote=198.51.100.2 local=198.51.100.1:4789",
		"far=198.51.100.2 near=198.51.100.1 code=ip:17", 0 },
	{ "udp", "remote=[2001:db8::2]:1 local=2001:db8::1 csum=off",
		"far=2001:db8::2 near=2001:db8::1 code=ip:17", 0 },
	{ "ip", "remote=198.51.100.2 local=198.51.100.1", "", 0 },
	{ "ip", "remote=2001:db8::2 local=2001:db8::1 from=any", "", 0 },
	{ "len16", "", "", ADIT_DATAGRAM },
};

static void drain(struct adit_batch *b, uint32_t most)
{
	struct adit_pkt *p;

	while ((p = adit_take(b)) != NULL) {
		for (unsigned i = 0; i < p->count; i++) {
			struct adit_seg s = adit_seg_at(p, i);

			ADIT_ASSERT(s.len <= most);
			for (uint32_t k = 0; k < s.len; k++) /* each byte is there to be read */
				*(volatile uint8_t *)&s.data[k];
		}
		adit_pkt_free(p);
	}
}

static void run(struct lab *b, bool down, const struct adit_meta *m, const uint8_t *d, uint32_t n)
{
	uint32_t head = down ? b->l.headroom : 0;
	struct adit_pkt *p = lab_train(b, d, n, 1 + (n > 0 ? d[0] % 3 : 0), head, 0);

	p->m = *m;
	p->m.shape = down ? b->l.above : b->l.below;
	lab_feed(b, down, p);
	for (unsigned i = 0; i < 64 && (b->up.count || b->down.count || b->in.count); i++) {
		drain(&b->up, b->l.below == ADIT_STREAM ? UINT16_MAX : n);
		drain(&b->down, n + head);
		if (b->in.count && down)
			b->l.ops->down(&b->l, &b->in, &b->e);
		else if (b->in.count)
			b->l.ops->up(&b->l, &b->in, &b->e);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct setup *s;
	struct adit_meta m;
	struct lab b;

	if (size < 2 || size > 2000)
		return 0;
	s = &setups[data[0] % ADIT_LEN(setups)];
	if (lab_open(&b, adit_registry_find(s->layer), s->conf, s->above, 0) != ADIT_OK)
		abort();
	lab_meta(&m, s->meta);
	run(&b, false, &m, data + 1, (uint32_t)size - 1);
	run(&b, true, &m, data + 1, (uint32_t)size - 1);
	lab_close(&b);
	return 0;
}
