/* SPDX-License-Identifier: Apache-2.0 */
/* explain for a program; the schema is in docs/language.md. */
#include "lang/explain.h"

static void put_string(struct lang_buf *b, const char *s)
{
	if (!s) {
		lang_put(b, "null");
		return;
	}
	lang_put(b, "\"");
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			lang_put(b, "\\%c", c);
		else if (c < 32)
			lang_put(b, "\\u%04x", c);
		else
			lang_put(b, "%c", c);
	}
	lang_put(b, "\"");
}

static void put_member(struct lang_buf *b, const char *name, const char *value, const char *after)
{
	lang_put(b, "\"%s\":", name);
	put_string(b, value);
	lang_put(b, "%s", after);
}

static void put_field(struct lang_buf *b, const struct adit_field *f)
{
	lang_put(b, "{");
	put_member(b, "name", f->name, ",");
	put_member(b, "filter", f->filter, ",");
	lang_put(b, "\"offset\":%u,\"bytes\":%u,", f->off, f->bytes);
	put_member(b, "value", f->value[0] ? f->value : NULL, "}");
}

static void put_header(struct lang_buf *b, const struct adit_hdr *h, unsigned off)
{
	lang_put(b, "{");
	put_member(b, "name", h->name, ",");
	put_member(b, "dissector", h->dissector, ",");
	lang_put(b, "\"offset\":%u,\"bytes\":%u,\"trailer\":%u,\"osi\":%u,", off, h->bytes,
		h->trailer, h->osi);
	put_member(b, "role", h->role, ",");
	put_member(b, "standard", h->standard, ",\"fields\":[");
	for (unsigned i = 0; i < h->n_fields; i++) {
		lang_put(b, "%s", i ? "," : "");
		put_field(b, &h->field[i]);
	}
	lang_put(b, "]}");
}

static void put_stack(struct lang_buf *b, const struct explain *x)
{
	char line[8192];
	struct lang_buf t = { line, sizeof(line), 0 };

	lang_put(b, "\"stack\":[");
	for (unsigned i = 0; i < x->spec->n + (x->below != NULL); i++) {
		const struct adit_conf *c = i < x->spec->n ? x->spec->layer[i] : x->below;

		t.n = 0;
		line[0] = 0;
		lang_write_conf(&t, c);
		lang_put(b, "%s{", i ? "," : "");
		put_member(b, "layer", c->ops->name, ",");
		put_member(b, "text", line, ",");
		put_member(b, "standard", c->ops->standard, ",");
		lang_put(b, "\"completed\":%s}", c->completed ? "true" : "false");
	}
	lang_put(b, "]");
}

void lang_explain_json(struct lang_buf *b, const struct explain *x)
{
	lang_put(b, "{");
	put_member(b, "name", x->spec->name, ",\"headers\":[");
	for (unsigned i = 0; i < x->n; i++) {
		lang_put(b, "%s", i ? "," : "");
		put_header(b, &x->hdr[i], x->off[i]);
	}
	lang_put(b, "],\"overhead\":%u,\"path_mtu\":%u,\"mtu\":", x->overhead, x->path);
	if (x->mtu)
		lang_put(b, "%u", x->mtu);
	else
		lang_put(b, "null");
	lang_put(b, ",\"efficiency\":{");
	for (unsigned i = 0; i < EXPLAIN_SIZES; i++)
		lang_put(b, "%s\"%u\":%u.%03u", i ? "," : "", x->size[i], x->permille[i] / 1000,
			x->permille[i] % 1000);
	lang_put(b, "},\"security\":{");
	put_member(b, "confidential", x->sec.confidential, ",");
	put_member(b, "authenticated", x->sec.authentic, ",");
	put_member(b, "replay_protected", x->sec.replay, "},\"warnings\":[");
	for (unsigned i = 0; i < x->n_warnings; i++) {
		lang_put(b, "%s", i ? "," : "");
		put_string(b, x->warning[i]);
	}
	lang_put(b, "],");
	put_stack(b, x);
	lang_put(b, "}");
}
