/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP errors: made for packets that a tunnel cannot carry, and read where they quote ours. */
#ifndef ADIT_NET_ICMP_H
#define ADIT_NET_ICMP_H

#include "core/packet.h"

/* Token bucket. Zero-initialised it is full at its first use. */
struct net_icmp_limit {
	adit_time last;
	uint32_t tokens, used;
};

#define NET_ICMP_RATE  100 /* errors a second */
#define NET_ICMP_BURST 50

bool net_icmp_allow(struct net_icmp_limit *l, adit_time now);

enum net_icmp_what {
	NET_ICMP_TOO_BIG,	/* fragmentation needed, packet too big */
	NET_ICMP_TIME_EXCEEDED, /* in transit */
	NET_ICMP_NO_ROUTE,
	NET_ICMP_PROHIBITED,
};

struct net_icmp_make {
	enum net_icmp_what what;
	uint32_t mtu; /* TOO_BIG: of the IP packet */
	const struct adit_addr
		*via; /* source address; NULL or another family: the packet's destination */
};

#define NET_ICMP_MAX (ETH_LEN_MAX + 1280u) /* longest answer */
#define ETH_LEN_MAX  30u		   /* link header that is copied */

/* Writes the error that answers this unit (a packet, or a frame with IP in it) into out, of
 * NET_ICMP_MAX bytes; a frame is answered by a frame. Returns its length; 0: none may be sent (RFC
 * 1812 4.3.2.7, RFC 4443 2.4: no errors about errors, fragments but the first, group or unspecified
 * addresses). The caller asks net_icmp_allow() first. */
uint32_t net_icmp_error(uint8_t *out, enum adit_shape shape, const struct adit_seg *about,
	const struct net_icmp_make *m);

/* A received ICMP error. */
struct net_icmp_quote {
	enum net_icmp_what what;
	bool known;   /* `what` holds; else another kind of error */
	uint32_t mtu; /* TOO_BIG: 0 if the router did not say (RFC 1191 5) */
	uint8_t version, proto;
	uint8_t src[16], dst[16]; /* of the quoted packet */
	const uint8_t *l4;	  /* quoted bytes behind its IP headers */
	uint32_t l4_len;	  /* may be 0 */
};

/* An ICMP message (version 4) or ICMPv6 message (6) of n bytes, without its IP header. False: no
 * error, or its quote does not reach the quoted addresses. Its own checksum is not looked at. */
bool net_icmp_parse(struct net_icmp_quote *q, unsigned version, const uint8_t *p, size_t n);

#endif
