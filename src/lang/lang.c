/* SPDX-License-Identifier: Apache-2.0 */
/* From a source to its program. */
#include "lang/internal.h"

#include <stdlib.h>
#include <string.h>

static bool is_word(const struct tok *t, const char *text)
{
	return t->kind == TOK_WORD && !t->quoted && strcmp(t->text, text) == 0;
}

static enum adit_err check_name(
	struct lang *l, const struct adit_program *p, const struct adit_src *at)
{
	const struct adit_spec *s = &p->spec[p->n - 1];

	for (unsigned i = 0; i + 1 < p->n; i++) {
		if (strcmp(p->spec[i].name, s->name) == 0)
			return lang_refuse(l, at, NULL, "two tunnels have the name `%s`", s->name);
	}
	return ADIT_OK;
}

static enum adit_err add_spec(struct lang *l, struct adit_program *p, struct lang_stack *s)
{
	struct adit_spec *spec;
	enum adit_err e = lang_complete(l, s);

	if (!e)
		e = lang_fit(l, s);
	if (!e)
		e = lang_ports(l, s);
	if (!e)
		e = lang_check(l, s);
	if (e)
		return e;
	if (p->n == LANG_SPECS_MAX)
		return lang_refuse(
			l, &s->layer[0]->src, NULL, "more than %d tunnels", LANG_SPECS_MAX);
	spec = realloc(p->spec, (p->n + 1) * sizeof(*spec));
	if (!spec)
		return lang_no_memory(l);
	p->spec = spec;
	spec += p->n;
	memset(spec, 0, sizeof(*spec));
	e = lang_name(l, s, spec->name);
	if (e)
		return e;
	for (unsigned i = 0; i < s->n; i++)
		spec->layer[i] = s->layer[i];
	spec->n = s->n;
	p->n++;
	return check_name(l, p, s->name ? &s->name->src : &s->layer[0]->src);
}

static enum adit_err parse_tunnel(struct lang *l, struct adit_program *p)
{
	const struct tok *t = &l->src->tok[l->pos];
	struct lang_stack s = { 0 };
	const struct tok *open;
	enum adit_err e;

	if (!is_word(t, "tunnel"))
		return lang_refuse(l, &t->src, "a file holds `tunnel NAME { LAYER / LAYER … }`",
			"`tunnel` was expected here");
	t = &l->src->tok[++l->pos];
	if (t->kind != TOK_WORD)
		return lang_refuse(l, &t->src, "write `tunnel NAME { … }`",
			"the name of the tunnel is missing");
	s.name = t;
	open = &l->src->tok[++l->pos];
	if (open->kind != TOK_OPEN)
		return lang_refuse(l, &open->src, "write `tunnel NAME { … }`",
			"`{` was expected after the tunnel's name");
	l->pos++;
	e = lang_parse_stack(l, &s, true);
	if (e)
		return e;
	t = &l->src->tok[l->pos];
	if (t->kind != TOK_CLOSE)
		return lang_refuse(l, &open->src, "close it with `}`", "this brace is not closed");
	l->pos++;
	return add_spec(l, p, &s);
}

static enum adit_err parse(struct lang *l, struct adit_program *p)
{
	struct lang_stack s = { 0 };
	enum adit_err e = ADIT_OK;

	if (!l->src->file && !is_word(&l->src->tok[0], "tunnel")) {
		e = lang_parse_stack(l, &s, false);
		return e ? e : add_spec(l, p, &s);
	}
	while (!e) {
		while (l->src->tok[l->pos].kind == TOK_NEWLINE)
			l->pos++;
		if (l->src->tok[l->pos].kind == TOK_END)
			break;
		e = parse_tunnel(l, p);
	}
	if (!e && p->n == 0)
		return lang_refuse(l, &l->src->tok[l->pos].src,
			"a file holds `tunnel NAME { LAYER / LAYER … }`",
			"there is no tunnel in it");
	return e;
}

static struct adit_program *begin(struct lang *l, const struct lang_input *in, struct adit_diag *d)
{
	struct adit_program *p = calloc(1, sizeof(*p));

	memset(l, 0, sizeof(*l));
	l->diag = d;
	d->text[0] = 0;
	if (p)
		p->arena = l->arena = lang_arena_new();
	if (l->arena)
		l->src = lang_alloc(l->arena, sizeof(*l->src));
	if (!l->src) {
		lang_no_memory(l);
		adit_program_free(p);
		return NULL;
	}
	l->src->reg = in->reg;
	l->src->n_reg = in->n_reg;
	l->arena->source = l->src;
	return p;
}

enum adit_err lang_read(struct adit_program **out, const struct lang_input *in, struct adit_diag *d)
{
	struct lang l;
	struct adit_program *p = begin(&l, in, d);
	enum adit_err e;

	*out = NULL;
	if (!p)
		return ADIT_ENOMEM;
	e = in->file ? lang_lex_text(&l, in->file, in->text, in->len)
		     : lang_lex_words(&l, in->n_words, in->word);
	if (!e)
		e = parse(&l, p);
	if (e)
		adit_program_free(p);
	else
		*out = p;
	return e;
}

enum adit_err adit_lang_words(
	struct adit_program **out, int n, const char *const *word, struct adit_diag *d)
{
	const struct lang_input in = {
		.word = word, .n_words = n, .reg = adit_registry, .n_reg = adit_registry_n
	};

	return lang_read(out, &in, d);
}

enum adit_err adit_lang_text(struct adit_program **out, const char *file, const char *text,
	size_t len, struct adit_diag *d)
{
	const struct lang_input in = { .file = file,
		.text = text,
		.len = len,
		.reg = adit_registry,
		.n_reg = adit_registry_n };

	return lang_read(out, &in, d);
}

void adit_program_free(struct adit_program *p)
{
	if (!p)
		return;
	lang_arena_free(p->arena);
	free(p->spec);
	free(p);
}

bool adit_lang_is_stack(const char *first_word)
{
	return adit_registry_find(first_word) != NULL;
}
