/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks written back as text that reads as the same stack. */
#include "lang/explain.h"

#include <string.h>

/* Quotes where the text would be read differently without. */
static void put_value(struct lang_buf *b, const char *text, bool alone)
{
	bool quote = strpbrk(text, " \t\r\n\"'\\") || (alone && (!*text || *text == '#'));

	if (alone && text[0] && !text[1] && strchr("/{}+", text[0]))
		quote = true;
	if (!quote) {
		lang_put(b, "%s", text);
		return;
	}
	lang_put(b, "\"");
	for (; *text; text++)
		lang_put(b, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
	lang_put(b, "\"");
}

static bool is_host(uint8_t type)
{
	return type == ADIT_OPT_ADDR || type == ADIT_OPT_PREFIX || type == ADIT_OPT_HOST;
}

/* Whether a value may stand without its name: no other positional option could take it. */
static bool is_bare(const struct adit_conf *c, unsigned i)
{
	const struct adit_opt *o = &c->opts[i];

	if (!(o->flags & ADIT_OPT_POS) || (!is_host(o->type) && o->type != ADIT_OPT_MAC))
		return false;
	for (unsigned k = 0; k < c->n_opts; k++) {
		const struct adit_opt *other = &c->opts[k];
		bool loose = other->type == ADIT_OPT_STR || other->type == ADIT_OPT_FILE;

		if (k == i || !(other->flags & ADIT_OPT_POS))
			continue;
		if (is_host(other->type) == is_host(o->type) && other->type != ADIT_OPT_STR)
			return false;
		if (loose && o->type == ADIT_OPT_HOST)
			return false;
	}
	return lang_opt(c->opts, c->n_opts, c->value[i].item[0].text,
		       strlen(c->value[i].item[0].text)) < 0;
}

static void put_option(struct lang_buf *b, const struct adit_conf *c, unsigned i)
{
	const struct adit_opt *o = &c->opts[i];
	const struct adit_value *v = &c->value[i];

	if (o->type == ADIT_OPT_FLAG) {
		lang_put(b, " %s%s", o->name, v->item[0].u ? "" : "=off");
		return;
	}
	lang_put(b, " ");
	if (!is_bare(c, i))
		lang_put(b, "%s=", o->name);
	for (unsigned k = 0; k < v->n; k++) {
		if (k)
			lang_put(b, ",");
		put_value(b, v->item[k].text, false);
	}
}

static void put_blocks(struct lang_buf *b, const struct adit_conf *c)
{
	const char *sep = " { ";

	for (unsigned i = 0; i < c->n_opts; i++) {
		for (unsigned k = 0; c->opts[i].type == ADIT_OPT_BLOCK && k < c->value[i].n; k++) {
			lang_put(b, "%s", sep);
			lang_write_conf(b, c->value[i].item[k].block);
			sep = " / ";
		}
	}
	if (*sep && sep[1] == '/')
		lang_put(b, " }");
}

void lang_write_conf(struct lang_buf *b, const struct adit_conf *c)
{
	lang_put(b, "%s", c->word);
	for (unsigned i = 0; i < c->n_opts; i++) {
		if (c->opts[i].type != ADIT_OPT_BLOCK && c->value[i].n > 0)
			put_option(b, c, i);
	}
	put_blocks(b, c);
}

static void write_spec(struct lang_buf *b, const void *ctx)
{
	const struct adit_spec *s = ctx;

	for (unsigned i = 0; i < s->n; i++) {
		lang_put(b, "%s", i ? " / " : "");
		lang_write_conf(b, s->layer[i]);
		if (i == 0)
			lang_put(b, " name=%s", s->name);
	}
}

char *adit_lang_write(const struct adit_spec *s)
{
	return lang_grown(write_spec, s);
}
