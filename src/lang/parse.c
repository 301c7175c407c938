/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of docs/language.md: tokens to confs. */
#include "lang/internal.h"

#include <string.h>

static const struct tok *peek(const struct lang *l)
{
	return &l->src->tok[l->pos];
}

static void skip_newlines(struct lang *l)
{
	while (peek(l)->kind == TOK_NEWLINE)
		l->pos++;
}

static enum adit_err block_entries(struct lang *l, struct adit_conf *c);

static enum adit_err no_join(struct lang *l, const struct tok *t)
{
	return lang_refuse(l, &t->src, "write one stack for each end",
		"ends joined by `+` are not supported by this version");
}

/* The words of a layer or of a block's entry, then its braces if there are any. */
static enum adit_err layer_words(struct lang *l, struct adit_conf *c, struct lang_stack *named)
{
	enum adit_err e = ADIT_OK;

	for (; !e && peek(l)->kind == TOK_WORD; l->pos++) {
		const struct tok *t = peek(l);

		if (!named || t->quoted || strncmp(t->text, "name=", 5) != 0)
			e = lang_match(l, c, t, true);
		else if (named->name)
			e = lang_refuse(l, &t->src, NULL, "the tunnel has a name already");
		else
			named->name = t;
	}
	if (e || peek(l)->kind != TOK_OPEN)
		return e;
	return block_entries(l, c);
}

static enum adit_err entry(struct lang *l, struct adit_conf *c)
{
	const struct tok *t = peek(l);
	int opt = t->quoted ? -1 : lang_opt(c->opts, c->n_opts, t->text, strlen(t->text));
	struct adit_conf *sub;
	struct adit_item *it;
	enum adit_err e = ADIT_OK;

	if (opt < 0 || c->opts[opt].type != ADIT_OPT_BLOCK) {
		for (; !e && peek(l)->kind == TOK_WORD; l->pos++)
			e = lang_match(l, c, peek(l), false);
		return e;
	}
	if (c->value[opt].n > 0 && !(c->opts[opt].flags & ADIT_OPT_LIST))
		return lang_refuse(l, &t->src, NULL, "%s: %s is given twice", c->word, t->text);
	sub = lang_conf_new(l, NULL, c->opts[opt].sub, c->opts[opt].n_sub, &t->src);
	it = sub ? lang_item_add(l, c, (unsigned)opt) : NULL;
	if (!it)
		return lang_no_memory(l);
	sub->word = c->opts[opt].name;
	it->src = t->src;
	it->text = t->text;
	it->block = sub;
	l->pos++;
	return layer_words(l, sub, NULL);
}

static bool has_block(const struct adit_conf *c)
{
	for (unsigned i = 0; i < c->n_opts; i++) {
		if (c->opts[i].type == ADIT_OPT_BLOCK)
			return true;
	}
	return false;
}

static bool skip_separators(struct lang *l)
{
	unsigned before = l->pos;

	while (peek(l)->kind == TOK_NEWLINE || peek(l)->kind == TOK_SLASH)
		l->pos++;
	return l->pos != before;
}

static enum adit_err block_entries(struct lang *l, struct adit_conf *c)
{
	const struct tok *open = peek(l);
	enum adit_err e = ADIT_OK;

	if (l->depth == LANG_DEPTH_MAX)
		return lang_refuse(
			l, &open->src, NULL, "braces are nested more than %d deep", LANG_DEPTH_MAX);
	if (!has_block(c))
		return lang_refuse(l, &open->src, "write its options on the same line",
			"%s has nothing that is written in braces", c->word);
	l->depth++;
	l->pos++;
	while (!e) {
		skip_separators(l);
		if (peek(l)->kind != TOK_WORD)
			break;
		e = entry(l, c);
	}
	l->depth--;
	if (e)
		return e;
	if (peek(l)->kind == TOK_END)
		return lang_refuse(l, &open->src, "close it with `}`", "this brace is not closed");
	if (peek(l)->kind != TOK_CLOSE)
		return lang_refuse(l, &peek(l)->src, NULL, "`%s` does not fit in the braces of %s",
			peek(l)->text, c->word);
	l->pos++;
	return ADIT_OK;
}

static enum adit_err unknown_layer(struct lang *l, const struct tok *t)
{
	char fix[LANG_FIX_MAX];
	struct lang_buf f = { fix, sizeof(fix), 0 };
	struct lang_near near = { 0 };

	if (l->src->tok[l->pos + 1].kind == TOK_OPEN)
		return lang_refuse(l, &t->src, NULL,
			"`%s` is no layer, and named legs are not supported by this version",
			t->text);
	for (unsigned i = 0; i < l->src->n_reg; i++) {
		lang_near(&near, t->text, l->src->reg[i]->name);
		lang_near(&near, t->text, l->src->reg[i]->alias);
	}
	if (near.best)
		lang_put(&f, "did you mean `%s`? ", near.best);
	lang_put(&f, "`adit protocols` lists the layers");
	return lang_refuse(l, &t->src, fix, "`%s` is no layer", t->text);
}

static enum adit_err layer(struct lang *l, struct lang_stack *s, bool braces)
{
	const struct tok *t = peek(l);
	const struct adit_layer_ops *ops;
	struct adit_conf *c;
	enum adit_err e;

	if (t->kind == TOK_PLUS)
		return no_join(l, t);
	if (t->kind != TOK_WORD)
		return lang_refuse(l, &t->src, "a lone `/` stands between two layers",
			"a layer is missing here");
	ops = lang_find(l->src, t->text);
	if (!ops)
		return unknown_layer(l, t);
	if (s->n == ADIT_STACK_LAYERS)
		return lang_refuse(
			l, &t->src, NULL, "a stack has at most %d layers", ADIT_STACK_LAYERS);
	c = lang_conf_new(l, ops, ops->opts, ops->n_opts, &t->src);
	if (!c)
		return lang_no_memory(l);
	c->word = t->text;
	s->layer[s->n++] = c;
	l->pos++;
	e = layer_words(l, c, s->n == 1 ? s : NULL);
	if (e)
		return e;
	t = peek(l);
	if (t->kind == TOK_PLUS)
		return no_join(l, t);
	if (t->kind == TOK_WORD || t->kind == TOK_OPEN)
		return lang_refuse(l, &t->src, "put a lone `/` or a new line before it",
			"%s ended with its closing brace", c->word);
	if (t->kind == TOK_CLOSE && !braces)
		return lang_refuse(l, &t->src, NULL, "this brace was not opened");
	return ADIT_OK;
}

/* Between layers: `/`, inside braces also a newline, or both. False: the stack ends here. */
static bool between(struct lang *l, bool braces)
{
	unsigned at = l->pos;

	if (braces)
		skip_newlines(l);
	if (peek(l)->kind != TOK_SLASH)
		return braces && l->pos != at && peek(l)->kind != TOK_CLOSE &&
		       peek(l)->kind != TOK_END;
	l->pos++;
	if (braces)
		skip_newlines(l);
	return true;
}

enum adit_err lang_parse_stack(struct lang *l, struct lang_stack *s, bool braces)
{
	enum adit_err e;

	if (braces)
		skip_newlines(l);
	do {
		e = layer(l, s, braces);
	} while (!e && between(l, braces));
	if (!e && !braces && peek(l)->kind != TOK_END)
		return lang_refuse(l, &peek(l)->src, NULL, "nothing may follow the stack");
	return e;
}
