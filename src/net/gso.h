/* SPDX-License-Identifier: Apache-2.0 */
/* The virtio-net header in host form, as the TUN driver gives and takes it. */
#ifndef ADIT_NET_GSO_H
#define ADIT_NET_GSO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum net_gso_kind {
	NET_GSO_NONE,
	NET_GSO_TCP4,
	NET_GSO_TCP6,
	NET_GSO_UDP, /* UDP_L4: one datagram a segment, not IP fragments */
};

struct net_gso {
	uint8_t kind;	     /* enum net_gso_kind */
	bool csum;	     /* NEEDS_CSUM: the transport checksum holds the pseudo-header only */
	bool ecn;	     /* the first segment alone carries CWR */
	uint16_t hdr_len;    /* a hint on input, exact on output */
	uint16_t seg;	     /* payload bytes a segment */
	uint16_t csum_start; /* from the start of the frame or packet */
	uint16_t csum_off;   /* from csum_start */
};

struct net_vec {
	void *base;
	size_t len;
};

#endif
