/* SPDX-License-Identifier: Apache-2.0 */
/* What fits on what: shapes, codes, ends and deliveries, flows and targets, secrecy, roles. */
#include "lang/internal.h"

#include <stdio.h>
#include <string.h>

#define SECURES (ADIT_L_CONFIDENTIAL | ADIT_L_AUTHENTIC)

static const uint8_t preferred[] = { ADIT_PACKET, ADIT_FRAME, ADIT_PAYLOAD, ADIT_DATAGRAM,
	ADIT_STREAM };

unsigned lang_shape_pick(unsigned set)
{
	for (unsigned i = 0; i < ADIT_LEN(preferred); i++) {
		if (set & preferred[i])
			return preferred[i];
	}
	return 0;
}

const char *lang_shape_name(unsigned shape)
{
	switch (shape) {
	case ADIT_FRAME:
		return "Ethernet frames";
	case ADIT_PACKET:
		return "IP packets";
	case ADIT_PAYLOAD:
		return "protocol payloads";
	case ADIT_DATAGRAM:
		return "datagrams";
	case ADIT_STREAM:
		return "a stream";
	default:
		return "nothing";
	}
}

bool lang_code(const struct adit_layer_ops *o, unsigned space, uint16_t *code)
{
	for (unsigned i = 0; i < o->n_codes; i++) {
		if (o->codes[i].space == space) {
			if (code)
				*code = o->codes[i].code;
			return true;
		}
	}
	return false;
}

unsigned lang_meet(const struct adit_layer_ops *upper, const struct adit_layer_ops *lower)
{
	unsigned set = upper->below & lower->above;

	if ((set & ADIT_PAYLOAD) && !lang_code(upper, lower->space, NULL))
		set &= ~(unsigned)ADIT_PAYLOAD;
	return set;
}

void lang_put_shapes(struct lang_buf *b, unsigned set)
{
	const char *sep = "";

	for (unsigned i = 0; i < ADIT_LEN(preferred); i++) {
		if (set & preferred[i]) {
			lang_put(b, "%s%s", sep, lang_shape_name(preferred[i]));
			sep = " or ";
		}
	}
	if (set == 0)
		lang_put(b, "nothing");
}

/* "rides in an IP packet", "gives Ethernet frames" */
static void put_ride(struct lang_buf *b, const struct adit_layer_ops *o)
{
	bool payload = o->below == ADIT_PAYLOAD;

	if (o->flags & ADIT_L_END || o->below & (ADIT_PACKET | ADIT_FRAME)) {
		lang_put(b, "gives ");
		lang_put_shapes(b, o->below);
	} else if (payload && lang_code(o, ADIT_SPACE_IPPROTO, NULL)) {
		lang_put(b, "rides in an IP packet");
	} else if (payload && lang_code(o, ADIT_SPACE_ETHERTYPE, NULL)) {
		lang_put(b, "rides behind an EtherType");
	} else {
		lang_put(b, "rides in ");
		lang_put_shapes(b, o->below);
	}
}

static void put_name(struct lang_buf *b, const char **sep, const char *name)
{
	lang_put(b, "%s%s", *sep, name);
	*sep = ", ";
}

/* The layers that fit below upper, and those that would stand between the two. */
static void put_fits(struct lang_buf *b, const struct lang *l, const struct adit_layer_ops *upper,
	const struct adit_layer_ops *lower)
{
	const char *sep = "";

	lang_put(b, "below %s fits: ", upper->name);
	for (unsigned i = 0; i < l->src->n_reg; i++) {
		if (lang_meet(upper, l->src->reg[i]))
			put_name(b, &sep, l->src->reg[i]->name);
	}
	if (!*sep)
		lang_put(b, "no layer of this version");
	sep = lower ? "\nbetween the two fits: " : NULL;
	for (unsigned i = 0; lower && i < l->src->n_reg; i++) {
		const struct adit_layer_ops *o = l->src->reg[i];

		if (lang_meet(upper, o) && lang_meet(o, lower))
			put_name(b, &sep, o->name);
	}
}

static enum adit_err misfit(
	struct lang *l, const struct adit_conf *upper, const struct adit_conf *lower)
{
	char ride[160], carry[160], fix[LANG_FIX_MAX];
	struct lang_buf r = { ride, sizeof(ride), 0 }, c = { carry, sizeof(carry), 0 };
	struct lang_buf f = { fix, sizeof(fix), 0 };

	if (!upper->ops->below)
		return lang_refuse(l, &lower->src, NULL,
			"%s is delivered by the system: nothing stands below it", upper->word);
	put_ride(&r, upper->ops);
	lang_put_shapes(&c, lower->ops->above);
	put_fits(&f, l, upper->ops, lower->ops);
	if (upper->ops->below & lower->ops->above)
		return lang_refuse(l, &upper->src, fix,
			"%s %s, and %s below it has no number for that", upper->word, ride,
			lower->word);
	return lang_refuse(l, &upper->src, fix, "%s %s, but the layer below it is %s, which %s %s",
		upper->word, ride, lower->word,
		lower->ops->flags & ADIT_L_END ? "is an end and carries" : "carries", carry);
}

static enum adit_err check_ends(struct lang *l, const struct lang_stack *s)
{
	const struct adit_conf *first = s->layer[0], *last = s->layer[s->n - 1];
	char fix[LANG_FIX_MAX];
	struct lang_buf f = { fix, sizeof(fix), 0 };
	const char *sep = "begin it with one of: ";

	for (unsigned i = 0; i < l->src->n_reg; i++) {
		if (l->src->reg[i]->flags & ADIT_L_END)
			put_name(&f, &sep, l->src->reg[i]->name);
	}
	if (!(first->ops->flags & ADIT_L_END))
		return lang_refuse(l, &first->src, fix,
			"a stack begins with an end, and %s is none", first->word);
	for (unsigned i = 1; i < s->n; i++) {
		if (s->layer[i]->ops->flags & ADIT_L_END)
			return lang_refuse(l, &s->layer[i]->src, "it can only be the first layer",
				"%s is an end: nothing rides on it", s->layer[i]->word);
	}
	if (last->ops->flags & ADIT_L_BOTTOM)
		return ADIT_OK;
	f.n = 0;
	put_fits(&f, l, last->ops, NULL);
	return lang_refuse(l, &last->src, fix,
		"the stack ends with %s, which needs a layer below it", last->word);
}

static enum adit_err check_shapes(struct lang *l, struct lang_stack *s)
{
	for (unsigned i = 0; i + 1 < s->n; i++) {
		struct adit_conf *upper = s->layer[i], *lower = s->layer[i + 1];
		unsigned shape = lang_shape_pick(lang_meet(upper->ops, lower->ops));

		if (!shape)
			return misfit(l, upper, lower);
		upper->below = (uint8_t)shape;
		lower->above = (uint8_t)shape;
	}
	return ADIT_OK;
}

static enum adit_err check_conf(struct lang *l, const struct adit_conf *c)
{
	char fix[LANG_FIX_MAX];
	struct lang_buf f = { fix, sizeof(fix), 0 };
	enum adit_err e = ADIT_OK;

	for (unsigned i = 0; !e && i < c->n_opts; i++) {
		const struct adit_opt *o = &c->opts[i];
		const struct adit_value *v = &c->value[i];

		if ((o->flags & ADIT_OPT_REQUIRED) && v->n == 0) {
			lang_put(&f, "write ");
			lang_opt_usage(&f, o);
			return lang_refuse(l, &c->src, fix, "%s needs %s", c->word, o->name);
		}
		for (unsigned k = 0; !e && o->type == ADIT_OPT_BLOCK && k < v->n; k++)
			e = check_conf(l, v->item[k].block);
	}
	return e;
}

static bool gives_server(const struct adit_conf *c)
{
	for (unsigned i = 0; i < c->n_opts; i++) {
		if ((c->opts[i].flags & ADIT_OPT_SERVER) && c->value[i].n > 0)
			return true;
	}
	return false;
}

static void set_roles(struct lang_stack *s)
{
	bool server = false;

	for (unsigned i = s->n; i-- > 0;) {
		server = server || gives_server(s->layer[i]);
		s->layer[i]->server = server;
	}
}

/* Whether it says itself whom it talks to, or that it is anybody. */
static bool names_far(const struct adit_conf *c)
{
	for (unsigned i = 0; i < c->n_opts; i++) {
		const struct adit_opt *o = &c->opts[i];

		if (c->value[i].n > 0 && (o->type == ADIT_OPT_HOST || o->type == ADIT_OPT_BLOCK ||
						 strcmp(o->name, "from") == 0))
			return true;
	}
	return false;
}

static void put_far_fixes(
	struct lang_buf *b, const struct adit_conf *upper, const struct adit_conf *c)
{
	lang_put(b, c->completed ? "end the stack with `/ %s ADDR`" : "write `%s ADDR`", c->word);
	if (!(upper->ops->flags & ADIT_L_OPEN_BELOW))
		return;
	for (unsigned i = 0; i < upper->n_opts; i++) {
		const struct adit_opt *o = &upper->opts[i];

		if (o->type == ADIT_OPT_HOST && !(o->flags & ADIT_OPT_BELOW))
			lang_put(b, ", or %s=ADDR at %s", o->name, upper->word);
	}
	if (lang_opt(upper->opts, upper->n_opts, "from", 4) >= 0)
		lang_put(b, ", or from=any there to answer whoever sends");
}

/* A delivery without a far address needs a layer above that knows one. */
static enum adit_err check_open(struct lang *l, const struct lang_stack *s, unsigned i)
{
	const struct adit_conf *c = s->layer[i], *upper = s->layer[i - 1];
	bool chooses = upper->ops->flags & ADIT_L_OPEN_BELOW;
	int far = lang_far(c);
	char fix[LANG_FIX_MAX];
	struct lang_buf f = { fix, sizeof(fix), 0 };

	if (far < 0 || c->value[far].n > 0 || c->server ||
		!(c->above & (ADIT_DATAGRAM | ADIT_PAYLOAD)) ||
		(chooses && (names_far(upper) || names_far(c))))
		return ADIT_OK;
	put_far_fixes(&f, upper, c);
	if (c->completed)
		return lang_refuse(l, &c->src, fix, "%s needs a far address", upper->word);
	return lang_refuse(l, &c->src, fix, "%s has no far address, and %s above it %s", c->word,
		upper->word, chooses ? "names none" : "cannot choose one");
}

static bool any(const struct lang_stack *s, unsigned from, unsigned to, uint32_t flags)
{
	for (unsigned i = from; i < to; i++) {
		if (s->layer[i]->ops->flags & flags)
			return true;
	}
	return false;
}

static enum adit_err check_flows(struct lang *l, const struct lang_stack *s)
{
	const struct adit_conf *end = s->layer[0];
	char fix[LANG_FIX_MAX];
	struct lang_buf f = { fix, sizeof(fix), 0 };

	if (!(end->ops->flags & ADIT_L_MANY) || any(s, 1, s->n, ADIT_L_MANY | ADIT_L_HUB))
		return ADIT_OK;
	const char *sep = "many flows are carried by: ";
	for (unsigned i = 0; i < l->src->n_reg; i++) {
		const struct adit_layer_ops *o = l->src->reg[i];

		if (!(o->flags & ADIT_L_END) && (o->flags & (ADIT_L_MANY | ADIT_L_HUB)))
			put_name(&f, &sep, o->name);
	}
	return lang_refuse(l, &end->src, fix,
		"%s has many flows, but the layers below it carry one", end->word);
}

static enum adit_err check_dial(struct lang *l, const struct lang_stack *s, unsigned i)
{
	const struct adit_conf *c = s->layer[i];
	char fix[LANG_FIX_MAX];
	struct lang_buf f = { fix, sizeof(fix), 0 };
	const char *sep = "a target comes from: ";

	if (!(c->ops->flags & ADIT_L_NEED_DIAL) || any(s, 0, i, ADIT_L_DIAL) ||
		any(s, i + 1, s->n, ADIT_L_DIAL))
		return ADIT_OK;
	for (unsigned k = 0; k < l->src->n_reg; k++) {
		if (l->src->reg[k] != c->ops && (l->src->reg[k]->flags & ADIT_L_DIAL))
			put_name(&f, &sep, l->src->reg[k]->name);
	}
	return lang_refuse(l, &c->src, fix,
		"%s needs a layer whose flows carry a target, and there is none", c->word);
}

static enum adit_err check_narrow(struct lang *l, const struct lang_stack *s, unsigned i)
{
	const struct adit_conf *c = s->layer[i];
	int insecure = lang_opt(c->opts, c->n_opts, "insecure", 8);

	if (!(c->ops->flags & ADIT_L_NARROW) || (insecure >= 0 && c->value[insecure].n > 0))
		return ADIT_OK;
	for (unsigned k = 0; k < i; k++) {
		if ((s->layer[k]->ops->flags & SECURES) == SECURES)
			return ADIT_OK;
	}
	return lang_refuse(l, &c->src,
		"put a layer above it that keeps the traffic secret, or write `insecure`",
		"%s shows everything to whoever stands on the way", c->word);
}

enum adit_err lang_fit(struct lang *l, struct lang_stack *s)
{
	enum adit_err e = check_ends(l, s);

	return e ? e : check_shapes(l, s);
}

enum adit_err lang_check(struct lang *l, struct lang_stack *s)
{
	enum adit_err e = ADIT_OK;

	set_roles(s);
	for (unsigned i = 0; !e && i < s->n; i++) {
		e = check_conf(l, s->layer[i]);
		if (!e && i > 0)
			e = check_open(l, s, i);
		if (!e)
			e = check_dial(l, s, i);
		if (!e)
			e = check_narrow(l, s, i);
	}
	return e ? e : check_flows(l, s);
}

static bool name_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
	       c == '.' || c == '_' || c == ':';
}

static bool name_ok(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n >= ADIT_NAME_MAX || s[0] == '.' || s[0] == '-')
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!name_char(s[i]))
			return false;
	}
	return true;
}

/* What names a stack that has no name: the device, else the end's address, else its word. */
static const char *end_text(const struct adit_conf *c)
{
	int dev = lang_opt(c->opts, c->n_opts, "dev", 3);

	if (dev >= 0 && c->value[dev].n > 0)
		return c->value[dev].item[0].text;
	for (unsigned i = 0; i < c->n_opts; i++) {
		const struct adit_opt *o = &c->opts[i];

		if ((o->flags & ADIT_OPT_POS) && c->value[i].n > 0 &&
			(o->type == ADIT_OPT_ADDR || o->type == ADIT_OPT_HOST ||
				o->type == ADIT_OPT_PREFIX || o->type == ADIT_OPT_STR))
			return c->value[i].item[0].text;
	}
	return c->word;
}

enum adit_err lang_name(struct lang *l, struct lang_stack *s, char out[ADIT_NAME_MAX])
{
	const char *text;
	size_t n = 0;

	if (s->name) {
		text = s->name->text;
		if (!s->name->quoted && strncmp(text, "name=", 5) == 0)
			text += 5;
		if (!name_ok(text))
			return lang_refuse(l, &s->name->src,
				"a name has letters, digits, `.`, `_`, `:` and `-`, at most 63, "
				"and "
				"begins with none of `.` and `-`",
				"`%s` cannot name a tunnel", text);
		snprintf(out, ADIT_NAME_MAX, "%s", text);
		return ADIT_OK;
	}
	for (text = end_text(s->layer[0]); *text && *text != '/' && n + 1 < ADIT_NAME_MAX; text++) {
		if (name_char(*text))
			out[n++] = *text;
	}
	out[n] = 0;
	if (!name_ok(out))
		snprintf(out, ADIT_NAME_MAX, "%s", s->layer[0]->ops->name);
	return ADIT_OK;
}
