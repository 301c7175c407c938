/* SPDX-License-Identifier: Apache-2.0 */
#include "net/mss.h"

#include "core/bytes.h"
#include "net/csum.h"
#include "net/eth.h"
#include "net/ip.h"
#include "net/tcp.h"

/* The MSS option's value among n bytes of options at an offset that is returned; 0: none. */
static unsigned find_mss(const uint8_t *opt, unsigned n)
{
	unsigned i = 0;

	while (i < n && opt[i] != 0) {
		if (opt[i] == 1) {
			i++;
			continue;
		}
		if (i + 2 > n || opt[i + 1] < 2 || i + opt[i + 1] > n)
			return 0;
		if (opt[i] == 2)
			return opt[i + 1] == 4 ? i + 2 : 0;
		i += opt[i + 1];
	}
	return 0;
}

/* The checksum covers aligned words; an option may begin at an odd place, and then the value
 * counts byte-swapped. */
static void put_value(uint8_t *l4, unsigned at, uint16_t is)
{
	uint16_t was = adit_be16(l4 + at), csum = adit_be16(l4 + 16);

	adit_put_be16(l4 + at, is);
	if (at & 1) {
		was = (uint16_t)(was << 8 | was >> 8);
		is = (uint16_t)(is << 8 | is >> 8);
	}
	adit_put_be16(l4 + 16, net_csum_fix16(csum, was, is));
}

bool net_mss_clamp(enum adit_shape shape, struct adit_seg *s, uint32_t mtu)
{
	struct net_ip ip;
	uint32_t off, hdr, at, over;
	uint8_t *l4;

	if (!net_find_ip(shape, s->data, s->len, &off))
		return false;
	if (net_ip_parse(&ip, s->data + off, s->len - off) != ADIT_KEEP)
		return false;
	if (ip.proto != IPPROTO_N_TCP || ip.frag_off || net_ip_payload(&ip) < TCP_LEN)
		return false;
	l4 = s->data + off + ip.l4_off;
	hdr = tcp_hdr_len(l4);
	over = (ip.version == 4 ? IP4_LEN : IP6_LEN) + TCP_LEN;
	if (!(tcp_flags(l4) & TCP_SYN) || hdr < TCP_LEN || hdr > net_ip_payload(&ip) || mtu <= over)
		return false;
	at = find_mss(l4 + TCP_LEN, hdr - TCP_LEN);
	if (!at || adit_be16(l4 + TCP_LEN + at) <= mtu - over)
		return false;
	if (net_ip_partial(&ip, l4))
		adit_put_be16(l4 + TCP_LEN + at, (uint16_t)(mtu - over));
	else
		put_value(l4, TCP_LEN + at, (uint16_t)(mtu - over));
	return true;
}
