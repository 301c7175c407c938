/* SPDX-License-Identifier: Apache-2.0 */
/* Refusals: the message, the line with carets under the word, what would fit. A value that may be a
 * secret is never shown. */
#include "lang/internal.h"

#include <stdio.h>
#include <string.h>

#define SHOWN 160 /* bytes of a line at most */

void lang_put(struct lang_buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (b->n + 1 >= b->size)
		return;
	va_start(ap, fmt);
	n = vsnprintf(b->text + b->n, b->size - b->n, fmt, ap);
	va_end(ap);
	if (n > 0)
		b->n += (size_t)n;
	if (b->n >= b->size)
		b->n = b->size - 1;
}

static bool has_secret(const struct adit_opt *opts, unsigned n, const char *name, size_t len)
{
	for (unsigned i = 0; i < n; i++) {
		const struct adit_opt *o = &opts[i];

		if (o->type == ADIT_OPT_BLOCK && has_secret(o->sub, o->n_sub, name, len))
			return true;
		if (o->type != ADIT_OPT_SECRET)
			continue;
		if (!name ? (o->flags & ADIT_OPT_POS) != 0
			  : strlen(o->name) == len && memcmp(o->name, name, len) == 0)
			return true;
	}
	return false;
}

/* ops NULL: the layer is not known (misspelt perhaps), so any layer's secrets count. */
static bool names_secret(
	const struct lang_source *s, const struct adit_layer_ops *ops, const char *name, size_t len)
{
	if (ops)
		return has_secret(ops->opts, ops->n_opts, name, len);
	for (unsigned i = 0; i < s->n_reg; i++) {
		if (has_secret(s->reg[i]->opts, s->reg[i]->n_opts, name, len))
			return true;
	}
	return false;
}

/* How many leading bytes of the token may be shown; its length: all of it. */
static size_t shown_bytes(
	const struct lang_source *s, const struct adit_layer_ops *ops, const struct tok *t)
{
	const char *eq = strchr(t->text, '=');
	size_t name = eq ? (size_t)(eq - t->text) : 0;

	if (t->kind != TOK_WORD)
		return t->src.len;
	if (eq && !t->quoted && names_secret(s, ops, t->text, name))
		return eq[1] == '@' ? t->src.len : name + 1;
	if (ops && t->text[0] != '@' && names_secret(s, ops, NULL, 0) &&
		(!eq || lang_opt(ops->opts, ops->n_opts, t->text, name) < 0))
		return 0;
	return t->src.len;
}

/* A line being shown: columns shift where a secret is left out and where the start is cut. */
struct view {
	const struct lang_source *s;
	const struct adit_src *at;
	struct lang_buf *out;
	unsigned mark, marks; /* shown column and width of the carets */
	unsigned width;	      /* columns shown so far */
};

static void show_byte(struct view *v, uint32_t col, unsigned char c)
{
	bool control = c < 32 || c == 127;

	if (col >= v->at->col && col < v->at->col + v->at->len) {
		if (v->marks == 0)
			v->mark = v->width;
		v->marks += (c & 0xc0) != 0x80;
	}
	v->width += (c & 0xc0) != 0x80;
	lang_put(v->out, "%c", c == '\t' ? ' ' : control ? '?' : c);
}

/* Columns from..to of the present line that must not be shown, both 0 for none. */
struct hidden {
	uint32_t from, to;
};

static struct hidden next_hidden(
	struct view *v, unsigned *i, const struct adit_layer_ops **ops, bool *first)
{
	const struct lang_source *s = v->s;

	for (; *i < s->n; ++*i) {
		const struct tok *t = &s->tok[*i];
		size_t shown;

		if (t->kind != TOK_WORD) {
			*first = true;
			continue;
		}
		if (*first) {
			*ops = lang_find(s, t->text);
			*first = false;
			continue;
		}
		shown = shown_bytes(s, *ops, t);
		if (t->src.line == v->at->line && shown < t->src.len) {
			++*i;
			return (struct hidden){ t->src.col + (uint32_t)shown,
				t->src.col + t->src.len };
		}
	}
	return (struct hidden){ 0, 0 };
}

static const char *line_start(const struct lang_source *s, uint32_t line, size_t *len)
{
	const char *p = s->text, *end = s->text + s->len, *nl;

	if (!s->file) {
		*len = s->len;
		return p;
	}
	for (; line > 1; line--) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			break;
		p = nl + 1;
	}
	nl = memchr(p, '\n', (size_t)(end - p));
	*len = (size_t)((nl ? nl : end) - p);
	return p;
}

static void show_line(struct view *v)
{
	const struct adit_layer_ops *ops = NULL;
	bool first = true, whole = false;
	unsigned i = 0;
	size_t len, from = 0, to;
	const char *line = line_start(v->s, v->at->line, &len);
	struct hidden h = next_hidden(v, &i, &ops, &first);

	while (from < len && (line[from] == ' ' || line[from] == '\t'))
		from++;
	if (v->at->col > SHOWN / 2 + from && len - from > SHOWN)
		from = v->at->col - SHOWN / 2;
	to = len - from > SHOWN ? from + SHOWN : len;
	whole = to == len;
	for (size_t c = from; c < to; c++) {
		uint32_t col = (uint32_t)c + 1;

		while (h.to && col >= h.to)
			h = next_hidden(v, &i, &ops, &first);
		if (h.to && col >= h.from) {
			if (col == h.from || c == from) {
				for (unsigned k = 0; k < 3; k++)
					show_byte(v, col, '*');
			}
			continue;
		}
		show_byte(v, col, (unsigned char)line[c]);
	}
	if (!whole)
		lang_put(v->out, "...");
}

static unsigned word_number(const struct lang_source *s, const struct adit_src *at)
{
	for (unsigned i = 0; i < s->n; i++) {
		if (s->tok[i].src.col >= at->col)
			return i + 1;
	}
	return s->n;
}

static void show_place(struct view *v, const char *fix)
{
	lang_put(v->out, "    ");
	show_line(v);
	if (v->marks == 0) {
		v->mark = v->width;
		v->marks = 1;
	}
	lang_put(v->out, "\n%*s^", (int)v->mark + 4, "");
	for (unsigned i = 1; i < v->marks && i < SHOWN; i++)
		lang_put(v->out, "~");
	lang_put(v->out, "\n");
	if (fix && fix[0])
		lang_put(v->out, "%s\n", fix);
}

static void refuse(struct adit_diag *d, const struct lang_source *s, const struct adit_src *at,
	const char *fix, const char *what)
{
	struct lang_buf b = { d->text, sizeof(d->text) - 1, 0 };
	struct view v = { .s = s, .at = at, .out = &b };

	if (at->file)
		lang_put(&b, "adit: %s:%u:%u: %s\n", at->file, at->line, at->col, what);
	else
		lang_put(&b, "adit: word %u: %s\n", word_number(s, at), what);
	show_place(&v, fix);
	if (b.n && d->text[b.n - 1] != '\n') { /* cut: still ends in a newline */
		d->text[b.n] = '\n';
		d->text[b.n + 1] = 0;
	}
}

enum adit_err lang_refuse(
	struct lang *l, const struct adit_src *at, const char *fix, const char *fmt, ...)
{
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	refuse(l->diag, l->src, at, fix, what);
	return ADIT_ECONF;
}

enum adit_err lang_no_memory(struct lang *l)
{
	snprintf(l->diag->text, sizeof(l->diag->text), "adit: out of memory\n");
	return ADIT_ENOMEM;
}

void adit_lang_fault(struct adit_diag *d, const struct adit_program *p, unsigned spec, unsigned at,
	const struct adit_fault *f)
{
	const struct adit_spec *s = spec < p->n ? &p->spec[spec] : NULL;
	const struct adit_conf *c = s && at < s->n ? s->layer[at] : NULL;
	char what[sizeof(f->what) + 64];
	const struct adit_src *src;

	if (!c) {
		snprintf(d->text, sizeof(d->text), "adit: %s\n%s%s", f->what, f->fix,
			f->fix[0] ? "\n" : "");
		return;
	}
	src = &c->src;
	if (f->opt >= 0 && (unsigned)f->opt < c->n_opts && c->value[f->opt].n > 0)
		src = &c->value[f->opt].item[0].src;
	snprintf(what, sizeof(what), "%s: %s", c->word, f->what);
	refuse(d, p->arena->source, src, f->fix, what);
}
