/* SPDX-License-Identifier: Apache-2.0 */
#include "io/resolve.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define HOST_MAX 256

/* `name`, `name:port`: cut at the last colon. False: no port that there can be. */
static bool split(const char *text, char host[HOST_MAX], uint16_t *port)
{
	const char *colon = strrchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : strlen(text);
	char *end = NULL;
	unsigned long v = 0;

	if (n == 0 || n >= HOST_MAX)
		return false;
	memcpy(host, text, n);
	host[n] = 0;
	if (!colon)
		return true;
	v = strtoul(colon + 1, &end, 10);
	if (colon[1] < '0' || colon[1] > '9' || *end || v == 0 || v > 65535)
		return false;
	*port = (uint16_t)v;
	return true;
}

static void from_sockaddr(struct adit_addr *a, const struct sockaddr *sa)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)sa;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)sa;

	if (sa->sa_family == AF_INET) {
		a->family = 4;
		memcpy(a->ip, &v4->sin_addr, 4);
	} else {
		a->family = 6;
		a->scope = v6->sin6_scope_id;
		memcpy(a->ip, &v6->sin6_addr, 16);
	}
}

static enum adit_err look_up(struct adit_item *it, uint8_t family, struct adit_fault *f)
{
	const struct addrinfo hints = {
		.ai_family = family == 4   ? AF_INET
			     : family == 6 ? AF_INET6
					   : AF_UNSPEC,
		.ai_socktype = SOCK_DGRAM,
	};
	struct addrinfo *list = NULL;
	char host[HOST_MAX];
	uint16_t port = it->addr.port;
	int r;

	if (!split(it->text, host, &port))
		return adit_fail(f, ADIT_ECONF, "an address or a name, and perhaps :PORT",
			"%.100s is not a host", it->text);
	r = getaddrinfo(host, NULL, &hints, &list);
	if (r || !list)
		return adit_fail(f, r == EAI_AGAIN ? ADIT_ETIMEOUT : ADIT_ENOENT, NULL,
			"%.100s has no %saddress: %s", host,
			family == 4   ? "IPv4 "
			: family == 6 ? "IPv6 "
				      : "",
			gai_strerror(r));
	memset(&it->addr, 0, sizeof(it->addr));
	from_sockaddr(&it->addr, list->ai_addr);
	it->addr.port = port;
	freeaddrinfo(list);
	return ADIT_OK;
}

/* The family that the layer's own `local=` asks for, 0 if none. */
static uint8_t family_of(const struct adit_conf *c)
{
	for (unsigned i = 0; i < c->n_opts; i++)
		if (strcmp(c->opts[i].name, "local") == 0 && c->value[i].n &&
			(c->opts[i].type == ADIT_OPT_ADDR || c->opts[i].type == ADIT_OPT_HOST))
			return c->value[i].item[0].addr.family;
	return 0;
}

static enum adit_err resolve_item(
	const struct adit_opt *o, struct adit_item *it, uint8_t family, struct adit_fault *f)
{
	struct adit_addr a;

	if (o->type != ADIT_OPT_HOST || it->addr.family)
		return ADIT_OK;
	if (adit_addr_parse(&a, it->text)) { /* `:80` stays without a family */
		it->addr = a;
		return ADIT_OK;
	}
	return look_up(it, family, f);
}

static enum adit_err resolve_conf(const struct adit_conf *c, struct adit_fault *f)
{
	uint8_t family = family_of(c);
	enum adit_err err = ADIT_OK;

	for (unsigned i = 0; !err && i < c->n_opts; i++) {
		for (unsigned k = 0; !err && k < c->value[i].n; k++) {
			struct adit_item *it = &c->value[i].item[k];

			if (c->opts[i].type == ADIT_OPT_BLOCK)
				err = resolve_conf(it->block, f);
			else
				err = resolve_item(&c->opts[i], it, family, f);
		}
		if (err && f)
			f->opt = (int)i;
	}
	return err;
}

enum adit_err adit_resolve(const struct adit_spec *s, unsigned *at, struct adit_fault *f)
{
	enum adit_err err = ADIT_OK;

	for (*at = 0; *at < s->n; ++*at) {
		err = resolve_conf(s->layer[*at], f);
		if (err)
			break;
	}
	return err;
}
