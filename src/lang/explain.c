/* SPDX-License-Identifier: Apache-2.0 */
/* A stack opened in memory and measured: headers, overhead, MTU, efficiency, secrecy, warnings. */
#include "lang/explain.h"

#include "core/pool.h"
#include "core/stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_DEFAULT 1500
#define PATH_MAX_MTU 65535
#define ETH_LEN	     14
#define IPV6_MIN_MTU 1280

static void quiet_random(void *ctx, void *out, size_t n)
{
	(void)ctx;
	memset(out, 0, n);
}

static void quiet_log(void *ctx, enum adit_log_level level, const char *layer, const char *line)
{
	(void)ctx;
	(void)level;
	(void)layer;
	(void)line;
}

static const struct adit_env quiet = { .random = quiet_random, .log = quiet_log };

static enum adit_err try_open(
	struct adit_stack **stack, const struct adit_program *p, unsigned spec, struct adit_diag *d)
{
	const struct adit_spec *s = &p->spec[spec];
	const struct adit_stack_conf c = { .layer = s->layer,
		.n = s->n,
		.pool = { .events = 1, .smalls = 1, .larges = 1 },
		.env = &quiet,
		.max_flows = 1 };
	struct adit_fault f = { .opt = -1 };
	unsigned at = 0;
	enum adit_err e = adit_stack_open(stack, &c, &at, &f);

	if (e != ADIT_OK)
		adit_lang_fault(d, p, spec, at, &f);
	return e;
}

enum adit_err adit_lang_try(const struct adit_program *p, struct adit_diag *d)
{
	for (unsigned i = 0; i < p->n; i++) {
		struct adit_stack *stack;
		enum adit_err e = try_open(&stack, p, i, d);

		if (e != ADIT_OK)
			return e;
		adit_stack_close(stack);
	}
	return ADIT_OK;
}

static void add_header(struct explain *x, const struct adit_hdr *h)
{
	if (x->n == EXPLAIN_HDRS)
		return;
	x->hdr[x->n] = *h;
	x->off[x->n] = x->overhead;
	x->overhead += h->bytes;
	x->n++;
}

/* Headers of one layer, outermost first; a layer that describes none but adds bytes gets a line. */
static void layer_headers(struct explain *x, const struct adit_layer *l, unsigned *trailers)
{
	struct adit_hdr h[3];
	unsigned n = 0;

	memset(h, 0, sizeof(h));
	if (l->ops->describe)
		n = l->ops->describe(l, h, ADIT_LEN(h));
	if (n == 0 && l->headroom + l->tailroom > 0) {
		h[0] = (struct adit_hdr){ .name = l->ops->name,
			.role = l->ops->title,
			.standard = l->ops->standard,
			.bytes = l->headroom,
			.trailer = l->tailroom,
			.osi = l->ops->osi };
		n = 1;
	}
	while (n-- > 0) {
		add_header(x, &h[n]);
		*trailers += h[n].trailer;
	}
}

static void headers(struct explain *x, const struct adit_stack *stack)
{
	unsigned trailers = 0;

	for (unsigned i = x->spec->n; i-- > 0;)
		layer_headers(x, adit_stack_layer(stack, i), &trailers);
	x->overhead += trailers;
}

static const char *first_with(const struct adit_spec *s, uint32_t flag)
{
	for (unsigned i = 0; i < s->n; i++) {
		if (s->layer[i]->ops->flags & flag)
			return s->layer[i]->ops->name;
	}
	return NULL;
}

static void warn(struct explain *x, const char *fmt, ...) ADIT_PRINTF(2, 3);

static void warn(struct explain *x, const char *fmt, ...)
{
	va_list ap;

	if (x->n_warnings == EXPLAIN_WARNINGS)
		return;
	va_start(ap, fmt);
	vsnprintf(x->warning[x->n_warnings++], sizeof(x->warning[0]), fmt, ap);
	va_end(ap);
}

/* Warnings from options that several layers share by name. */
static void warn_options(struct explain *x, const struct adit_conf *c)
{
	int df = lang_opt(c->opts, c->n_opts, "df", 2);
	int from = lang_opt(c->opts, c->n_opts, "from", 4);
	int csum = lang_opt(c->opts, c->n_opts, "csum", 4);
	int far = lang_far(c);

	if (df >= 0 && c->opts[df].type == ADIT_OPT_FLAG && !adit_conf_flag(c, (unsigned)df))
		warn(x, "%s: DF is off, so outer packets may be fragmented on the way (RFC 4459)",
			c->word);
	if (from >= 0 && c->value[from].n > 0)
		warn(x, "%s: packets of any sender are let in", c->word);
	if (csum >= 0 && c->opts[csum].flags & ADIT_OPT_DEFAULT &&
		!adit_conf_flag(c, (unsigned)csum))
		warn(x,
			"%s: without checksum a damaged packet may go unseen, and receivers cannot "
			"join packets",
			c->word);
	if (far >= 0 && c->value[far].n > 0 && c->value[far].item[0].addr.family == 0)
		warn(x, "%s: whether %s has IPv4 or IPv6 is not known before it is resolved",
			c->word, c->value[far].item[0].text);
}

static void warn_mtu(struct explain *x)
{
	const struct adit_conf *end = x->spec->layer[0];
	int opt = lang_opt(end->opts, end->n_opts, "mtu", 3);
	uint64_t set = opt >= 0 && end->value[opt].n > 0 ? end->value[opt].item[0].u : 0;

	if (x->mtu == 0)
		return;
	if (x->mtu < IPV6_MIN_MTU)
		warn(x,
			"%u bytes are left for a packet: IPv6 needs %d and gets them by fragments "
			"(RFC 8200 5)",
			x->mtu, IPV6_MIN_MTU);
	if (set > x->mtu)
		warn(x, "mtu=%llu is more than the %u bytes that the path leaves",
			(unsigned long long)set, x->mtu);
}

static void warnings(struct explain *x)
{
	if (!x->sec.confidential)
		warn(x, "nothing is encrypted");
	if (!x->sec.authentic)
		warn(x, "nothing is authenticated: whoever can send to it can put packets in");
	if (x->stream && x->packets)
		warn(x, "TCP inside rides on a stream: losses below make both retransmit");
	for (unsigned i = 1; i < x->spec->n; i++)
		warn_options(x, x->spec->layer[i]);
	warn_mtu(x);
}

static void sizes(struct explain *x)
{
	unsigned full = x->mtu ? x->mtu : x->path;
	const unsigned size[EXPLAIN_SIZES] = { 64, 512, full };

	for (unsigned i = 0; i < EXPLAIN_SIZES; i++) {
		unsigned whole = size[i] + x->inner + x->overhead;

		x->size[i] = size[i];
		x->permille[i] = whole ? (1000 * size[i] + whole / 2) / whole : 0;
	}
}

static void measure(struct explain *x)
{
	const struct adit_spec *s = x->spec;
	unsigned first = s->layer[0]->below, taken;

	for (unsigned i = 0; i < s->n; i++)
		x->stream = x->stream || s->layer[i]->below == ADIT_STREAM ||
			    s->layer[i]->above == ADIT_STREAM;
	x->packets = (first & (ADIT_PACKET | ADIT_FRAME)) != 0;
	x->inner = first == ADIT_FRAME ? ETH_LEN : 0;
	taken = x->overhead + x->inner;
	if (!x->stream)
		x->mtu = x->path > taken ? x->path - taken : 0;
	sizes(x);
	x->sec.confidential = first_with(s, ADIT_L_CONFIDENTIAL);
	x->sec.authentic = first_with(s, ADIT_L_AUTHENTIC);
	x->sec.replay = first_with(s, ADIT_L_REPLAY);
	warnings(x);
}

struct explain *lang_explain_make(
	const struct adit_program *p, unsigned spec, unsigned mtu, struct adit_diag *d)
{
	struct lang l = { .arena = p->arena, .src = p->arena->source, .diag = d };
	struct adit_stack *stack = NULL;
	struct explain *x = calloc(1, sizeof(*x));

	if (!x) {
		lang_no_memory(&l);
		return NULL;
	}
	x->spec = &p->spec[spec];
	x->path = mtu ? mtu : PATH_DEFAULT;
	if (lang_bottom(&l, x->spec->layer[x->spec->n - 1], &x->below) != ADIT_OK ||
		try_open(&stack, p, spec, d) != ADIT_OK) {
		free(x);
		return NULL;
	}
	headers(x, stack);
	adit_stack_close(stack);
	measure(x);
	if (!x->stream && x->mtu == 0) {
		snprintf(d->text, sizeof(d->text),
			"adit: a path MTU of %u leaves nothing for the payload: the headers take "
			"%u "
			"bytes\n",
			x->path, x->overhead + x->inner);
		free(x);
		return NULL;
	}
	return x;
}

char *lang_grown(void (*put)(struct lang_buf *b, const void *ctx), const void *ctx)
{
	struct lang_buf b = { NULL, 2048, 0 };

	for (;;) {
		char *more = realloc(b.text, b.size);

		if (!more) {
			free(b.text);
			return NULL;
		}
		b.text = more;
		b.text[0] = 0;
		b.n = 0;
		put(&b, ctx);
		if (b.n + 1 < b.size)
			return b.text;
		b.size *= 2;
	}
}

struct all {
	struct explain **x;
	unsigned n;
	bool json;
};

static void put_all(struct lang_buf *b, const void *ctx)
{
	const struct all *a = ctx;
	bool list = a->json && a->n > 1;

	for (unsigned i = 0; i < a->n; i++) {
		lang_put(b, "%s", list ? (i ? "," : "[") : (i ? "\n" : ""));
		if (a->json)
			lang_explain_json(b, a->x[i]);
		else
			lang_explain_text(b, a->x[i]);
	}
	lang_put(b, "%s", list ? "]\n" : a->json ? "\n" : "");
}

char *adit_lang_explain(
	const struct adit_program *p, const struct adit_explain_opts *o, struct adit_diag *d)
{
	struct all a = { calloc(p->n, sizeof(*a.x)), 0, o->json };
	char *text = NULL;

	d->text[0] = 0;
	while (a.x && a.n < p->n) {
		a.x[a.n] = lang_explain_make(p, a.n, o->mtu, d);
		if (!a.x[a.n])
			break;
		a.n++;
	}
	if (a.n == p->n)
		text = lang_grown(put_all, &a);
	while (a.n > 0)
		free(a.x[--a.n]);
	free(a.x);
	if (!text && !d->text[0])
		snprintf(d->text, sizeof(d->text), "adit: out of memory\n");
	return text;
}
