/* SPDX-License-Identifier: Apache-2.0 */
#include "net/csum.h"

#include <string.h>

/* Memory order to host order of a folded sum: on a big-endian host it stays, else it is swapped. */
static uint16_t wire16(uint16_t v)
{
	uint8_t b[2];

	memcpy(b, &v, 2);
	return (uint16_t)(b[0] << 8 | b[1]);
}

static inline uint64_t load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return v;
}

/* 2^64 is 1 modulo 2^16 - 1: the carry of an addition goes back in at the end. */
static inline uint64_t add(uint64_t a, uint64_t b)
{
	a += b;
	return a + (a < b);
}

static uint64_t tail(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, p, n);
	return v;
}

uint64_t net_sum(const void *from, size_t n, uint64_t sum)
{
	const uint8_t *p = from;
	uint64_t a = 0, b = 0, c = 0, d = 0;

	for (; n >= 32; n -= 32, p += 32) {
		a = add(a, load64(p));
		b = add(b, load64(p + 8));
		c = add(c, load64(p + 16));
		d = add(d, load64(p + 24));
	}
	for (; n >= 8; n -= 8, p += 8)
		sum = add(sum, load64(p));
	if (n)
		sum = add(sum, tail(p, n));
	return add(sum, add(add(a, b), add(c, d)));
}

/* Blocks that stay in the first-level cache: the library's copy is faster than any loop here, and
 * the sum then reads what was just written. */
uint64_t net_sum_copy(void *to, const void *from, size_t n, uint64_t sum)
{
	const size_t block = 4096;
	const uint8_t *p = from;
	uint8_t *q = to;

	for (; n > block; n -= block, p += block, q += block) {
		memcpy(q, p, block);
		sum = net_sum(q, block, sum);
	}
	memcpy(q, p, n);
	return net_sum(q, n, sum);
}

uint64_t net_sum_be16(uint64_t sum, uint16_t v)
{
	return add(sum, wire16(v));
}

uint64_t net_sum_be32(uint64_t sum, uint32_t v)
{
	return net_sum_be16(net_sum_be16(sum, (uint16_t)(v >> 16)), (uint16_t)v);
}

uint64_t net_sum_pseudo(
	const uint8_t *src, const uint8_t *dst, unsigned addr_len, uint8_t proto, uint32_t len)
{
	uint64_t sum = net_sum(dst, addr_len, net_sum(src, addr_len, 0));

	return net_sum_be32(net_sum_be16(sum, proto), len);
}

uint16_t net_fold(uint64_t sum)
{
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 32) + (sum & 0xffffffff);
	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	return wire16((uint16_t)sum);
}

uint16_t net_csum_fix16(uint16_t csum, uint16_t was, uint16_t is)
{
	uint32_t sum = (uint32_t)(uint16_t)~csum + (uint16_t)~was + is; /* RFC 1624 equation 3 */

	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)~sum;
}

uint16_t net_csum_fix(uint16_t csum, const void *was, const void *is, size_t n)
{
	uint16_t o = net_fold(net_sum(was, n, 0)), w = net_fold(net_sum(is, n, 0));

	return net_csum_fix16(csum, o, w);
}
