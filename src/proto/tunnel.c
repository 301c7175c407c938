/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/tunnel.h"

#include "net/ecn.h"
#include "net/eth.h"
#include "net/ip.h"

#include <string.h>

enum adit_drop adit_tunnel_encap(enum adit_shape shape, const struct adit_seg *s,
	const struct adit_meta *in, struct adit_meta *out)
{
	static const struct net_tos_policy inherit = { .inherit = true };
	uint32_t off;
	unsigned version = net_find_ip(shape, s->data, s->len, &off);

	if (in->depth >= ADIT_DEPTH_MAX)
		return ADIT_DROP_LOOP;
	out->depth = (uint8_t)(in->depth + 1);
	out->tos = net_encap_tos(shape, s, &inherit);
	out->ttl = 0;
	if (version && s->len - off >= (version == 4 ? IP4_LEN : IP6_LEN))
		out->ttl = net_ip_ttl(s->data + off);
	return ADIT_KEEP;
}

enum adit_drop adit_tunnel_decap(enum adit_shape shape, struct adit_seg *s,
	const struct adit_meta *in, struct adit_meta *out)
{
	memset(&out->far, 0, sizeof(out->far));
	memset(&out->near, 0, sizeof(out->near));
	out->tos = 0;
	out->ttl = 0;
	out->known = false;
	if (shape != ADIT_PAYLOAD) {
		out->space = ADIT_SPACE_NONE;
		out->code = 0;
	}
	return net_decap_tos(shape, s, in->tos);
}

static bool zeros(const uint8_t *p, unsigned n)
{
	while (n > 0 && *p == 0) {
		p++;
		n--;
	}
	return n == 0;
}

/* Sources that no packet on any link has. :: stays lawful for duplicate address detection. */
static bool martian4(const uint8_t *a)
{
	return a[0] == 127 || a[0] >= 224;
}

static bool martian6(const uint8_t *a)
{
	if (a[0] == 0xff)
		return true;
	if (zeros(a, 10) && a[10] == 0xff && a[11] == 0xff) /* v4-mapped */
		return true;
	return zeros(a, 12) && !zeros(a + 12, 4); /* v4-compatible and ::1 */
}

static bool allows(const struct adit_conf *c, unsigned opt, const struct net_ip *ip)
{
	struct adit_addr src = { .family = ip->version };
	unsigned n = adit_conf_n(c, opt);

	if (n == 0)
		return true;
	memcpy(src.ip, ip->src, ip->addr_len);
	for (unsigned i = 0; i < n; i++)
		if (adit_prefix_match(adit_conf_prefix(c, opt, i), &src))
			return true;
	return false;
}

enum adit_drop adit_tunnel_inner(struct adit_seg *s, const struct adit_conf *c, unsigned allowed)
{
	struct net_ip ip;
	enum adit_drop d = net_ip_parse(&ip, s->data, s->len);

	if (d != ADIT_KEEP)
		return d;
	if (ip.version == 4 ? martian4(ip.src) : martian6(ip.src))
		return ADIT_DROP_MARTIAN;
	if (!allows(c, allowed, &ip))
		return ADIT_DROP_MARTIAN;
	s->len = ip.total;
	return ADIT_KEEP;
}
