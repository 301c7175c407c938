/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/delivery.h"

#include "net/ip.h"
#include "proto/describe.h"

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
	return adit_blame(f, opt, adit_fail(f, ADIT_ECONF, fix, "%s", what));
}

static bool is_link_local(const struct adit_addr *a)
{
	return a->family == 6 && a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
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
	d->dev = adit_conf_str(c, ADIT_DELIVERY_DEV, 0);
	if (adit_addr_len(&d->remote) && adit_addr_is_any(&d->remote))
		return refuse(f, ADIT_DELIVERY_REMOTE, NULL, "nobody has that address");
	if (is_link_local(&d->remote) && !d->remote.scope && !d->dev)
		return refuse(f, ADIT_DELIVERY_REMOTE, "write dev=NAME",
			"a link-local address is on every link: say on which one");
	if (d->remote.family && d->local.family && d->remote.family != d->local.family)
		return refuse(f, ADIT_DELIVERY_LOCAL, NULL,
			"the local address is of another IP version than the remote one");
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

bool adit_delivery_route(const struct adit_delivery *d, const struct adit_meta *m,
	struct adit_addr *far, struct adit_addr *near)
{
	*far = m->far.family ? m->far : d->remote;
	*near = m->near.family ? m->near : d->local;
	return adit_addr_len(far) > 0 && far->family == near->family;
}

enum adit_drop adit_delivery_check(const struct adit_delivery *d, struct adit_meta *m)
{
	if (adit_addr_len(&d->local) && !adit_addr_is_any(&d->local)) {
		if (adit_addr_same_ip(&d->local, &m->far))
			return ADIT_DROP_SELF;
		if (!adit_addr_same_ip(&d->local, &m->near) && !adit_addr_is_multicast(&m->near))
			return ADIT_DROP_PEER;
	}
	if (!d->from_any && !adit_addr_len(&d->remote))
		return ADIT_KEEP; /* open: the layer above must know its senders */
	if (!d->from_any && !adit_addr_is_multicast(&d->remote) &&
		!adit_addr_same_ip(&d->remote, &m->far))
		return ADIT_DROP_PEER;
	m->known = true;
	return ADIT_KEEP;
}

unsigned adit_delivery_version(const struct adit_delivery *d)
{
	return d->remote.family == 4 || d->local.family == 4 ? 4 : 6;
}

static void address(struct adit_hdr *h, const struct adit_addr *a)
{
	struct adit_addr bare = *a;
	char text[ADIT_ADDR_TEXT];

	bare.port = 0;
	if (adit_addr_len(a) && !adit_addr_is_any(a))
		adit_hdr_value(h, "%.47s", adit_addr_text(&bare, text));
}

static void describe4(const struct adit_delivery *d, struct adit_hdr *h, unsigned proto)
{
	adit_hdr_field(h, "Version", "ip.version", 0, 1);
	adit_hdr_value(h, "4");
	adit_hdr_field(h, "IHL", "ip.hdr_len", 0, 1);
	adit_hdr_value(h, "20");
	adit_hdr_field(h, "Type of Service", "ip.dsfield", 1, 1);
	adit_hdr_field(h, "Total Length", "ip.len", 2, 2);
	adit_hdr_field(h, "Identification", "ip.id", 4, 2);
	adit_hdr_field(h, "Don't Fragment", "ip.flags.df", 6, 1);
	adit_hdr_value(h, "%d", d->df);
	adit_hdr_field(h, "Fragment Offset", "ip.frag_offset", 6, 2);
	adit_hdr_value(h, "0");
	adit_hdr_field(h, "Time to Live", "ip.ttl", 8, 1);
	if (d->ttl)
		adit_hdr_value(h, "%u", d->ttl);
	adit_hdr_field(h, "Protocol", "ip.proto", 9, 1);
	if (proto)
		adit_hdr_value(h, "%u", proto);
	adit_hdr_field(h, "Header Checksum", "ip.checksum", 10, 2);
	adit_hdr_field(h, "Source Address", "ip.src", 12, 4);
	address(h, &d->local);
	adit_hdr_field(h, "Destination Address", "ip.dst", 16, 4);
	address(h, &d->remote);
}

static void describe6(const struct adit_delivery *d, struct adit_hdr *h, unsigned proto)
{
	adit_hdr_field(h, "Version", "ipv6.version", 0, 1);
	adit_hdr_value(h, "6");
	adit_hdr_field(h, "Traffic Class", "ipv6.tclass", 0, 4);
	adit_hdr_field(h, "Flow Label", "ipv6.flow", 1, 3);
	adit_hdr_field(h, "Payload Length", "ipv6.plen", 4, 2);
	adit_hdr_field(h, "Next Header", "ipv6.nxt", 6, 1);
	if (proto)
		adit_hdr_value(h, "%u", proto);
	adit_hdr_field(h, "Hop Limit", "ipv6.hlim", 7, 1);
	if (d->ttl)
		adit_hdr_value(h, "%u", d->ttl);
	adit_hdr_field(h, "Source Address", "ipv6.src", 8, 16);
	address(h, &d->local);
	adit_hdr_field(h, "Destination Address", "ipv6.dst", 24, 16);
	address(h, &d->remote);
}

void adit_delivery_describe(const struct adit_delivery *d, struct adit_hdr *h, unsigned proto)
{
	bool v4 = adit_delivery_version(d) == 4;

	*h = (struct adit_hdr){ .name = v4 ? "IPv4" : "IPv6",
		.dissector = v4 ? "ip" : "ipv6",
		.role = "delivery: carries its payload from host to host",
		.standard = v4 ? "RFC 791 3.1" : "RFC 8200 3",
		.bytes = v4 ? IP4_LEN : IP6_LEN,
		.osi = 3 };
	if (v4)
		describe4(d, h, proto);
	else
		describe6(d, h, proto);
}
