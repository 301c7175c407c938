/* SPDX-License-Identifier: Apache-2.0 */
#include "io/vnet.h"

#include "core/types.h"

#include <linux/virtio_net.h>
#include <string.h>

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

_Static_assert(sizeof(struct virtio_net_hdr) == IO_VNET_LEN, "header without num_buffers");

static const struct {
	uint8_t kind, type;
} kinds[] = {
	{ NET_GSO_NONE, VIRTIO_NET_HDR_GSO_NONE },
	{ NET_GSO_TCP4, VIRTIO_NET_HDR_GSO_TCPV4 },
	{ NET_GSO_TCP6, VIRTIO_NET_HDR_GSO_TCPV6 },
	{ NET_GSO_UDP, VIRTIO_NET_HDR_GSO_UDP_L4 },
};

bool io_vnet_read(struct net_gso *g, const uint8_t p[IO_VNET_LEN])
{
	struct virtio_net_hdr h;
	uint8_t type;

	memcpy(&h, p, sizeof(h));
	type = h.gso_type & (uint8_t)~VIRTIO_NET_HDR_GSO_ECN;

	*g = (struct net_gso){ .csum = h.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.ecn = h.gso_type & VIRTIO_NET_HDR_GSO_ECN,
		.hdr_len = h.hdr_len,
		.seg = h.gso_size,
		.csum_start = h.csum_start,
		.csum_off = h.csum_offset };
	for (unsigned i = 0; i < ADIT_LEN(kinds); i++)
		if (kinds[i].type == type) {
			g->kind = kinds[i].kind;
			return true;
		}
	return false;
}

void io_vnet_write(uint8_t p[IO_VNET_LEN], const struct net_gso *g)
{
	struct virtio_net_hdr h = { 0 };

	for (unsigned i = 0; i < ADIT_LEN(kinds); i++)
		if (kinds[i].kind == g->kind)
			h.gso_type = kinds[i].type;
	if (g->kind != NET_GSO_NONE && g->ecn)
		h.gso_type |= VIRTIO_NET_HDR_GSO_ECN;
	if (g->csum) {
		h.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		h.csum_start = g->csum_start;
		h.csum_offset = g->csum_off;
	}
	h.hdr_len = g->hdr_len;
	h.gso_size = g->seg;
	memcpy(p, &h, sizeof(h));
}
