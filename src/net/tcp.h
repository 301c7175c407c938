/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of a TCP header (RFC 9293 3.1). */
#ifndef ADIT_NET_TCP_H
#define ADIT_NET_TCP_H

#include <stdint.h>

#define TCP_LEN 20
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10
#define TCP_URG 0x20
#define TCP_ECE 0x40
#define TCP_CWR 0x80

/* Both read within the first 20 bytes; the length may be below 20 or beyond the packet. */
static inline uint32_t tcp_hdr_len(const uint8_t *l4)
{
	return (uint32_t)(l4[12] >> 4) * 4;
}

static inline uint8_t tcp_flags(const uint8_t *l4)
{
	return l4[13];
}

#endif
