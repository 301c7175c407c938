/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet frames with VLAN tags, and where the IP packet lies in a unit of either shape. */
#ifndef ADIT_NET_ETH_H
#define ADIT_NET_ETH_H

#include "core/packet.h"

#define ETH_LEN	     14
#define ETH_TAGS_MAX 4
#define ETH_P_IP     0x0800
#define ETH_P_ARP    0x0806
#define ETH_P_TEB    0x6558
#define ETH_P_8021Q  0x8100
#define ETH_P_IPV6   0x86dd
#define ETH_P_8021AD 0x88a8
#define ETH_P_QINQ   0x9100

struct net_eth {
	const uint8_t *dst, *src;
	uint16_t type;	/* behind the tags; below 0x600 an 802.3 length */
	uint16_t off;	/* of what follows it */
	uint16_t tci;	/* of the outermost tag, 0 without */
	uint8_t n_tags; /* a fifth tag is not looked behind: type is then a tag's */
};

/* After a failure the type is that of no protocol: 0, or the tag's that was cut. */
enum adit_drop net_eth_parse(struct net_eth *e, const uint8_t *p, size_t n);
/* Writes 14 bytes. */
void net_eth_build(uint8_t *p, const uint8_t dst[6], const uint8_t src[6], uint16_t type);

static inline bool net_mac_is_group(const uint8_t *mac)
{
	return mac[0] & 1;
}

/* Finds the IP packet in a packet or frame: its version (4 or 6) and its offset. 0: there is none,
 * or not the first byte of it. Nothing else of it is checked. */
unsigned net_find_ip(enum adit_shape shape, const uint8_t *p, size_t n, uint32_t *off);

#endif
