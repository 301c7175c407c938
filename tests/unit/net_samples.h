/* SPDX-License-Identifier: Apache-2.0 */
/* Packets for the tests of src/net, made field by field without its builders. */
#ifndef ADIT_TEST_NET_SAMPLES_H
#define ADIT_TEST_NET_SAMPLES_H

#include "core/bytes.h"
#include "core/packet.h"
#include "net/gso.h"

#include <string.h>

/* RFC 1071 as it is written, one word at a time. */
static inline uint32_t slow_sum(const uint8_t *p, size_t n, uint32_t sum)
{
	size_t i;

	for (i = 0; i + 1 < n; i += 2)
		sum += adit_be16(p + i);
	if (n & 1)
		sum += (uint32_t)p[n - 1] << 8;
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	return sum;
}

/* Decodes lower-case hex; returns the bytes. */
static inline uint32_t hex(uint8_t *to, const char *text)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t n = 0;

	for (; text[0] && text[1]; text += 2)
		to[n++] = (uint8_t)((strchr(digits, text[0]) - digits) << 4 |
				    (strchr(digits, text[1]) - digits));
	return n;
}

struct sample {
	bool v6, udp, df;
	unsigned tags; /* VLAN tags; with them or with frame: a frame */
	bool frame;
	unsigned tcp_opt; /* bytes of TCP options, multiple of 4 */
	uint32_t payload;
	uint8_t flags;
	uint32_t seed;
	uint16_t sport;
};

static inline uint32_t sample_pseudo(bool v6, const uint8_t *l3, uint8_t proto, uint32_t l4_len)
{
	uint32_t sum = slow_sum(l3 + (v6 ? 8 : 12), v6 ? 32 : 8, proto + l4_len);

	return sum;
}

/* A super-packet with its partial checksum as the kernel gives it. Returns its length. */
static inline uint32_t sample_make(uint8_t *p, const struct sample *s, struct net_gso *g)
{
	uint32_t off = 0, l3_len, l4_len, i, l4_hdr = s->udp ? 8 : 20 + s->tcp_opt;
	uint8_t *l3, *l4, proto = s->udp ? 17 : 6;

	if (s->frame || s->tags) {
		memcpy(p, "\x02\0\0\0\0\2\x02\0\0\0\0\1", 12);
		for (i = 0, off = 12; i < s->tags; i++, off += 4)
			adit_put_be32(p + off, (i ? 0x81000000u : 0x88a80000u) | (100 + i));
		adit_put_be16(p + off, s->v6 ? 0x86dd : 0x0800);
		off += 2;
	}
	l3 = p + off;
	l4_len = l4_hdr + s->payload;
	l3_len = l4_len + (s->v6 ? 40 : 20);
	l4 = l3 + (s->v6 ? 40 : 20);
	memset(l3, 0, (size_t)(l4 - l3) + l4_hdr);
	if (s->v6) {
		adit_put_be32(l3, 0x6b812345);
		adit_put_be16(l3 + 4, (uint16_t)l4_len);
		l3[6] = proto;
		l3[7] = 63;
		memcpy(l3 + 8, "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
		memcpy(l3 + 24, "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2", 16);
	} else {
		adit_put_be32(l3, 0x45b80000 | l3_len);
		adit_put_be32(l3 + 4, 0xfffe0000 | (s->df ? 0x4000 : 0));
		l3[8] = 63;
		l3[9] = proto;
		memcpy(l3 + 12, "\x0a\x09\0\1\x0a\x09\0\2", 8);
		adit_put_be16(l3 + 10, (uint16_t)~slow_sum(l3, 20, 0));
	}
	adit_put_be16(l4, s->sport ? s->sport : 40000);
	adit_put_be16(l4 + 2, 5201);
	if (s->udp) {
		adit_put_be16(l4 + 4, (uint16_t)l4_len);
	} else {
		adit_put_be32(l4 + 4, 0xfffff000u + s->seed);
		adit_put_be32(l4 + 8, 0x01020304);
		l4[12] = (uint8_t)(l4_hdr / 4 << 4);
		l4[13] = s->flags;
		adit_put_be16(l4 + 14, 501);
		for (i = 0; i < s->tcp_opt; i++)
			l4[20 + i] = 1;
	}
	for (i = 0; i < s->payload; i++)
		l4[l4_hdr + i] = (uint8_t)((i * 2654435761u + s->seed) >> 13);
	adit_put_be16(l4 + (s->udp ? 6 : 16), (uint16_t)sample_pseudo(s->v6, l3, proto, l4_len));
	memset(g, 0, sizeof(*g));
	g->kind = s->udp ? NET_GSO_UDP : s->v6 ? NET_GSO_TCP6 : NET_GSO_TCP4;
	g->csum = true;
	g->csum_start = (uint16_t)(l4 - p);
	g->csum_off = s->udp ? 6 : 16;
	g->hdr_len = (uint16_t)(g->csum_start + l4_hdr);
	return off + l3_len;
}

/* Both checksums of an unfragmented packet without options or extension headers, the slow way. */
static inline bool sample_sums_hold(const uint8_t *l3, uint32_t n)
{
	bool v6 = l3[0] >> 4 == 6;
	uint32_t hdr = v6 ? 40 : 20;
	uint8_t proto = v6 ? l3[6] : l3[9];

	if (!v6 && slow_sum(l3, 20, 0) != 0xffff)
		return false;
	return slow_sum(l3 + hdr, n - hdr, sample_pseudo(v6, l3, proto, n - hdr)) == 0xffff;
}

#endif
