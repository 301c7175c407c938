/* SPDX-License-Identifier: Apache-2.0 */
/* Completion: deliveries that were left out, and ports that follow from the layer above. */
#include "lang/internal.h"

#include <stdio.h>
#include <string.h>

static bool is_address(const struct adit_opt *o)
{
	return o->type == ADIT_OPT_ADDR || o->type == ADIT_OPT_HOST;
}

int lang_far(const struct adit_conf *c)
{
	for (unsigned i = 0; i < c->n_opts; i++) {
		if ((c->opts[i].flags & ADIT_OPT_POS) && is_address(&c->opts[i]))
			return (int)i;
	}
	return -1;
}

static int find(const struct adit_conf *c, const char *name)
{
	return lang_opt(c->opts, c->n_opts, name, strlen(name));
}

/* Where an option of the layer above belongs in the one below: the same name, else for the far
 * address (of an end: the target that it hands down, as listen's to=) the far address. -1: nowhere.
 */
static int same_option(const struct adit_conf *upper, unsigned opt, const struct adit_conf *lower)
{
	const struct adit_opt *o = &upper->opts[opt];
	int to = find(lower, o->name);
	bool target = (upper->ops->flags & ADIT_L_END) && (o->flags & ADIT_OPT_BELOW);

	if (to >= 0 && lower->opts[to].type == o->type)
		return to;
	return is_address(o) && (target || lang_far(upper) == (int)opt) ? lang_far(lower) : -1;
}

enum adit_err lang_set_port(struct lang *l, struct adit_item *it, uint16_t port)
{
	char text[320];
	uint32_t old;
	size_t n = lang_host_len(it->text, &old);
	const char *shape = "%.*s:%u";

	if (it->text[0] != '[' && memchr(it->text, ':', n))
		shape = "[%.*s]:%u";
	if (port)
		snprintf(text, sizeof(text), shape, (int)n, it->text, port);
	else
		snprintf(text, sizeof(text), "%.*s", (int)n, it->text);
	it->text = lang_text(l->arena, text, strlen(text));
	if (!it->text)
		return lang_no_memory(l);
	it->addr.port = port;
	return ADIT_OK;
}

static enum adit_err copy_items(struct lang *l, const struct adit_value *from, struct adit_conf *to,
	unsigned opt, bool keep_port)
{
	for (unsigned i = 0; i < from->n; i++) {
		struct adit_item *it = lang_item_add(l, to, opt);

		if (!it)
			return ADIT_ENOMEM;
		*it = from->item[i];
		if (keep_port || !is_address(&to->opts[opt]) || it->addr.port == 0)
			continue;
		if (it->addr.family == 0 && it->text[0] == ':') {
			to->value[opt].n--; /* a port alone says nothing of the address */
			continue;
		}
		if (lang_set_port(l, it, 0) != ADIT_OK)
			return ADIT_ENOMEM;
	}
	return ADIT_OK;
}

/* Hands the options that belong to the delivery below to it, where it has a word for them. */
static enum adit_err hand_down(struct lang *l, struct adit_conf *upper, struct adit_conf *lower)
{
	enum adit_err e = ADIT_OK;

	for (unsigned i = 0; !e && i < upper->n_opts; i++) {
		int to = same_option(upper, i, lower);

		if (!(upper->opts[i].flags & ADIT_OPT_BELOW) || upper->value[i].n == 0 || to < 0)
			continue;
		if (lower->value[to].n > 0)
			return lang_refuse(l, &upper->value[i].item[0].src, "write it once",
				"%s: %s says this already", upper->word, lower->word);
		e = copy_items(l, &upper->value[i], lower, (unsigned)to,
			(lower->opts[to].flags & ADIT_OPT_PORT) != 0);
		upper->value[i].n = 0;
	}
	return e;
}

static enum adit_err insert(
	struct lang *l, struct lang_stack *s, unsigned at, const struct adit_layer_ops *ops)
{
	struct adit_conf *upper = s->layer[at - 1];
	struct adit_conf *c;

	if (s->n == ADIT_STACK_LAYERS)
		return lang_refuse(l, &upper->src, NULL,
			"the completed stack has more than %d layers", ADIT_STACK_LAYERS);
	c = lang_conf_new(l, ops, ops->opts, ops->n_opts, &upper->src);
	if (!c)
		return lang_no_memory(l);
	c->completed = true;
	memmove(&s->layer[at + 1], &s->layer[at], (s->n - at) * sizeof(s->layer[0]));
	s->layer[at] = c;
	s->n++;
	return ADIT_OK;
}

static const struct adit_layer_ops *needed(const struct lang *l, const struct adit_conf *c)
{
	return c->ops->needs ? lang_find(l->src, c->ops->needs) : NULL;
}

/* Adds what is missing in the middle (udp over wireguard needs ip) and at the bottom. */
static enum adit_err fill_gaps(struct lang *l, struct lang_stack *s)
{
	enum adit_err e = ADIT_OK;

	for (unsigned i = 0; !e && i + 1 < s->n; i++) {
		const struct adit_layer_ops *need = needed(l, s->layer[i]);
		const struct adit_layer_ops *lower = s->layer[i + 1]->ops;

		if (need && need != lower && !lang_meet(s->layer[i]->ops, lower) &&
			lang_meet(s->layer[i]->ops, need) && lang_meet(need, lower))
			e = insert(l, s, i + 1, need);
	}
	while (!e && !(s->layer[s->n - 1]->ops->flags & ADIT_L_BOTTOM) &&
		needed(l, s->layer[s->n - 1]))
		e = insert(l, s, s->n, needed(l, s->layer[s->n - 1]));
	return e;
}

static bool same_host(const struct adit_item *a, const struct adit_item *b)
{
	uint32_t pa, pb;
	size_t na, nb;

	if (a->addr.family || b->addr.family)
		return adit_addr_same_ip(&a->addr, &b->addr);
	na = lang_host_len(a->text, &pa);
	nb = lang_host_len(b->text, &pb);
	return na == nb && memcmp(a->text, b->text, na) == 0;
}

static bool port_alone(const struct adit_item *it)
{
	return it->addr.family == 0 && it->text[0] == ':';
}

/* `local=:4789` above and `local=192.0.2.1` below: the address goes to the port. */
static enum adit_err join_port(struct lang *l, struct adit_item *it, const struct adit_item *from)
{
	uint16_t port = it->addr.port;

	it->addr = from->addr;
	it->text = from->text;
	return lang_set_port(l, it, port);
}

static bool same_value(
	const struct adit_opt *o, const struct adit_value *a, const struct adit_value *b)
{
	if (is_address(o))
		return same_host(&a->item[0], &b->item[0]);
	return a->n == b->n && strcmp(a->item[0].text, b->item[0].text) == 0;
}

/* One option that both layers of a pair have: what one of them says holds for both. */
static enum adit_err agree_on(
	struct lang *l, struct adit_conf *upper, unsigned u, struct adit_conf *lower, unsigned w)
{
	struct adit_value *up = &upper->value[u], *low = &lower->value[w];
	bool address = is_address(&upper->opts[u]);
	enum adit_err e = ADIT_OK;

	if (up->n == 0 && low->n == 0)
		return ADIT_OK;
	if (up->n == 0)
		return copy_items(l, low, upper, u, true);
	if (low->n > 0 && address && port_alone(&up->item[0]))
		e = join_port(l, &up->item[0], &low->item[0]);
	if (e || low->n == 0)
		return e ? e : copy_items(l, up, lower, w, false);
	if (same_value(&upper->opts[u], up, low))
		return ADIT_OK;
	return lang_refuse(l, &low->item[0].src, "write it once",
		"%s has another %s than %s above it", lower->word, lower->opts[w].name,
		upper->word);
}

/* A delivery written over the one that it stands for (udp over ip). */
static enum adit_err agree(struct lang *l, struct adit_conf *upper, struct adit_conf *lower)
{
	enum adit_err e = ADIT_OK;

	for (unsigned i = 0; !e && i < upper->n_opts; i++) {
		int to = same_option(upper, i, lower);

		if (to >= 0 && (upper->opts[i].flags & ADIT_OPT_BELOW))
			e = agree_on(l, upper, i, lower, (unsigned)to);
	}
	return e;
}

enum adit_err lang_bottom(
	struct lang *l, const struct adit_conf *bottom, const struct adit_conf **below)
{
	const struct adit_layer_ops *ops = needed(l, bottom);
	struct adit_conf upper = *bottom, *c;

	*below = NULL;
	if (!ops || !(bottom->ops->flags & ADIT_L_BOTTOM))
		return ADIT_OK;
	c = lang_conf_new(l, ops, ops->opts, ops->n_opts, &bottom->src);
	if (!c)
		return lang_no_memory(l);
	c->completed = true;
	*below = c;
	return agree(l, &upper, c);
}

/* At the bottom `udp / ip` is one socket: the ip layer is folded into udp. */
static enum adit_err fold_bottom(struct lang *l, struct lang_stack *s)
{
	struct adit_conf *upper = s->layer[s->n - 2], *lower = s->layer[s->n - 1];

	for (unsigned i = 0; i < lower->n_opts; i++) {
		int to = find(upper, lower->opts[i].name);

		if (lower->value[i].n > 0 && (to < 0 || upper->value[to].n == 0))
			return lang_refuse(l, &lower->value[i].item[0].src, NULL,
				"%s over %s is one socket here, which has no option `%s`",
				upper->word, lower->word, lower->opts[i].name);
	}
	s->n--;
	return ADIT_OK;
}

static bool is_pair(
	const struct lang *l, const struct adit_conf *upper, const struct adit_conf *lower)
{
	return (upper->ops->flags & ADIT_L_BOTTOM) && needed(l, upper) == lower->ops;
}

static enum adit_err merge_pairs(struct lang *l, struct lang_stack *s)
{
	enum adit_err e = ADIT_OK;

	for (unsigned i = 0; !e && i + 1 < s->n; i++) {
		struct adit_conf *upper = s->layer[i], *lower = s->layer[i + 1];

		if (is_pair(l, upper, lower))
			e = agree(l, upper, lower);
		else if (lower->ops->flags & ADIT_L_BOTTOM)
			e = hand_down(l, upper, lower);
	}
	if (!e && s->n >= 2 && is_pair(l, s->layer[s->n - 2], s->layer[s->n - 1]))
		e = fold_bottom(l, s);
	return e;
}

/* Sets the port where an address lacks one; where there is no address, `:PORT` alone. */
static enum adit_err default_port(struct lang *l, struct adit_conf *c, int opt, uint16_t port)
{
	char text[16];
	struct adit_item *it;

	if (c->value[opt].n > 0) {
		it = &c->value[opt].item[0];
		return it->addr.port ? ADIT_OK : lang_set_port(l, it, port);
	}
	snprintf(text, sizeof(text), ":%u", port);
	it = lang_item_add(l, c, (unsigned)opt);
	if (!it)
		return ADIT_ENOMEM;
	it->src = c->src;
	it->addr.port = port;
	it->text = lang_text(l->arena, text, strlen(text));
	return it->text ? ADIT_OK : lang_no_memory(l);
}

/* `port=` beside the address: moved into it, so that an IPv6 literal needs no brackets. */
static enum adit_err port_word(
	struct lang *l, const struct adit_conf *upper, struct adit_conf *c, int far, int local)
{
	int opt = find(c, "port");
	const struct adit_item *it = opt >= 0 && c->value[opt].n > 0 ? c->value[opt].item : NULL;
	bool open = far < 0 || c->value[far].n == 0;
	bool ours = open || (upper->ops->flags & ADIT_L_PORT_BOTH);
	enum adit_err e = ADIT_OK;

	if (!it)
		return ADIT_OK;
	if (!open && c->value[far].item[0].addr.port && c->value[far].item[0].addr.port != it->u)
		return lang_refuse(
			l, &it->src, "write it once", "%s: the address has another port", c->word);
	c->value[opt].n = 0;
	if (!open)
		e = default_port(l, c, far, (uint16_t)it->u);
	if (!e && local >= 0 && (ours || c->value[local].n > 0))
		e = default_port(l, c, local, (uint16_t)it->u);
	return e;
}

static enum adit_err no_port(struct lang *l, const struct adit_conf *upper,
	const struct adit_conf *c, const struct adit_src *at)
{
	return lang_refuse(l, at, "write `port=N`, or `:N` behind the address",
		"%s needs a port, and %s has none of its own", c->word, upper->word);
}

/* The ports of a delivery that has ports, from the codes of the layer above it. */
static enum adit_err ports(struct lang *l, const struct adit_conf *upper, struct adit_conf *c)
{
	int far = lang_far(c), local = find(c, "local");
	uint16_t port = 0;
	bool open = far < 0 || c->value[far].n == 0;
	enum adit_err e = port_word(l, upper, c, far, local);

	if (e || c->ops->space != ADIT_SPACE_UDPPORT)
		return e;
	if (!lang_code(upper->ops, ADIT_SPACE_UDPPORT, &port)) {
		int opt = open ? local : far;
		const struct adit_value *v = opt < 0 ? NULL : &c->value[opt];

		if (!v || v->n == 0)
			return open ? no_port(l, upper, c, &c->src) : ADIT_OK;
		return v->item[0].addr.port ? ADIT_OK : no_port(l, upper, c, &v->item[0].src);
	}
	if (!open)
		e = default_port(l, c, far, port);
	if (!e && local >= 0 && ((upper->ops->flags & ADIT_L_PORT_BOTH) || open))
		e = default_port(l, c, local, port);
	return e;
}

enum adit_err lang_complete(struct lang *l, struct lang_stack *s)
{
	enum adit_err e = fill_gaps(l, s);

	return e ? e : merge_pairs(l, s);
}

enum adit_err lang_ports(struct lang *l, struct lang_stack *s)
{
	enum adit_err e = ADIT_OK;

	for (unsigned i = 1; !e && i < s->n; i++)
		e = ports(l, s->layer[i - 1], s->layer[i]);
	return e;
}
