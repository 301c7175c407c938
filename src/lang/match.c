/* SPDX-License-Identifier: Apache-2.0 */
/* Words of a layer matched with its option table. */
#include "lang/internal.h"

#include <stdio.h>
#include <string.h>

int lang_opt(const struct adit_opt *opts, unsigned n, const char *name, size_t len)
{
	for (unsigned i = 0; i < n; i++) {
		if (strlen(opts[i].name) == len && memcmp(opts[i].name, name, len) == 0)
			return (int)i;
	}
	return -1;
}

struct adit_conf *lang_conf_new(struct lang *l, const struct adit_layer_ops *ops,
	const struct adit_opt *opts, unsigned n, const struct adit_src *src)
{
	struct adit_conf *c = lang_alloc(l->arena, sizeof(*c));
	struct adit_value *v = lang_alloc(l->arena, (n ? n : 1) * sizeof(*v));

	if (!c || !v)
		return NULL;
	c->ops = ops;
	c->word = ops ? ops->name : "";
	c->opts = opts;
	c->n_opts = n;
	c->value = v;
	c->src = *src;
	return c;
}

struct adit_item *lang_item_add(struct lang *l, struct adit_conf *c, unsigned opt)
{
	struct adit_value *v = &c->value[opt];

	if ((v->n & (v->n - 1)) == 0) {
		struct adit_item *more =
			lang_alloc(l->arena, (v->n ? 2u * v->n : 1u) * sizeof(*more));

		if (!more || v->n == UINT16_MAX / 2 + 1) {
			lang_no_memory(l);
			return NULL;
		}
		if (v->n)
			memcpy(more, v->item, v->n * sizeof(*more));
		v->item = more;
	}
	return &v->item[v->n++];
}

static const char *owner(const struct adit_conf *c)
{
	return c->word;
}

/* One value of an option; text is NUL-terminated and in the arena. */
static enum adit_err add_value(struct lang *l, struct adit_conf *c, unsigned opt, const char *text,
	const struct adit_src *at)
{
	const struct adit_opt *o = &c->opts[opt];
	char why[256], fix[LANG_FIX_MAX];
	struct lang_buf w = { why, sizeof(why), 0 }, f = { fix, sizeof(fix), 0 };
	struct adit_item *it = lang_item_add(l, c, opt);

	if (!it)
		return ADIT_ENOMEM;
	it->text = text;
	it->src = *at;
	if (lang_value(o, it, &w))
		return ADIT_OK;
	if (o->type == ADIT_OPT_SECRET) {
		lang_put(&f, "write `%s=@FILE`, `%s=@-` (standard input) or `%s=@env:NAME`",
			o->name, o->name, o->name);
	} else {
		lang_put(&f, "%s takes ", owner(c));
		lang_opt_usage(&f, o);
	}
	return lang_refuse(l, at, fix, "%s: %s", owner(c), why);
}

static enum adit_err add_list(struct lang *l, struct adit_conf *c, unsigned opt, const char *text,
	const struct adit_src *at)
{
	struct adit_src part = *at;

	for (;;) {
		const char *comma = strchr(text, ',');
		size_t n = comma ? (size_t)(comma - text) : strlen(text);
		const char *copy = lang_text(l->arena, text, n);
		enum adit_err e;

		if (!copy)
			return lang_no_memory(l);
		if (n == 0)
			return lang_refuse(l, at, NULL, "%s: an item of the list %s is empty",
				owner(c), c->opts[opt].name);
		e = add_value(l, c, opt, copy, &part);
		if (e || !comma)
			return e;
		text = comma + 1;
	}
}

static enum adit_err add_option(
	struct lang *l, struct adit_conf *c, unsigned opt, const char *text, const struct tok *t)
{
	const struct adit_opt *o = &c->opts[opt];

	if (o->type == ADIT_OPT_BLOCK)
		return lang_refuse(l, &t->src, NULL,
			"%s: %s is written within braces: `%s … { %s … }`", owner(c), o->name,
			owner(c), o->name);
	if (o->flags & ADIT_OPT_LIST)
		return add_list(l, c, opt, text, &t->src);
	if (c->value[opt].n > 0)
		return lang_refuse(l, &t->src, NULL, "%s: %s is given twice", owner(c), o->name);
	return add_value(l, c, opt, text, &t->src);
}

/* Whether a word may be meant as NAME=VALUE: values such as base64 may hold `=` too. */
static bool is_option_name(const char *s, size_t n)
{
	if (n == 0 || n > 31 || s[0] < 'a' || s[0] > 'z')
		return false;
	for (size_t i = 1; i < n; i++) {
		bool ok = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9') ||
			  s[i] == '-' || s[i] == '_';

		if (!ok)
			return false;
	}
	return true;
}

static enum adit_err unknown(
	struct lang *l, const struct adit_conf *c, const struct tok *t, const char *name)
{
	char fix[LANG_FIX_MAX];
	struct lang_buf f = { fix, sizeof(fix), 0 };
	struct lang_near near = { 0 };

	for (unsigned i = 0; i < c->n_opts; i++)
		lang_near(&near, name, c->opts[i].name);
	if (near.best)
		lang_put(&f, "did you mean `%s`? ", near.best);
	if (c->n_opts)
		lang_put(&f, "%s takes: ", owner(c));
	else
		lang_put(&f, "%s takes no options", owner(c));
	lang_list_options(&f, c->opts, c->n_opts);
	return lang_refuse(l, &t->src, fix, "%s has no option `%s`", owner(c), name);
}

static enum adit_err too_many(struct lang *l, const struct adit_conf *c, const struct tok *t)
{
	char fix[LANG_FIX_MAX];
	struct lang_buf f = { fix, sizeof(fix), 0 };

	lang_put(&f, "%s takes%s", owner(c), c->n_opts ? ": " : " no options");
	lang_list_options(&f, c->opts, c->n_opts);
	return lang_refuse(l, &t->src, fix, "%s: `%s` is one word too many", owner(c), t->text);
}

static bool is_loose(const struct adit_opt *o)
{
	return o->type == ADIT_OPT_STR || o->type == ADIT_OPT_FILE || o->type == ADIT_OPT_HOST;
}

/* Text that can only be meant as an address, however wrong it is. */
static bool like_address(const char *s)
{
	return strchr(s, '/') || strchr(s, ':') || (s[0] >= '0' && s[0] <= '9' && strchr(s, '.'));
}

static bool is_address(const struct adit_opt *o)
{
	return o->type == ADIT_OPT_ADDR || o->type == ADIT_OPT_PREFIX || o->type == ADIT_OPT_MAC;
}

/* The positional option that takes this text: the first free one whose type accepts it, options
 * that accept about any text after those that do not. *last: the last free one that refused. */
static int positional(const struct adit_conf *c, const char *text, int *last)
{
	char why[256];
	struct lang_buf w = { why, sizeof(why), 0 };

	*last = -1;
	for (unsigned loose = 0; loose < 2; loose++) {
		for (unsigned i = 0; i < c->n_opts; i++) {
			const struct adit_opt *o = &c->opts[i];
			struct adit_item it = { .text = text };

			if (!(o->flags & ADIT_OPT_POS) || is_loose(o) != (loose == 1))
				continue;
			if (c->value[i].n > 0 && !(o->flags & ADIT_OPT_LIST))
				continue;
			if ((o->flags & ADIT_OPT_LIST) && strchr(text, ','))
				return (int)i;
			if (lang_value(o, &it, &w) || (is_address(o) && like_address(text)))
				return (int)i;
			*last = (int)i;
		}
	}
	return -1;
}

static enum adit_err match_bare(struct lang *l, struct adit_conf *c, const struct tok *t, bool pos)
{
	int opt = t->quoted ? -1 : lang_opt(c->opts, c->n_opts, t->text, strlen(t->text));
	int last = -1, at = -1;
	char fix[LANG_FIX_MAX];
	struct lang_buf f = { fix, sizeof(fix), 0 };

	if (opt >= 0 && c->opts[opt].type == ADIT_OPT_FLAG)
		return add_option(l, c, (unsigned)opt, "on", t);
	if (pos)
		at = positional(c, t->text, &last);
	if (at >= 0 && opt < 0)
		return add_option(l, c, (unsigned)at, t->text, t);
	if (opt >= 0 && c->opts[opt].type == ADIT_OPT_BLOCK)
		return add_option(l, c, (unsigned)opt, "", t);
	if (opt >= 0) {
		lang_put(&f, "write ");
		lang_opt_usage(&f, &c->opts[opt]);
		return lang_refuse(l, &t->src, fix, "%s: %s needs a value", owner(c), t->text);
	}
	if (last >= 0 && !is_option_name(t->text, strlen(t->text)))
		return add_option(l, c, (unsigned)last, t->text, t);
	if (pos && !is_option_name(t->text, strlen(t->text)))
		return too_many(l, c, t);
	return unknown(l, c, t, t->text);
}

enum adit_err lang_match(struct lang *l, struct adit_conf *c, const struct tok *t, bool pos)
{
	const char *eq = t->quoted ? NULL : strchr(t->text, '=');
	size_t n = eq ? (size_t)(eq - t->text) : 0;
	char name[32];
	int opt;

	if (!eq)
		return match_bare(l, c, t, pos);
	opt = lang_opt(c->opts, c->n_opts, t->text, n);
	if (opt >= 0)
		return add_option(l, c, (unsigned)opt, eq + 1, t);
	if (!is_option_name(t->text, n))
		return match_bare(l, c, t, pos);
	snprintf(name, sizeof(name), "%.*s", (int)n, t->text);
	return unknown(l, c, t, name);
}
