/* SPDX-License-Identifier: Apache-2.0 */
#include "io/loop.h"

#include "core/bytes.h"
#include "net/eth.h"
#include "net/ip.h"
#include "proto/device.h"

#include <string.h>

enum adit_err io_loop_check(const struct io_tunnel *t, struct adit_fault *f)
{
	const struct adit_addr *far = &t->del.d.remote;
	struct adit_sys_path path;
	char text[ADIT_ADDR_TEXT];
	struct adit_addr host = *far;

	if (!adit_addr_len(far) || adit_addr_is_multicast(far) ||
		adit_sys_path_to(far, &path, NULL) || strcmp(path.dev, t->dev) != 0)
		return ADIT_OK;
	host.port = 0;
	return adit_blame(f,
		adit_conf_has(t->spec->layer[0], ADIT_DEVICE_ROUTE) ? ADIT_DEVICE_ROUTE
								    : ADIT_DEVICE_ADDR,
		adit_fail(f, ADIT_ECONF, "leave the far address out of the tunnel's networks",
			"the way to %s would lead through the tunnel itself",
			adit_addr_text(&host, text)));
}

bool io_loop_found(const struct io_tunnel *t, const struct adit_seg *s)
{
	const struct io_delivery *v = &t->del;
	struct net_ip ip;
	uint32_t off;

	if (!adit_addr_len(&v->d.remote) ||
		net_find_ip(t->frame ? ADIT_FRAME : ADIT_PACKET, s->data, s->len, &off) !=
			v->d.remote.family ||
		net_ip_parse(&ip, s->data + off, s->len - off) != ADIT_KEEP ||
		memcmp(ip.dst, v->d.remote.ip, ip.addr_len) != 0)
		return false;
	for (unsigned i = 0; i < v->n_proto; i++)
		if (ip.proto == v->proto[i])
			return true;
	return v->udp && ip.proto == IPPROTO_N_UDP && net_ip_payload(&ip) >= UDP_LEN &&
	       adit_be16(s->data + off + ip.l4_off + 2) == v->d.remote.port;
}
