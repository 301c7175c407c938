/* SPDX-License-Identifier: Apache-2.0 */
/* Options in words: for messages, help and the manual. */
#include "lang/internal.h"

#include <string.h>

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
