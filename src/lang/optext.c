/* SPDX-License-Identifier: Apache-2.0 */
/* Options in words: for messages, help and the manual. */
#include "lang/explain.h"

static void put_time(struct lang_buf *b, uint64_t ns)
{
	if (ns % ADIT_S == 0)
		lang_put(b, "%llus", (unsigned long long)(ns / ADIT_S));
	else if (ns % ADIT_MS == 0)
		lang_put(b, "%llums", (unsigned long long)(ns / ADIT_MS));
	else
		lang_put(b, "%lluus", (unsigned long long)(ns / 1000));
}

static void put_range(struct lang_buf *b, const struct adit_opt *o)
{
	if (o->min == 0 && o->max == 0)
		return;
	lang_put(b, " (");
	if (o->type == ADIT_OPT_TIME) {
		put_time(b, o->min);
		lang_put(b, " to ");
		put_time(b, o->max);
	} else {
		lang_put(b, "%llu to %llu", (unsigned long long)o->min, (unsigned long long)o->max);
	}
	lang_put(b, ")");
}

static void put_words(struct lang_buf *b, const char *const *words)
{
	for (unsigned i = 0; words[i]; i++)
		lang_put(b, "%s%s", i ? "|" : "", words[i]);
}

void lang_opt_usage(struct lang_buf *b, const struct adit_opt *o)
{
	const char *arg = o->arg ? o->arg : "VALUE";

	if (o->type == ADIT_OPT_FLAG) {
		lang_put(b, "`%s` or `%s=off`", o->name, o->name);
		return;
	}
	lang_put(b, "`%s=", o->name);
	if (o->type == ADIT_OPT_ENUM)
		put_words(b, o->words);
	else
		lang_put(b, "%s", arg);
	lang_put(b, "%s`", o->flags & ADIT_OPT_LIST ? ",…" : "");
	if (o->type == ADIT_OPT_UINT || o->type == ADIT_OPT_TIME)
		put_range(b, o);
}

void lang_list_options(struct lang_buf *b, const struct adit_opt *opts, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct adit_opt *o = &opts[i];

		lang_put(b, "%s%s%s%s", i ? ", " : "", o->type == ADIT_OPT_BLOCK ? "{ " : "",
			o->name,
			o->type == ADIT_OPT_FLAG    ? ""
			: o->type == ADIT_OPT_BLOCK ? " … }"
						    : "=");
	}
}

static const char *type_arg(const struct adit_opt *o)
{
	static const char *const args[] = { [ADIT_OPT_FLAG] = "on|off",
		[ADIT_OPT_UINT] = "N",
		[ADIT_OPT_ENUM] = "WORD",
		[ADIT_OPT_STR] = "TEXT",
		[ADIT_OPT_ADDR] = "ADDR",
		[ADIT_OPT_HOST] = "HOST",
		[ADIT_OPT_PREFIX] = "ADDR/LEN",
		[ADIT_OPT_MAC] = "MAC",
		[ADIT_OPT_TIME] = "TIME",
		[ADIT_OPT_SECRET] = "@FILE|@-|@env:NAME",
		[ADIT_OPT_FILE] = "PATH",
		[ADIT_OPT_BLOCK] = "" };

	if (o->type == ADIT_OPT_SECRET || !o->arg)
		return args[o->type];
	return o->arg;
}

static void put_default(struct lang_buf *b, const struct adit_opt *o)
{
	if (!(o->flags & ADIT_OPT_DEFAULT))
		return;
	lang_put(b, "; default ");
	if (o->type == ADIT_OPT_FLAG)
		lang_put(b, "%s", o->def ? "on" : "off");
	else if (o->type == ADIT_OPT_ENUM)
		lang_put(b, "%s", o->words[o->def]);
	else if (o->type == ADIT_OPT_TIME)
		put_time(b, o->def);
	else
		lang_put(b, "%llu", (unsigned long long)o->def);
}

static void put_options(struct lang_buf *b, const struct adit_opt *opts, unsigned n, int indent)
{
	char word[128];
	struct lang_buf w = { word, sizeof(word), 0 };

	for (unsigned i = 0; i < n; i++) {
		const struct adit_opt *o = &opts[i];

		w.n = 0;
		lang_put(&w, "%s", o->name);
		if (o->type == ADIT_OPT_BLOCK)
			lang_put(&w, " ... (in braces)");
		else if (o->type == ADIT_OPT_FLAG)
			lang_put(&w, "[=off]");
		else
			lang_put(&w, "=%s", type_arg(o));
		lang_put(b, "%*s%-28s  %s", indent, "", word, o->help ? o->help : "");
		if (o->type == ADIT_OPT_ENUM) {
			lang_put(b, "; one of ");
			put_words(b, o->words);
		}
		if (o->type == ADIT_OPT_UINT || o->type == ADIT_OPT_TIME)
			put_range(b, o);
		put_default(b, o);
		lang_put(b, "%s%s%s\n", o->flags & ADIT_OPT_REQUIRED ? "; required" : "",
			o->flags & ADIT_OPT_POS ? "; its name may be left out" : "",
			o->flags & ADIT_OPT_LIST ? "; a list, or given again" : "");
		if (o->type == ADIT_OPT_BLOCK)
			put_options(b, o->sub, o->n_sub, indent + 2);
	}
}

static void put_layer(struct lang_buf *b, const void *ctx)
{
	const struct adit_layer_ops *o = ctx;

	lang_put(b, "%s%s%s: %s\n", o->name, o->alias ? ", also " : "", o->alias ? o->alias : "",
		o->title ? o->title : "");
	lang_put(b, "  standard   %s\n", o->standard ? o->standard : "none");
	lang_put(b, "  carries    ");
	lang_put_shapes(b, o->above);
	lang_put(b, "\n  rides on   ");
	lang_put_shapes(b, o->below);
	if (o->needs)
		lang_put(b, "; %s unless another layer is written", o->needs);
	lang_put(b, "\n  options%s\n", o->n_opts ? "" : "    none");
	put_options(b, o->opts, o->n_opts, 4);
}

char *adit_lang_options_text(const struct adit_layer_ops *ops)
{
	return lang_grown(put_layer, ops);
}

static void put_set(struct lang_buf *b, unsigned set, int width)
{
	static const char *const names[] = { "frame", "packet", "payload", "datagram", "stream" };
	char text[64];
	struct lang_buf t = { text, sizeof(text), 0 };

	text[0] = 0;
	for (unsigned i = 0; i < ADIT_LEN(names); i++) {
		if (set & 1u << i)
			lang_put(&t, "%s%s", t.n ? "|" : "", names[i]);
	}
	lang_put(b, "%-*s ", width, t.n ? text : "-");
}

static void put_table(struct lang_buf *b, const void *ctx)
{
	(void)ctx;
	lang_put(b, "%-10s %-6s %-22s %-15s %-30s %s\n", "name", "alias", "carries", "rides on",
		"standard", "what");
	for (unsigned i = 0; i < adit_registry_n; i++) {
		const struct adit_layer_ops *o = adit_registry[i];

		lang_put(b, "%-10s %-6s ", o->name, o->alias ? o->alias : "-");
		put_set(b, o->above, 22);
		put_set(b, o->below, 15);
		lang_put(
			b, "%-30s %s\n", o->standard ? o->standard : "-", o->title ? o->title : "");
	}
}

char *adit_lang_protocols_text(void)
{
	return lang_grown(put_table, NULL);
}
