/* SPDX-License-Identifier: Apache-2.0 */
#include "net/csum.h"

#include <string.h>

static inline uint64_t load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return v;
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
		a = net_sum_add(a, load64(p));
		b = net_sum_add(b, load64(p + 8));
		c = net_sum_add(c, load64(p + 16));
		d = net_sum_add(d, load64(p + 24));
	}
	for (; n >= 8; n -= 8, p += 8)
		sum = net_sum_add(sum, load64(p));
	if (n)
		sum = net_sum_add(sum, tail(p, n));
	return net_sum_add(sum, net_sum_add(net_sum_add(a, b), net_sum_add(c, d)));
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

uint64_t net_sum_pseudo(
	const uint8_t *src, const uint8_t *dst, unsigned addr_len, uint8_t proto, uint32_t len)
{
	uint64_t sum = net_sum(dst, addr_len, net_sum(src, addr_len, 0));

	return net_sum_be32(net_sum_be16(sum, proto), len);
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
