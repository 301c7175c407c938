/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: own parsers, so that the pure part needs no system, and RFC 5952 text. */
#include "core/addr.h"

#include <stdio.h>
#include <string.h>

bool adit_addr_same_ip(const struct adit_addr *a, const struct adit_addr *b)
{
	return a->family == b->family && memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

bool adit_addr_equal(const struct adit_addr *a, const struct adit_addr *b)
{
	return adit_addr_same_ip(a, b) && a->port == b->port && a->scope == b->scope;
}

bool adit_addr_is_multicast(const struct adit_addr *a)
{
	return (a->family == 4 && (a->ip[0] & 0xf0) == 0xe0) ||
	       (a->family == 6 && a->ip[0] == 0xff);
}

bool adit_addr_is_any(const struct adit_addr *a)
{
	static const uint8_t zero[16];

	return a->family != 0 && memcmp(a->ip, zero, sizeof(zero)) == 0;
}

static uint64_t mix(uint64_t h, const uint8_t *p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3ull;
	return h;
}

uint32_t adit_addr_hash(const struct adit_addr *a)
{
	const uint8_t rest[] = { a->family, (uint8_t)(a->port >> 8), (uint8_t)a->port,
		(uint8_t)(a->scope >> 24), (uint8_t)(a->scope >> 16), (uint8_t)(a->scope >> 8),
		(uint8_t)a->scope };
	uint64_t h = mix(0xcbf29ce484222325ull, rest, sizeof(rest));

	h = mix(h, a->ip, adit_addr_len(a));
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93ull;
	return (uint32_t)(h >> 32);
}

/* Decimal of at most `digits` digits without a sign or a needless zero. NULL: none there. */
static const char *decimal(const char *s, unsigned digits, uint32_t max, uint32_t *out)
{
	uint32_t v = 0;
	unsigned n = 0;

	for (; s[n] >= '0' && s[n] <= '9'; n++) {
		if (n == digits)
			return NULL;
		v = v * 10 + (uint32_t)(s[n] - '0');
	}
	if (n == 0 || (n > 1 && s[0] == '0') || v > max)
		return NULL;
	*out = v;
	return s + n;
}

static const char *parse_v4(const char *s, uint8_t ip[4])
{
	for (unsigned i = 0; i < 4; i++) {
		uint32_t v;

		if (i > 0 && *s++ != '.')
			return NULL;
		s = decimal(s, 3, 255, &v);
		if (!s)
			return NULL;
		ip[i] = (uint8_t)v;
	}
	return s;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static const char *hex_group(const char *s, unsigned *out)
{
	unsigned v = 0, n = 0;

	while (n < 4 && hex_digit(s[n]) >= 0)
		v = v << 4 | (unsigned)hex_digit(s[n++]);
	if (n == 0 || hex_digit(s[n]) >= 0)
		return NULL;
	*out = v;
	return s + n;
}

/* Opens the gap that `::` stands for: what follows it moves to the end. */
static void v6_gap(uint8_t ip[16], unsigned n, unsigned gap)
{
	unsigned tail = n - gap;

	memmove(ip + 16 - tail, ip + gap, tail);
	memset(ip + gap, 0, 16 - n);
}

/* One group, or the dotted quad that may stand for the last two. Returns what follows. */
static const char *v6_piece(const char *s, uint8_t ip[16], unsigned *n)
{
	unsigned v;
	const char *end = *n <= 12 ? parse_v4(s, ip + *n) : NULL;

	if (end) {
		*n += 4;
		return end;
	}
	end = hex_group(s, &v);
	if (!end || *n > 14)
		return NULL;
	ip[(*n)++] = (uint8_t)(v >> 8);
	ip[(*n)++] = (uint8_t)v;
	return end;
}

static const char *parse_v6(const char *s, uint8_t ip[16])
{
	unsigned n = 0;
	int gap = -1;

	if (s[0] == ':' && s[1] == ':') {
		gap = 0;
		s += 2;
	}
	while (hex_digit(*s) >= 0) {
		const char *end = v6_piece(s, ip, &n);
		bool quad = end && memchr(s, '.', (size_t)(end - s));

		if (!end)
			return NULL;
		s = end;
		if (quad || *s != ':')
			break;
		s++;
		if (*s == ':' && gap < 0) {
			gap = (int)n;
			s++;
		} else if (hex_digit(*s) < 0) {
			return NULL;
		}
	}
	if (gap < 0)
		return n == 16 ? s : NULL;
	if (n > 14)
		return NULL;
	v6_gap(ip, n, (unsigned)gap);
	return s;
}

static const char *parse_v6_scope(const char *s, struct adit_addr *a)
{
	s = parse_v6(s, a->ip);
	if (!s || *s != '%')
		return s;
	return decimal(s + 1, 9, UINT32_MAX, &a->scope);
}

static bool parse_port(const char *s, uint16_t *port)
{
	uint32_t v;

	s = decimal(s, 5, 65535, &v);
	if (!s || *s || v == 0)
		return false;
	*port = (uint16_t)v;
	return true;
}

/* The address alone; what follows goes to *end. */
static bool parse_ip(struct adit_addr *a, const char *text, const char **end)
{
	const char *s;

	memset(a, 0, sizeof(*a));
	s = parse_v4(text, a->ip);
	if (s && *s != '.') {
		a->family = 4;
		*end = s;
		return true;
	}
	memset(a->ip, 0, sizeof(a->ip));
	s = text[0] == '[' ? parse_v6_scope(text + 1, a) : parse_v6_scope(text, a);
	if (!s || (text[0] == '[' && *s++ != ']'))
		return false;
	a->family = 6;
	*end = s;
	return true;
}

bool adit_addr_parse(struct adit_addr *a, const char *text)
{
	struct adit_addr v;
	const char *end;
	bool port_may_follow;

	memset(&v, 0, sizeof(v));
	if (text[0] == ':' && text[1] != ':') {
		if (!parse_port(text + 1, &v.port))
			return false;
		*a = v;
		return true;
	}
	if (!parse_ip(&v, text, &end))
		return false;
	port_may_follow = v.family == 4 || text[0] == '[';
	if (*end && !(port_may_follow && *end == ':' && parse_port(end + 1, &v.port)))
		return false;
	*a = v;
	return true;
}

bool adit_prefix_parse(struct adit_prefix *p, const char *text)
{
	struct adit_prefix v;
	const char *end;
	uint32_t len;

	memset(&v, 0, sizeof(v));
	if (text[0] == '[' || !parse_ip(&v.addr, text, &end) || v.addr.scope)
		return false;
	len = adit_addr_len(&v.addr) * 8;
	if (*end == '/')
		end = decimal(end + 1, 3, len, &len);
	if (!end || *end)
		return false;
	v.len = (uint8_t)len;
	*p = v;
	return true;
}

bool adit_prefix_match(const struct adit_prefix *p, const struct adit_addr *a)
{
	unsigned whole = p->len / 8, bits = p->len % 8;

	if (p->addr.family != a->family || a->family == 0)
		return false;
	if (memcmp(p->addr.ip, a->ip, whole) != 0)
		return false;
	return bits == 0 || ((p->addr.ip[whole] ^ a->ip[whole]) >> (8 - bits)) == 0;
}

bool adit_mac_parse(uint8_t mac[6], const char *text)
{
	uint8_t v[6];

	for (unsigned i = 0; i < 6; i++) {
		int hi, lo;

		if (i > 0 && *text++ != ':')
			return false;
		hi = hex_digit(text[0]);
		lo = hi < 0 ? -1 : hex_digit(text[1]);
		if (lo < 0)
			return false;
		v[i] = (uint8_t)(hi << 4 | lo);
		text += 2;
	}
	if (*text)
		return false;
	memcpy(mac, v, sizeof(v));
	return true;
}

static unsigned group(const uint8_t *ip, unsigned i)
{
	return (unsigned)ip[2 * i] << 8 | ip[2 * i + 1];
}

/* The first longest run of two or more zero groups (RFC 5952 4.2); 8: none. */
static unsigned zero_run(const uint8_t *ip, unsigned *len)
{
	unsigned at = 8, run = 0;

	*len = 1;
	for (unsigned i = 0; i < 8; i++) {
		run = group(ip, i) == 0 ? run + 1 : 0;
		if (run > *len) {
			*len = run;
			at = i + 1 - run;
		}
	}
	return at;
}

static int text_v6(const uint8_t *ip, char *out, size_t room)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned len, at = zero_run(ip, &len);
	size_t n = 0;

	if (memcmp(ip, mapped, sizeof(mapped)) == 0)
		return snprintf(out, room, "::ffff:%u.%u.%u.%u", ip[12], ip[13], ip[14], ip[15]);
	for (unsigned i = 0; i < 8; i++) {
		if (i == at) {
			n += (size_t)snprintf(out + n, room - n, "::");
			i += len - 1;
			continue;
		}
		n += (size_t)snprintf(
			out + n, room - n, "%s%x", i > 0 && i != at + len ? ":" : "", group(ip, i));
	}
	return (int)n;
}

static int text_ip(const struct adit_addr *a, char *out, size_t room)
{
	int n;

	if (a->family == 4)
		return snprintf(out, room, "%u.%u.%u.%u", a->ip[0], a->ip[1], a->ip[2], a->ip[3]);
	if (a->family != 6)
		return snprintf(out, room, "%s", "");
	n = text_v6(a->ip, out, room);
	if (a->scope)
		n += snprintf(out + n, room - (size_t)n, "%%%u", (unsigned)a->scope);
	return n;
}

const char *adit_addr_text(const struct adit_addr *a, char out[ADIT_ADDR_TEXT])
{
	char ip[ADIT_ADDR_TEXT - 9]; /* less brackets, colon, port */

	text_ip(a, ip, sizeof(ip));
	if (a->port == 0)
		snprintf(out, ADIT_ADDR_TEXT, "%s", a->family ? ip : "none");
	else if (a->family == 6)
		snprintf(out, ADIT_ADDR_TEXT, "[%s]:%u", ip, a->port);
	else
		snprintf(out, ADIT_ADDR_TEXT, "%s:%u", ip, a->port);
	return out;
}

const char *adit_prefix_text(const struct adit_prefix *p, char out[ADIT_ADDR_TEXT])
{
	char ip[ADIT_ADDR_TEXT - 9];

	text_ip(&p->addr, ip, sizeof(ip));
	snprintf(out, ADIT_ADDR_TEXT, "%s/%u", ip, p->len);
	return out;
}
