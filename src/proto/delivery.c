/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/delivery.h"

#include <stdlib.h>
#include <string.h>

/* `inherit`, or a number up to max. */
static bool read_number(const char *text, unsigned max, bool *inherit, uint8_t *value)
{
	char *end;
	unsigned long v;

	*inherit = strcmp(text, "inherit") == 0;
	*value = 0;
	if (*inherit)
		return true;
	if (*text < '0' || *text > '9')
		return false;
	v = strtoul(text, &end, 0);
	if (*end || v > max)
		return false;
	*value = (uint8_t)v;
	return true;
}

static enum adit_err refuse(struct adit_fault *f, int opt, const char *fix, const char *what)
{
	enum adit_err e = adit_fail(f, ADIT_ECONF, fix, "%s", what);

	if (f)
		f->opt = opt;
	return e;
}

enum adit_err adit_delivery_read(
	struct adit_delivery *d, const struct adit_conf *c, struct adit_fault *f)
{
	const char *ttl = adit_conf_str(c, ADIT_DELIVERY_TTL, 0);
	const char *tos = adit_conf_str(c, ADIT_DELIVERY_TOS, 0);
	const struct adit_addr *remote = adit_conf_addr(c, ADIT_DELIVERY_REMOTE, 0);
	const struct adit_addr *local = adit_conf_addr(c, ADIT_DELIVERY_LOCAL, 0);
	bool inherit;

	memset(d, 0, sizeof(*d));
	d->ttl = ADIT_TTL_DEFAULT;
	if (ttl && (!read_number(ttl, 255, &inherit, &d->ttl) || (!inherit && !d->ttl)))
		return refuse(f, ADIT_DELIVERY_TTL, "write ttl=64, or ttl=inherit to copy it",
			"a TTL is a number from 1 to 255, or `inherit`");
	if (tos && !read_number(tos, 255, &d->tos_inherit, &d->tos))
		return refuse(f, ADIT_DELIVERY_TOS, "write tos=0x10, or tos=inherit to copy it",
			"a TOS is a number from 0 to 255, or `inherit`");
	d->tos &= 0xfc;
	if (remote)
		d->remote = *remote;
	if (local)
		d->local = *local;
	if (d->remote.family && d->local.family && d->remote.family != d->local.family)
		return refuse(f, ADIT_DELIVERY_LOCAL, NULL,
			"the local address is of another IP version than the remote one");
	d->dev = adit_conf_str(c, ADIT_DELIVERY_DEV, 0);
	d->df = adit_conf_flag(c, ADIT_DELIVERY_DF);
	d->from_any = adit_conf_has(c, ADIT_DELIVERY_FROM);
	return ADIT_OK;
}

uint8_t adit_delivery_tos(const struct adit_delivery *d, const struct adit_meta *m)
{
	return (uint8_t)((d->tos_inherit ? m->tos & 0xfc : d->tos) | (m->tos & 0x03));
}

uint8_t adit_delivery_ttl(const struct adit_delivery *d, const struct adit_meta *m)
{
	if (d->ttl)
		return d->ttl;
	return m->ttl ? m->ttl : ADIT_TTL_DEFAULT;
}

bool adit_delivery_df(const struct adit_delivery *d, const struct adit_meta *m)
{
	return m->df == ADIT_DF_UNSET ? d->df : m->df == ADIT_DF_ON;
}

enum adit_drop adit_delivery_check(
	const struct adit_delivery *d, const struct adit_meta *m, bool port)
{
	if (adit_addr_len(&d->local) && !adit_addr_is_any(&d->local)) {
		if (adit_addr_same_ip(&d->local, &m->far))
			return ADIT_DROP_SELF;
		if (!adit_addr_same_ip(&d->local, &m->near) && !adit_addr_is_multicast(&m->near))
			return ADIT_DROP_PEER;
	}
	if (d->from_any || !adit_addr_len(&d->remote) || adit_addr_is_multicast(&d->remote))
		return ADIT_KEEP;
	if (!adit_addr_same_ip(&d->remote, &m->far))
		return ADIT_DROP_PEER;
	if (port && d->remote.port && d->remote.port != m->far.port)
		return ADIT_DROP_PEER;
	return ADIT_KEEP;
}
