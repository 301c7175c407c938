/* SPDX-License-Identifier: Apache-2.0 */
#include "lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void wrong(const char *what, const char *text)
{
	print_error("%s: %s\n", what, text);
	fail();
}

static uint64_t time_of(const char *text)
{
	char *unit;
	uint64_t v = strtoull(text, &unit, 10);

	if (strcmp(unit, "ms") == 0)
		return v * ADIT_MS;
	if (strcmp(unit, "m") == 0)
		return v * 60 * ADIT_S;
	return v * ADIT_S;
}

static uint64_t word_of(const struct adit_opt *o, const char *text)
{
	for (unsigned i = 0; o->words[i]; i++)
		if (strcmp(o->words[i], text) == 0)
			return i;
	wrong("no such word", text);
	return 0;
}

static void conf_words(struct lab_conf *b, const struct adit_opt *opts, unsigned n);

static struct lab_conf *block_of(const struct adit_opt *o, char *text)
{
	struct lab_conf *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	snprintf(b->text, sizeof(b->text), "%s", text);
	conf_words(b, o->sub, o->n_sub);
	return b;
}

static void set(struct lab_conf *b, struct adit_item *it, const struct adit_opt *o, char *text)
{
	bool ok = true;

	it->text = text;
	switch ((enum adit_opt_type)o->type) {
	case ADIT_OPT_FLAG:
		it->u = strcmp(text, "off") != 0;
		break;
	case ADIT_OPT_UINT:
		it->u = strtoull(text, NULL, 0);
		break;
	case ADIT_OPT_ENUM:
		it->u = word_of(o, text);
		break;
	case ADIT_OPT_TIME:
		it->u = time_of(text);
		break;
	case ADIT_OPT_ADDR:
	case ADIT_OPT_HOST:
		ok = adit_addr_parse(&it->addr, text);
		break;
	case ADIT_OPT_PREFIX:
		ok = adit_prefix_parse(&it->prefix, text);
		break;
	case ADIT_OPT_MAC:
		ok = adit_mac_parse(it->mac, text);
		break;
	case ADIT_OPT_BLOCK:
		assert_null(b->block);
		b->block = block_of(o, text);
		it->block = &b->block->c;
		break;
	default:
		break;
	}
	if (!ok)
		wrong("not a value", text);
}

/* All items of one option lie side by side: an option is given once, lists with commas. */
static void add(struct lab_conf *b, const struct adit_opt *opts, unsigned opt, char *text)
{
	struct adit_value *v = &b->value[opt];
	char *next = text;

	assert_int_equal(v->n, 0);
	v->item = &b->item[b->n_items];
	while (next) {
		char *comma = opts[opt].flags & ADIT_OPT_LIST ? strchr(next, ',') : NULL;

		if (comma)
			*comma++ = 0;
		assert_true(b->n_items < LAB_ITEMS);
		set(b, &b->item[b->n_items++], &opts[opt], next);
		v->n++;
		next = comma;
	}
}

static void conf_words(struct lab_conf *b, const struct adit_opt *opts, unsigned n)
{
	char *at = b->text;

	assert_true(n <= ADIT_LEN(b->value));
	b->c.opts = opts;
	b->c.n_opts = n;
	b->c.value = b->value;
	while (*(at += strspn(at, " "))) {
		size_t name = strcspn(at, " ={");
		char sep = at[name], *value = at + name, *end;
		unsigned i = 0;

		while (i < n && (strlen(opts[i].name) != name || strncmp(opts[i].name, at, name)))
			i++;
		if (i == n)
			wrong("no such option", at);
		if (sep == '=' || sep == '{')
			value++;
		end = value + strcspn(value, sep == '{' ? "}" : " ");
		at = *end ? end + 1 : end;
		*end = 0;
		add(b, opts, i, value);
	}
}

enum adit_err lab_open(struct lab *b, const struct adit_layer_ops *ops, const char *text,
	uint8_t above, uint8_t below)
{
	static const struct adit_pool_conf pools = { .events = 8, .smalls = 24, .larges = 4 };
	static const struct adit_env env;

	memset(b, 0, sizeof(*b));
	b->conf = calloc(1, sizeof(*b->conf));
	b->pool = adit_pool_open(&pools);
	b->l.state = calloc(1, ops->state_size ? ops->state_size : 1);
	b->l.shared = calloc(1, ops->shared_size ? ops->shared_size : 1);
	assert_true(b->conf && b->pool && b->l.state && b->l.shared);
	snprintf(b->conf->text, sizeof(b->conf->text), "%s", text ? text : "");
	conf_words(b->conf, ops->opts, ops->n_opts);
	b->conf->c.ops = ops;
	b->conf->c.above = b->l.above = above ? above : ops->above;
	b->conf->c.below = b->l.below = below ? below : ops->below;
	b->l.ops = ops;
	b->l.conf = &b->conf->c;
	b->l.status = ADIT_READY;
	b->l.wake = ADIT_NEVER;
	adit_batch_init(&b->in);
	adit_batch_init(&b->down);
	adit_batch_init(&b->up);
	b->e = (struct adit_emit){ .down = &b->down,
		.up = &b->up,
		.pool = b->pool,
		.now = 1000 * ADIT_S,
		.wake = ADIT_NEVER,
		.env = &env };
	return ops->open ? ops->open(&b->l, true, &b->fault) : ADIT_OK;
}

void lab_close(struct lab *b)
{
	adit_batch_drain(&b->in);
	adit_batch_drain(&b->down);
	adit_batch_drain(&b->up);
	if (b->l.ops->close)
		b->l.ops->close(&b->l);
	assert_int_equal(adit_pool_out(b->pool), 0);
	adit_pool_close(b->pool);
	free(b->l.state);
	free(b->l.shared);
	free(b->conf->block);
	free(b->conf);
	while (b->n_buf > 0)
		free(b->buf[--b->n_buf]);
}

struct adit_pkt *lab_train(
	struct lab *b, const uint8_t *data, uint32_t len, unsigned n, uint32_t head, uint32_t tail)
{
	struct adit_pkt *p = adit_pool_get(b->pool, 0, 0);
	uint32_t pitch = head + len + tail, skew;

	assert_non_null(p);
	if (adit_pool_out(b->pool) == 1) /* none of the old buffers is in use */
		while (b->n_buf > 0)
			free(b->buf[--b->n_buf]);
	assert_true(b->n_buf < LAB_BUFS);
	/* Nothing at all lies at the end of something: even its first byte is out of bounds. */
	skew = pitch ? 0 : 8;
	b->buf[b->n_buf] = malloc((size_t)pitch * n + skew);
	assert_non_null(b->buf[b->n_buf]);
	p->base = (uint8_t *)b->buf[b->n_buf++] + skew;
	memset(p->base, 0xa5, (size_t)pitch * n);
	p->size = pitch * n;
	p->pitch = pitch;
	p->off = (uint16_t)head;
	p->len = p->last = (uint16_t)len;
	p->count = (uint8_t)n;
	for (unsigned i = 0; i < n && len > 0; i++)
		memcpy(p->base + (size_t)i * pitch + head, data, len);
	return p;
}

void lab_feed(struct lab *b, bool down, struct adit_pkt *p)
{
	b->in.cap = ADIT_BATCH;
	adit_add(&b->in, p);
	if (down)
		b->l.ops->down(&b->l, &b->in, &b->e);
	else
		b->l.ops->up(&b->l, &b->in, &b->e);
}

struct adit_pkt *lab_down(
	struct lab *b, const struct adit_meta *m, const uint8_t *data, uint32_t len)
{
	struct adit_pkt *p = lab_train(b, data, len, 1, b->l.headroom, b->l.tailroom);

	p->m = *m;
	p->m.shape = b->l.above;
	lab_feed(b, true, p);
	return adit_take(&b->down);
}

struct adit_pkt *lab_up(struct lab *b, const struct adit_meta *m, const uint8_t *data, uint32_t len)
{
	struct adit_pkt *p = lab_train(b, data, len, 1, 0, 0);

	p->m = *m;
	p->m.shape = b->l.below;
	lab_feed(b, false, p);
	return adit_take(&b->up);
}

uint64_t lab_drops(const struct lab *b)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < ADIT_DROP_MAX; i++)
		n += b->l.stats.drops[i];
	return n;
}

enum adit_drop lab_dropped(struct lab *b)
{
	enum adit_drop why = ADIT_KEEP;

	assert_true(lab_drops(b) <= 1);
	for (unsigned i = 0; i < ADIT_DROP_MAX; i++)
		if (b->l.stats.drops[i])
			why = (enum adit_drop)i;
	memset(b->l.stats.drops, 0, sizeof(b->l.stats.drops));
	return why;
}

static void meta_code(struct adit_meta *m, const char *v)
{
	static const char *const name[] = { "", "ip:", "ether:", "udp:" };

	for (unsigned i = 1; i < ADIT_LEN(name); i++)
		if (strncmp(v, name[i], strlen(name[i])) == 0) {
			m->space = (uint8_t)i;
			m->code = (uint16_t)strtoul(v + strlen(name[i]), NULL, 0);
			return;
		}
	wrong("no such number space", v);
}

static void meta_word(struct adit_meta *m, const char *name, const char *v)
{
	unsigned long u = strtoul(v, NULL, 0);

	if (strcmp(name, "far") == 0)
		assert_true(adit_addr_parse(&m->far, v));
	else if (strcmp(name, "near") == 0)
		assert_true(adit_addr_parse(&m->near, v));
	else if (strcmp(name, "code") == 0)
		meta_code(m, v);
	else if (strcmp(name, "tos") == 0)
		m->tos = (uint8_t)u;
	else if (strcmp(name, "ttl") == 0)
		m->ttl = (uint8_t)u;
	else if (strcmp(name, "hash") == 0)
		m->hash = (uint32_t)u;
	else if (strcmp(name, "depth") == 0)
		m->depth = (uint8_t)u;
	else if (strcmp(name, "df") == 0)
		m->df = strcmp(v, "on") == 0 ? ADIT_DF_ON : ADIT_DF_OFF;
	else
		wrong("no such field", name);
}

void lab_meta(struct adit_meta *m, const char *text)
{
	char word[128], *eq;
	size_t n;

	memset(m, 0, sizeof(*m));
	m->known = true;
	while (text && *(text += strspn(text, " "))) {
		n = strcspn(text, " ");
		snprintf(word, sizeof(word), "%.*s", (int)n, text);
		eq = strchr(word, '=');
		if (!eq)
			wrong("not a field", word);
		*eq = 0;
		meta_word(m, word, eq + 1);
		text += n;
	}
}

uint32_t lab_hex(uint8_t *out, uint32_t max, const char *text)
{
	uint32_t n = 0;
	unsigned v;

	while (*(text += strspn(text, " \t\n"))) {
		assert_true(n < max);
		assert_int_equal(sscanf(text, "%2x", &v), 1);
		out[n++] = (uint8_t)v;
		text += 2;
	}
	return n;
}
