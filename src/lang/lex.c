/* SPDX-License-Identifier: Apache-2.0 */
/* Words, separators and braces out of a file or a command line. */
#include "lang/internal.h"

#include <string.h>

static enum tok_kind kind_of(const char *w)
{
	static const char marks[] = "/{}+";
	static const enum tok_kind kinds[] = { TOK_SLASH, TOK_OPEN, TOK_CLOSE, TOK_PLUS };
	const char *m = w[0] && !w[1] ? strchr(marks, w[0]) : NULL;

	return m ? kinds[m - marks] : TOK_WORD;
}

static enum adit_err token_add(struct lang *l, const struct adit_src *at, struct tok **out)
{
	struct lang_source *s = l->src;
	struct tok *t;

	if (s->n == LANG_TOKENS_MAX)
		return lang_refuse(l, at, NULL, "more than %d words", LANG_TOKENS_MAX);
	if ((s->n & (s->n - 1)) == 0) { /* grows to the next power of two */
		struct tok *more = lang_alloc(l->arena, (s->n ? 2 * s->n : 1) * sizeof(*more));

		if (!more)
			return lang_no_memory(l);
		if (s->n)
			memcpy(more, s->tok, s->n * sizeof(*more));
		s->tok = more;
	}
	t = &s->tok[s->n++];
	t->src = *at;
	t->text = "";
	*out = t;
	return ADIT_OK;
}

static enum adit_err add_end(struct lang *l, const struct adit_src *at)
{
	struct tok *t;
	enum adit_err e = token_add(l, at, &t);

	if (!e)
		t->kind = TOK_END;
	return e;
}

static char *join(struct lang *l, int n, const char *const *word, size_t total)
{
	char *text = lang_alloc(l->arena, total + 1);
	size_t at = 0;

	for (int i = 0; text && i < n; i++) {
		size_t len = strlen(word[i]);

		memcpy(text + at, word[i], len);
		at += len;
		text[at++] = ' ';
	}
	if (text && at)
		text[at - 1] = 0;
	return text;
}

/* What would break a line or steer a terminal has no place in any word. */
static enum adit_err check_text(struct lang *l, const struct tok *t)
{
	for (const char *s = t->text; *s; s++) {
		if ((unsigned char)*s < 32 || *s == 127)
			return lang_refuse(l, &t->src, NULL, "this word holds a control character");
	}
	return ADIT_OK;
}

enum adit_err lang_lex_words(struct lang *l, int n, const char *const *word)
{
	struct adit_src at = { .line = 1, .col = 1 };
	size_t total = 0;

	for (int i = 0; i < n; i++) {
		size_t len = strlen(word[i]);

		if (len > LANG_SOURCE_MAX - total || ++total + len > LANG_SOURCE_MAX)
			return lang_refuse(l, &at, NULL, "the command is longer than 1 MiB");
		total += len;
	}
	l->src->text = join(l, n, word, total);
	if (!l->src->text)
		return lang_no_memory(l);
	l->src->len = total ? total - 1 : 0;
	for (int i = 0; i < n; i++) {
		struct tok *t;
		enum adit_err e;

		at.len = (uint32_t)strlen(word[i]);
		e = token_add(l, &at, &t);
		if (e)
			return e;
		t->kind = kind_of(word[i]);
		t->text = lang_text(l->arena, word[i], at.len);
		if (!t->text)
			return lang_no_memory(l);
		e = check_text(l, t);
		if (e)
			return e;
		at.col += at.len + 1;
	}
	at.col -= at.col > 1;
	at.len = 1;
	return add_end(l, &at);
}

struct scan {
	struct lang *l;
	const char *p, *end, *line; /* line: where the present one starts */
	struct adit_src at;
};

static void place(struct scan *s)
{
	s->at.col = (uint32_t)(s->p - s->line) + 1;
	s->at.len = 1;
}

/* A quoted part: copies it to out without its quotes. False: refused. */
static bool scan_quoted(struct scan *s, char *out, size_t *n)
{
	char quote = *s->p;

	place(s);
	for (s->p++; s->p < s->end && *s->p != '\n'; s->p++) {
		if (*s->p == quote) {
			s->p++;
			return true;
		}
		if (*s->p == '\\' && quote == '"' && s->p + 1 < s->end && s->p[1] != '\n')
			s->p++;
		out[(*n)++] = *s->p;
	}
	lang_refuse(s->l, &s->at, "close it with the same quote before the line ends",
		"this quote is not closed");
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t word_span(const struct scan *s)
{
	const char *nl = memchr(s->p, '\n', (size_t)(s->end - s->p));

	return (size_t)((nl ? nl : s->end) - s->p);
}

static enum adit_err scan_word(struct scan *s)
{
	const char *start = s->p;
	struct adit_src at;
	struct tok *t;
	size_t n = 0;
	enum adit_err e;
	char *out;

	place(s);
	at = s->at;
	while (s->p < s->end && !is_blank(*s->p) && *s->p != '\n' && *s->p != '"' && *s->p != '\'')
		s->p++;
	n = (size_t)(s->p - start);
	if (s->p == s->end || (*s->p != '"' && *s->p != '\'')) {
		out = lang_text(s->l->arena, start, n);
	} else {
		out = lang_alloc(s->l->arena, n + word_span(s) + 1);
		if (out)
			memcpy(out, start, n);
	}
	if (!out)
		return lang_no_memory(s->l);
	while (s->p < s->end && !is_blank(*s->p) && *s->p != '\n') {
		if (*s->p != '"' && *s->p != '\'')
			out[n++] = *s->p++;
		else if (!scan_quoted(s, out, &n))
			return ADIT_ECONF;
	}
	out[n] = 0;
	at.len = (uint32_t)(s->p - start);
	e = token_add(s->l, &at, &t);
	if (e)
		return e;
	t->quoted = *start == '"' || *start == '\'';
	t->text = out;
	t->kind = t->quoted ? TOK_WORD : kind_of(out);
	return check_text(s->l, t);
}

static enum adit_err scan_line_end(struct scan *s)
{
	struct tok *t;
	enum adit_err e;

	place(s);
	e = token_add(s->l, &s->at, &t);
	if (e)
		return e;
	t->kind = TOK_NEWLINE;
	s->p++;
	s->line = s->p;
	s->at.line++;
	return ADIT_OK;
}

static enum adit_err scan_all(struct scan *s)
{
	while (s->p < s->end) {
		enum adit_err e = ADIT_OK;

		if (is_blank(*s->p))
			s->p++;
		else if (*s->p == '\n')
			e = scan_line_end(s);
		else if (*s->p == '#')
			s->p += word_span(s);
		else
			e = scan_word(s);
		if (e)
			return e;
	}
	place(s);
	return add_end(s->l, &s->at);
}

enum adit_err lang_lex_text(struct lang *l, const char *file, const char *text, size_t len)
{
	struct scan s = { .l = l, .at = { .line = 1, .col = 1, .len = 1 } };
	const char *nul;

	l->src->file = s.at.file = lang_text(l->arena, file, strlen(file));
	if (!l->src->file)
		return lang_no_memory(l);
	l->src->text = "";
	if (len > LANG_SOURCE_MAX)
		return lang_refuse(l, &s.at, NULL, "the file is longer than 1 MiB");
	l->src->text = lang_text(l->arena, text, len);
	if (!l->src->text)
		return lang_no_memory(l);
	l->src->len = len;
	s.p = s.line = l->src->text;
	s.end = s.p + len;
	nul = memchr(s.p, 0, len);
	if (nul)
		return lang_refuse(l, &s.at, NULL, "the file holds a NUL byte: it is not text");
	return scan_all(&s);
}
