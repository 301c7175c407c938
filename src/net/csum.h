/* SPDX-License-Identifier: Apache-2.0 */
/* The Internet checksum (RFC 1071) and its incremental update (RFC 1624). */
#ifndef ADIT_NET_CSUM_H
#define ADIT_NET_CSUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Partial sums are 64-bit one's complement sums in memory order, opaque until folded. A sum may be
 * continued only at an even distance from where it began. */
uint64_t net_sum(const void *p, size_t n, uint64_t sum);
/* Copies and sums in one pass. The ranges do not overlap. */
uint64_t net_sum_copy(void *to, const void *from, size_t n, uint64_t sum);
/* Pseudo-header: addresses of 4 or 16 bytes each, protocol, length of the transport part. */
uint64_t net_sum_pseudo(
	const uint8_t *src, const uint8_t *dst, unsigned addr_len, uint8_t proto, uint32_t len);

/* Memory order to host order of a folded sum, and back. */
static inline uint16_t net_sum_wire16(uint16_t v)
{
	uint8_t b[2];

	memcpy(b, &v, 2);
	return (uint16_t)(b[0] << 8 | b[1]);
}

/* 2^64 is 1 modulo 2^16 - 1: the carry of an addition goes back in at the end. */
static inline uint64_t net_sum_add(uint64_t a, uint64_t b)
{
	a += b;
	return a + (a < b);
}

/* As if these values stood in the packet in network order. */
static inline uint64_t net_sum_be16(uint64_t sum, uint16_t v)
{
	return net_sum_add(sum, net_sum_wire16(v));
}

static inline uint64_t net_sum_be32(uint64_t sum, uint32_t v)
{
	return net_sum_be16(net_sum_be16(sum, (uint16_t)(v >> 16)), (uint16_t)v);
}

/* The folded sum, host order, not complemented: 0xffff over data with a correct checksum. */
static inline uint16_t net_fold(uint64_t sum)
{
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	return net_sum_wire16((uint16_t)sum);
}

static inline uint16_t net_csum_of(uint64_t sum)
{
	return (uint16_t)~net_fold(sum);
}

/* The checksum to store, host order. */
static inline uint16_t net_csum(const void *p, size_t n)
{
	return net_csum_of(net_sum(p, n, 0));
}

/* New checksum after a 16-bit word (or n bytes at an even offset, n even) changed. */
uint16_t net_csum_fix16(uint16_t csum, uint16_t was, uint16_t is);
uint16_t net_csum_fix(uint16_t csum, const void *was, const void *is, size_t n);

#endif
