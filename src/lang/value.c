/* SPDX-License-Identifier: Apache-2.0 */
/* Values of each type out of their text. */
#include "lang/internal.h"

#include <string.h>

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decimal or 0x. Returns what follows, NULL: no number, or too big for 64 bits. */
static const char *number(const char *s, uint64_t *out)
{
	int base = s[0] == '0' && (s[1] | 0x20) == 'x' ? 16 : 10;
	uint64_t v = 0;
	const char *p = base == 16 ? s + 2 : s;
	const char *start = p;

	for (; digit(*p) >= 0 && digit(*p) < base; p++) {
		uint64_t d = (uint64_t)digit(*p);

		if (v > (UINT64_MAX - d) / (uint64_t)base)
			return NULL;
		v = v * (uint64_t)base + d;
	}
	*out = v;
	return p == start ? NULL : p;
}

static bool in_range(const struct adit_opt *o, uint64_t v)
{
	if (o->min == 0 && o->max == 0)
		return true;
	return v >= o->min && v <= o->max;
}

static bool value_uint(const struct adit_opt *o, struct adit_item *it, struct lang_buf *why)
{
	const char *end = number(it->text, &it->u);

	if (!end || *end)
		lang_put(why, "`%s` is not a number", it->text);
	else if (!in_range(o, it->u))
		lang_put(why, "%s is out of range", it->text);
	else
		return true;
	return false;
}

static bool value_flag(const struct adit_opt *o, struct adit_item *it, struct lang_buf *why)
{
	it->u = strcmp(it->text, "on") == 0;
	if (it->u || strcmp(it->text, "off") == 0)
		return true;
	lang_put(why, "%s is either on or off", o->name);
	return false;
}

static bool value_enum(const struct adit_opt *o, struct adit_item *it, struct lang_buf *why)
{
	for (unsigned i = 0; o->words[i]; i++) {
		if (strcmp(o->words[i], it->text) == 0) {
			it->u = i;
			return true;
		}
	}
	lang_put(why, "`%s` is not a value of %s", it->text, o->name);
	return false;
}

static bool value_text(const struct adit_opt *o, struct adit_item *it, struct lang_buf *why)
{
	size_t n = strlen(it->text);

	if (n == 0 && o->type == ADIT_OPT_FILE)
		lang_put(why, "%s needs a path", o->name);
	else if (n < o->min)
		lang_put(why, "%s needs at least %llu characters", o->name,
			(unsigned long long)o->min);
	else if (o->max && n > o->max)
		lang_put(
			why, "%s has at most %llu characters", o->name, (unsigned long long)o->max);
	else
		return true;
	return false;
}

size_t lang_host_len(const char *text, uint32_t *port)
{
	const char *colon = strrchr(text, ':');
	uint64_t v;
	const char *end;

	*port = 0;
	if (text[0] == '[') {
		const char *close = strchr(text, ']');

		colon = close && close[1] == ':' ? close + 1 : NULL;
	} else if (colon && colon != text && memchr(text, ':', (size_t)(colon - text))) {
		return strlen(text); /* a bare IPv6 address */
	}
	if (!colon)
		return strlen(text);
	end = number(colon + 1, &v);
	*port = end && !*end && v >= 1 && v <= 65535 ? (uint32_t)v : UINT32_MAX;
	return (size_t)(colon - text);
}

static bool is_name_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
	       c == '.' || c == '_';
}

/* A name that a resolver may be asked for; digits and dots alone are a wrong address. */
static bool is_name(const char *s, size_t n)
{
	bool letter = false;

	if (n == 0 || n > 253 || s[0] == '-' || s[0] == '.')
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_name_char(s[i]) || (s[i] == '.' && s[i - 1] == '.'))
			return false;
		letter = letter || (s[i] | 0x20) >= 'a' || s[i] == '_';
	}
	return letter;
}

static bool value_addr(const struct adit_opt *o, struct adit_item *it, struct lang_buf *why)
{
	uint32_t port;
	size_t n = lang_host_len(it->text, &port);
	bool named = false;

	if (!adit_addr_parse(&it->addr, it->text)) {
		named = o->type == ADIT_OPT_HOST && is_name(it->text, n);
		memset(&it->addr, 0, sizeof(it->addr));
	}
	if (port == UINT32_MAX) {
		lang_put(why, "`%s` is not a port (1 to 65535)", it->text + n + 1);
	} else if (named) {
		it->addr.port = (uint16_t)port;
	} else if (it->addr.family == 0 && it->addr.port == 0) {
		lang_put(why, "`%s` is not an address%s", it->text,
			o->type == ADIT_OPT_HOST ? " or a name" : "");
		return false;
	}
	if (port != UINT32_MAX && it->addr.port && !(o->flags & ADIT_OPT_PORT))
		lang_put(why, "%s takes no port", o->name);
	else if (port != UINT32_MAX)
		return true;
	return false;
}

static bool value_prefix(const struct adit_opt *o, struct adit_item *it, struct lang_buf *why)
{
	(void)o;
	if (adit_prefix_parse(&it->prefix, it->text))
		return true;
	lang_put(why, "`%s` is not an address or ADDR/LEN", it->text);
	return false;
}

static bool value_mac(const struct adit_opt *o, struct adit_item *it, struct lang_buf *why)
{
	(void)o;
	if (adit_mac_parse(it->mac, it->text))
		return true;
	lang_put(why, "`%s` is not a MAC address such as 02:00:5e:10:00:01", it->text);
	return false;
}

static bool value_time(const struct adit_opt *o, struct adit_item *it, struct lang_buf *why)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = { { "", ADIT_S }, { "s", ADIT_S }, { "ms", ADIT_MS }, { "us", 1000 },
		{ "m", 60 * ADIT_S }, { "h", 3600 * ADIT_S }, { "d", 86400 * ADIT_S } };
	uint64_t v, ns = 0;
	const char *end = number(it->text, &v);

	for (unsigned i = 0; end && i < ADIT_LEN(units); i++) {
		if (strcmp(units[i].name, end) == 0)
			ns = units[i].ns;
	}
	if (ns == 0)
		lang_put(why, "`%s` is not a time such as 300, 90s, 5m, 2h or 100ms", it->text);
	else if (v > UINT64_MAX / ns || !in_range(o, v * ns))
		lang_put(why, "%s is out of range", it->text);
	else
		it->u = v * ns;
	return why->n == 0;
}

static bool value_secret(const struct adit_opt *o, struct adit_item *it, struct lang_buf *why)
{
	const char *s = it->text;

	if (s[0] != '@')
		lang_put(why, "%s is a secret, which must not be written here", o->name);
	else if (strncmp(s, "@env:", 5) == 0 ? !s[5] : !s[1])
		lang_put(why, "%s lacks its source after `@`", o->name);
	return why->n == 0;
}

bool lang_value(const struct adit_opt *o, struct adit_item *it, struct lang_buf *why)
{
	static bool (*const table[])(
		const struct adit_opt *, struct adit_item *, struct lang_buf *) = {
		[ADIT_OPT_FLAG] = value_flag,
		[ADIT_OPT_UINT] = value_uint,
		[ADIT_OPT_ENUM] = value_enum,
		[ADIT_OPT_STR] = value_text,
		[ADIT_OPT_ADDR] = value_addr,
		[ADIT_OPT_HOST] = value_addr,
		[ADIT_OPT_PREFIX] = value_prefix,
		[ADIT_OPT_MAC] = value_mac,
		[ADIT_OPT_TIME] = value_time,
		[ADIT_OPT_SECRET] = value_secret,
		[ADIT_OPT_FILE] = value_text,
	};

	why->n = 0;
	why->text[0] = 0;
	ADIT_ASSERT(o->type < ADIT_LEN(table));
	return table[o->type](o, it, why);
}
