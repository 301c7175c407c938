/* SPDX-License-Identifier: Apache-2.0 */
#include "io/lodge.h"

#include <string.h>

static const struct adit_demux_ops *demux_of(const struct io_tunnel *t)
{
	return t->n_inner ? t->inner[t->n_inner - 1]->ops->demux : NULL;
}

static bool same_port(const struct io_tunnel *a, const struct io_tunnel *b)
{
	const struct adit_delivery *x = &a->del.d, *y = &b->del.d;

	if (!b->del.udp || !x->local.port || x->local.port != y->local.port)
		return false;
	return x->local.family == y->local.family &&
	       (!x->local.family || adit_addr_same_ip(&x->local, &y->local));
}

static bool same_settings(const struct io_tunnel *a, const struct io_tunnel *b)
{
	const char *x = a->del.d.dev, *y = b->del.d.dev;

	return a->del.csum == b->del.csum && (x && y ? strcmp(x, y) == 0 : x == y);
}

static uint32_t own_key(struct io_port *p)
{
	return demux_of(p->t)->key(adit_stack_layer(p->stack, p->t->n_inner - 1));
}

static enum adit_err refuse(
	const struct io_tunnel *t, const struct io_port *by, struct adit_fault *f)
{
	return adit_blame(f, ADIT_DELIVERY_LOCAL,
		adit_fail(f, ADIT_EBUSY, "give one of them another port",
			"tunnel %s has UDP port %u already, and what arrives there could not be "
			"told apart",
			by->t->spec->name, t->del.d.local.port));
}

enum adit_err io_lodge(struct io_port *p, struct io_port **host, struct adit_fault *f)
{
	const struct io_tunnel *first = p->t->engine->tunnel;
	struct io_port *h = NULL;

	*host = NULL;
	for (const struct io_tunnel *t = first; t < p->t && !h; t++)
		if (same_port(p->t, t) && !t->port[p->index].host)
			h = &t->port[p->index];
	if (!demux_of(p->t))
		return h ? refuse(p->t, h, f) : ADIT_OK;
	p->key = own_key(p);
	if (!h)
		return ADIT_OK;
	if (demux_of(h->t) != demux_of(p->t) || !p->t->del.entropy || !same_settings(h->t, p->t))
		return refuse(p->t, h, f);
	if (h->key == p->key)
		return refuse(p->t, h, f);
	for (const struct io_port *g = h->guest; g; g = g->next_guest)
		if (g->key == p->key)
			return refuse(p->t, g, f);
	p->host = *host = h;
	p->next_guest = h->guest;
	h->guest = p;
	return ADIT_OK;
}

struct io_port *io_lodge_find(struct io_port *host, const uint8_t *data, uint32_t len)
{
	uint32_t key;

	if (!demux_of(host->t)->key_of(data, len, &key))
		return NULL;
	if (key == host->key)
		return host;
	for (struct io_port *g = host->guest; g; g = g->next_guest)
		if (g->key == key)
			return g;
	return NULL;
}
