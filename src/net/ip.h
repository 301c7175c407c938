/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4 and IPv6 headers: a checked view, building, and in-place changes. */
#ifndef ADIT_NET_IP_H
#define ADIT_NET_IP_H

#include "core/packet.h"

#define IP4_LEN		   20
#define IP4_LEN_MAX	   60
#define IP6_LEN		   40
#define IP6_MTU_MIN	   1280 /* RFC 8200 5 */
#define IP4_DF		   0x4000
#define IP4_MF		   0x2000
#define IP6_EXT_MAX	   8 /* extension headers that are walked */

#define IPPROTO_N_HOPOPTS  0
#define IPPROTO_N_ICMP	   1
#define IPPROTO_N_IPIP	   4
#define IPPROTO_N_TCP	   6
#define IPPROTO_N_UDP	   17
#define IPPROTO_N_IPV6	   41
#define IPPROTO_N_ROUTING  43
#define IPPROTO_N_FRAGMENT 44
#define IPPROTO_N_GRE	   47
#define IPPROTO_N_ESP	   50
#define IPPROTO_N_AH	   51
#define IPPROTO_N_ICMPV6   58
#define IPPROTO_N_NONE	   59
#define IPPROTO_N_DSTOPTS  60
#define IPPROTO_N_MPLS	   137

struct net_ip {
	const uint8_t *src, *dst; /* addr_len bytes each, within the packet */
	uint32_t total;		  /* bytes of the packet by its own length fields, <= n */
	uint32_t id;		  /* of its fragments; IPv6: with a fragment header */
	uint16_t l4_off;	  /* where proto's bytes begin: after options, extension headers */
	uint16_t frag_off;	  /* in bytes */
	uint16_t frag_hdr;	  /* IPv6: offset of the fragment header, 0 without */
	uint8_t version, addr_len;
	uint8_t proto; /* of the bytes at l4_off */
	uint8_t tos, ttl;
	bool df;	/* IPv6: always */
	bool more;	/* fragments follow */
	bool routing;	/* an IPv6 routing header: dst may not be the final one */
	bool truncated; /* only by net_ip_parse_quote(): fewer bytes than total */
};

static inline bool net_ip_is_fragment(const struct net_ip *ip)
{
	return ip->more || ip->frag_off;
}

static inline uint32_t net_ip_payload(const struct net_ip *ip)
{
	return ip->total - ip->l4_off;
}

/* Checks lengths and version, not the IPv4 header checksum. Bytes after total are ignored. */
enum adit_drop net_ip_parse(struct net_ip *ip, const uint8_t *p, size_t n);
/* The same of a packet cut short, as ICMP errors quote it: total may exceed n, headers may not. */
enum adit_drop net_ip_parse_quote(struct net_ip *ip, const uint8_t *p, size_t n);
/* p holds a whole IPv4 header. */
bool net_ip4_csum_ok(const uint8_t *p);
void net_ip4_csum_set(uint8_t *p);

struct net_ip_build {
	const uint8_t *src, *dst;
	uint8_t version;
	uint8_t proto, tos, ttl;
	bool df;	  /* IPv4 */
	uint16_t id;	  /* IPv4 */
	uint32_t flow;	  /* IPv6 flow label, its low 20 bits */
	uint16_t payload; /* bytes behind the header */
};

/* Writes 20 or 40 bytes; returns how many. IPv4: payload <= 65515. */
unsigned net_ip_build(uint8_t *p, const struct net_ip_build *b);

/* Whether the TCP or UDP checksum at l4 was left to a card that never came, as a neighbour on the
 * same machine does over a veth: the field holds the sum of the pseudo-header alone. Such a
 * checksum says as little as a true one that happens to fit; the device is asked to finish it. */
bool net_ip_partial(const struct net_ip *ip, const uint8_t *l4);

/* On a packet of at least 20 (40) bytes of that version; the IPv4 checksum follows. */
uint8_t net_ip_tos(const uint8_t *p);
void net_ip_set_tos(uint8_t *p, uint8_t tos);
uint8_t net_ip_ttl(const uint8_t *p);
void net_ip_set_ttl(uint8_t *p, uint8_t ttl);

/* Writes the UDP header's 8 bytes. zero_csum: none is computed; else over src, dst and the whole
 * datagram of len bytes that begins at p. */
struct net_udp_build {
	const uint8_t *src, *dst;
	unsigned addr_len;
	uint16_t sport, dport;
	bool zero_csum;
};
#define UDP_LEN 8
void net_udp_build(uint8_t *p, uint16_t len, const struct net_udp_build *b);
/* A datagram of n bytes at p: true if its length field fits (*len) and its checksum holds. A zero
 * checksum counts as good only if zero_ok. */
enum adit_drop net_udp_check(
	const struct net_ip *ip, const uint8_t *p, size_t n, bool zero_ok, uint16_t *len);

#endif
