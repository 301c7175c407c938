/* SPDX-License-Identifier: Apache-2.0 */
#include "net/csum.h"

#include <string.h>

static inline uint64_t load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return v;
}

static inline uint64_t tail(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, p, n);
	return v;
}

/* Sixteen bytes at a time in the compiler's own vectors, which exist for every target. Each 64-bit
 * word is added as its two halves, so that no carry is lost: 2^32 is 1 modulo 2^16 - 1 too. */
typedef uint64_t pair __attribute__((vector_size(16)));

struct lanes {
	pair low0, high0, low1, high1;
};

static inline void lanes_add(struct lanes *l, pair x, pair y)
{
	const pair low = { 0xffffffff, 0xffffffff };

	l->low0 += x & low;
	l->high0 += x >> 32;
	l->low1 += y & low;
	l->high1 += y >> 32;
}

static inline uint64_t lanes_sum(const struct lanes *l)
{
	pair all = l->low0 + l->high0 + l->low1 + l->high1;

	return net_sum_add(all[0], all[1]);
}

uint64_t net_sum(const void *from, size_t n, uint64_t sum)
{
	struct lanes l = { 0 };
	const uint8_t *p = from;
	pair x, y;

	for (; n >= 32; n -= 32, p += 32) {
		memcpy(&x, p, 16);
		memcpy(&y, p + 16, 16);
		lanes_add(&l, x, y);
	}
	for (; n >= 8; n -= 8, p += 8)
		sum = net_sum_add(sum, load64(p));
	if (n)
		sum = net_sum_add(sum, tail(p, n));
	return net_sum_add(sum, lanes_sum(&l));
}

uint64_t net_sum_copy(void *to, const void *from, size_t n, uint64_t sum)
{
	struct lanes l = { 0 };
	const uint8_t *p = from;
	uint8_t *q = to;
	pair x, y;

	for (; n >= 32; n -= 32, p += 32, q += 32) {
		memcpy(&x, p, 16);
		memcpy(&y, p + 16, 16);
		memcpy(q, &x, 16);
		memcpy(q + 16, &y, 16);
		lanes_add(&l, x, y);
	}
	memcpy(q, p, n);
	return net_sum_add(net_sum(p, n, sum), lanes_sum(&l));
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
