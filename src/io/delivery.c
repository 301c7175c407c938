/* SPDX-License-Identifier: Apache-2.0 */
/* The last layers of a stack, for which the system delivers: `udp`, `udp / ip` or `ip`. */
#include "io/delivery.h"

#include "io/rawip.h"
#include "io/udp.h"
#include "proto/ip/ip.h"
#include "proto/udp/udp.h"

#include <string.h>

/* What `ip` says below a fused `udp`, where udp itself is silent. */
static enum adit_err merge_ip(
	struct adit_delivery *d, const struct adit_conf *c, struct adit_fault *f)
{
	struct adit_delivery low;
	enum adit_err e = adit_delivery_read(&low, c, f);

	if (e)
		return e;
	if (!d->remote.family) {
		low.remote.port = d->remote.port;
		d->remote = low.remote;
	}
	if (!d->local.family) {
		low.local.port = d->local.port;
		d->local = low.local;
	}
	if (!d->dev)
		d->dev = low.dev;
	if (adit_conf_has(c, ADIT_DELIVERY_TTL))
		d->ttl = low.ttl;
	if (adit_conf_has(c, ADIT_DELIVERY_TOS)) {
		d->tos = low.tos;
		d->tos_inherit = low.tos_inherit;
	}
	if (adit_conf_has(c, ADIT_DELIVERY_DF))
		d->df = low.df;
	d->from_any |= low.from_any;
	return ADIT_OK;
}

/* The code of `ops` in a number space, 0 for none. */
static uint16_t own_code(const struct adit_layer_ops *ops, enum adit_space space)
{
	for (unsigned i = 0; ops && i < ops->n_codes; i++)
		if (ops->codes[i].space == space)
			return ops->codes[i].code;
	return 0;
}

/* Ports left out: the far one is the standard's of the layer above, the local one the same where
 * both sides use it. */
static enum adit_err fill_ports(
	struct io_delivery *v, const struct adit_layer_ops *upper, struct adit_fault *f)
{
	struct adit_delivery *d = &v->d;
	uint16_t port = d->remote.port;

	v->check_port = !v->entropy && d->remote.family && d->remote.port;
	if (!port)
		port = own_code(upper, ADIT_SPACE_UDPPORT);
	v->far_port = port;
	if (d->remote.family && !d->remote.port)
		d->remote.port = port;
	if (!d->local.port && (!d->remote.family || (upper && upper->flags & ADIT_L_PORT_BOTH)))
		d->local.port = port;
	if (d->remote.family && !d->remote.port)
		return adit_fail(f, ADIT_ECONF, "write it as udp HOST:PORT",
			"the far port is missing and %s has no standard one",
			upper ? upper->name : "the payload");
	return ADIT_OK;
}

static enum adit_err read_udp(
	struct io_tunnel *t, unsigned layer, const struct adit_conf *ip, struct adit_fault *f)
{
	struct io_delivery *v = &t->del;
	const struct adit_conf *c = t->spec->layer[layer];
	const struct adit_layer_ops *upper = layer > 0 ? t->spec->layer[layer - 1]->ops : NULL;
	struct udp_conf u = { 0 };
	enum adit_err e = udp_conf_read(&u, c, f);

	v->d = u.ip;
	v->csum = u.csum;
	if (!e && ip)
		e = merge_ip(&v->d, ip, f);
	if (e)
		return e;
	v->udp = true;
	v->entropy = upper && upper->flags & ADIT_L_ENTROPY;
	return fill_ports(v, upper, f);
}

static enum adit_err read_ip(struct io_tunnel *t, unsigned layer, struct adit_fault *f)
{
	struct io_delivery *v = &t->del;
	const struct adit_layer_ops *upper = layer > 0 ? t->spec->layer[layer - 1]->ops : NULL;
	enum adit_err e = adit_delivery_read(&v->d, t->spec->layer[layer], f);

	if (e)
		return e;
	for (unsigned i = 0; upper && i < upper->n_codes && v->n_proto < ADIT_LEN(v->proto); i++)
		if (upper->codes[i].space == ADIT_SPACE_IPPROTO)
			v->proto[v->n_proto++] = (uint8_t)upper->codes[i].code;
	if (!v->n_proto)
		return adit_fail(f, ADIT_ECONF, NULL, "%s has no IP protocol number",
			upper ? upper->name : "the payload");
	return ADIT_OK;
}

static enum adit_err check_families(const struct adit_delivery *d, struct adit_fault *f)
{
	if (d->remote.family && d->local.family && d->remote.family != d->local.family)
		return adit_blame(f, ADIT_DELIVERY_LOCAL,
			adit_fail(f, ADIT_ECONF, "use two addresses of one IP version",
				"local and far address differ in IP version"));
	return ADIT_OK;
}

enum adit_err io_delivery_read(struct io_tunnel *t, unsigned *at, struct adit_fault *f)
{
	const struct adit_spec *s = t->spec;
	struct io_delivery *v = &t->del;
	const struct adit_layer_ops *last = s->layer[s->n - 1]->ops;
	enum adit_err e;

	*at = s->n - 1;
	if (last == &adit_layer_udp) {
		v->n_layers = 1;
		e = read_udp(t, s->n - 1, NULL, f);
	} else if (last == &adit_layer_ip && s->n > 2 &&
		   s->layer[s->n - 2]->ops == &adit_layer_udp) {
		v->n_layers = 2;
		*at = s->n - 2;
		e = read_udp(t, s->n - 2, s->layer[s->n - 1], f);
	} else if (last == &adit_layer_ip) {
		v->n_layers = 1;
		e = read_ip(t, s->n - 1, f);
	} else {
		return adit_fail(f, ADIT_ECONF, "end the stack with udp or ip",
			"the system cannot deliver for %s", last->name);
	}
	if (!e)
		e = check_families(&v->d, f);
	if (e)
		return e;
	v->overhead = (uint16_t)((v->d.remote.family == 4 || v->d.local.family == 4 ? 20 : 40) +
				 (v->udp ? 8 : 0));
	t->n_inner = s->n - 1u - v->n_layers;
	for (unsigned i = 0; i < t->n_inner; i++)
		t->inner[i] = s->layer[i + 1];
	return ADIT_OK;
}

enum adit_err io_delivery_open(struct io_port *p, struct adit_fault *f)
{
	return p->t->del.udp ? io_udp_open(p, f) : io_rawip_open(p, f);
}

bool io_delivery_recv(struct io_port *p, struct io_fd *s)
{
	if (s->send_only)
		return false;
	return p->t->del.udp ? io_udp_recv(p, s) : io_rawip_recv(p, s);
}

void io_delivery_send(struct io_port *p)
{
	if (p->t->del.udp)
		io_udp_send(p);
	else
		io_rawip_send(p);
}
