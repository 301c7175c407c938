/* SPDX-License-Identifier: Apache-2.0 */
/* explain over the real layers: sizes by arithmetic, output that reads as its own input, and every
 * allocation of reading and explaining failed in turn. */
#include "core/registry.h"
#include "lang/lang.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --wrap of the linker: the n-th allocation from now on fails, 0: none. */
static unsigned fail_at, seen;
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

void *__wrap_malloc(size_t n)
{
	return ++seen == fail_at ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return ++seen == fail_at ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return ++seen == fail_at ? NULL : __real_realloc(p, n);
}

static enum adit_err read_line(struct adit_program **p, const char *line, struct adit_diag *d)
{
	char copy[1024];
	const char *word[64];
	int n = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *s = copy; *s && n < 64;) {
		word[n++] = s;
		s += strcspn(s, " ");
		if (*s)
			*s++ = 0;
	}
	return adit_lang_words(p, n, word, d);
}

static char *explain(const char *line, const struct adit_explain_opts *o)
{
	struct adit_program *p;
	struct adit_diag d;
	char *text;

	if (read_line(&p, line, &d) != ADIT_OK)
		fail_msg("%s", d.text);
	text = adit_lang_explain(p, o, &d);
	if (!text)
		fail_msg("%s", d.text);
	adit_program_free(p);
	return text;
}

/* overhead: of headers alone, as the standards add up; mtu: for the IP packet inside. */
static const struct {
	const char *stack;
	unsigned path, overhead, mtu;
} sizes[] = {
	{ "tap / vxlan vni=42 / udp 198.51.100.2", 0, 20 + 8 + 8, 1450 },
	{ "tap / vxlan vni=42 / udp 2001:db8::2", 0, 40 + 8 + 8, 1430 },
	{ "tap / vxlan vni=42 / udp 198.51.100.2", 9000, 36, 8950 },
	{ "tun / gre / ip 198.51.100.2", 0, 24, 1476 },
	{ "tun / gre key=1 csum seq / ip 198.51.100.2", 0, 36, 1464 },
	{ "tap / gre key=1 / ip 2001:db8::2", 0, 48, 1438 },
	{ "tun / ipip / ip 198.51.100.2", 0, 20, 1480 },
	{ "tap / vxlan vni=1 / udp 10.8.0.2 local=10.8.0.1 / gre / ip 2001:db8::2", 0,
		40 + 4 + 20 + 8 + 8, 1406 },
};

static void adds_up(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(sizes); i++) {
		const struct adit_explain_opts o = { .json = true, .mtu = sizes[i].path };
		char want[128], *text = explain(sizes[i].stack, &o);

		snprintf(want, sizeof(want), "\"overhead\":%u,\"path_mtu\":%u,\"mtu\":%u,",
			sizes[i].overhead, sizes[i].path ? sizes[i].path : 1500, sizes[i].mtu);
		if (!strstr(text, want))
			fail_msg("%s lacks %s: %s", sizes[i].stack, want, text);
		free(text);
	}
}

/* The part that is no comment is the whole meaning: reading it gives the same again. */
static void reads_itself(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(sizes); i++) {
		const struct adit_explain_opts o = { 0 };
		char *text = explain(sizes[i].stack, &o), *again;
		struct adit_program *p;
		struct adit_diag d;

		if (adit_lang_text(&p, "explained", text, strlen(text), &d) != ADIT_OK)
			fail_msg("%s", d.text);
		again = adit_lang_explain(p, &o, &d);
		assert_string_equal(text, again);
		free(again);
		adit_program_free(p);
		free(text);
	}
}

static const struct {
	const char *stack, *line;
} lines[] = {
	{ "tun / gre / ip 192.0.2.1", "\n# warning: nothing is encrypted\n" },
	{ "tun / gre / ip 192.0.2.1 df=off",
		"\n# warning: ip: DF is off, so outer packets may be fragmented on the way "
		"(RFC 4459)\n" },
	{ "tun mtu=1500 / gre / ip 192.0.2.1",
		"\n# warning: mtu=1500 is more than the 1476 bytes that the path leaves\n" },
	{ "tun / gre / ip far.example",
		"\n# warning: ip: whether far.example has IPv4 or IPv6 is not known before it is "
		"resolved\n" },
	{ "tun / gre / ip 192.0.2.1 from=any",
		"\n# warning: ip: packets of any sender are let in\n" },
	{ "tap / vxlan vni=1 / udp 192.0.2.1",
		"\n# efficiency: 56.1 % at 64 bytes, 91.1 % at 512 bytes, 96.7 % at 1450 bytes" },
	{ "tap / vxlan vni=1 / udp 192.0.2.1", "\n# confidential: no\n" },
	{ "tap / vxlan vni=1 / udp 192.0.2.1",
		"{\n\ttap\n\tvxlan vni=1\n\tudp 192.0.2.1:4789 local=:4789\n\tip 192.0.2.1\n}\n" },
	{ "tap / vxlan vni=1 / udp 192.0.2.1", "\n#     20     8   L4  UDP " },
};

static void says(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ADIT_LEN(lines); i++) {
		const struct adit_explain_opts o = { 0 };
		char *text = explain(lines[i].stack, &o);

		if (!strstr(text, lines[i].line))
			fail_msg("%s lacks %s: %s", lines[i].stack, lines[i].line, text);
		free(text);
	}
}

static void small_path(void **state)
{
	const struct adit_explain_opts tight = { .mtu = 1300 }, none = { .mtu = 40 };
	char *text = explain("tap / vxlan vni=1 / udp 192.0.2.1", &tight);
	struct adit_program *p;
	struct adit_diag d;

	(void)state;
	assert_non_null(
		strstr(text, "# warning: 1250 bytes are left for a packet: IPv6 needs 1280"));
	free(text);
	assert_int_equal(read_line(&p, "tap / vxlan vni=1 / udp 192.0.2.1", &d), ADIT_OK);
	assert_null(adit_lang_explain(p, &none, &d));
	assert_string_equal(d.text, "adit: a path MTU of 40 leaves nothing for the payload: the "
				    "headers take 50 bytes\n");
	adit_program_free(p);
}

/* What a layer's own open() finds is shown at the word, like every other refusal. */
static void open_refuses(void **state)
{
	struct adit_program *p;
	struct adit_diag d;

	(void)state;
	assert_int_equal(read_line(&p, "tun / gre / ip 192.0.2.1 ttl=0", &d), ADIT_OK);
	assert_int_equal(adit_lang_try(p, &d), ADIT_ECONF);
	assert_string_equal(d.text,
		"adit: word 7: ip: a TTL is a number from 1 to 255, or `inherit`\n"
		"    tun / gre / ip 192.0.2.1 ttl=0\n"
		"                             ^~~~~\n"
		"write ttl=64, or ttl=inherit to copy it\n");
	adit_program_free(p);
}

/* Generated from the tables: each option of each layer is there, with its range and default. */
static void tables(void **state)
{
	char *text = adit_lang_protocols_text();

	(void)state;
	assert_non_null(text);
	for (unsigned i = 0; i < adit_registry_n; i++) {
		const struct adit_layer_ops *o = adit_registry[i];
		char *one = adit_lang_options_text(o);

		assert_non_null(strstr(text, o->title));
		assert_non_null(one);
		for (unsigned k = 0; k < o->n_opts; k++) {
			assert_non_null(strstr(one, o->opts[k].name));
			assert_non_null(strstr(one, o->opts[k].help));
		}
		free(one);
	}
	free(text);
	text = adit_lang_options_text(adit_registry_find("vxlan"));
	assert_non_null(strstr(text, "vni=0..16777215"));
	assert_non_null(strstr(text, "(1s to 86400s); default 300s\n"));
	assert_non_null(strstr(text, "      mac=MAC "));
	free(text);
	assert_true(adit_lang_is_stack("sit"));
	assert_false(adit_lang_is_stack("./tap"));
}

static bool explained_whole(const char *line)
{
	const struct adit_explain_opts o = { 0 };
	struct adit_program *p;
	struct adit_diag d;
	enum adit_err e = read_line(&p, line, &d);
	char *text;

	if (e != ADIT_OK) {
		assert_int_equal(e, ADIT_ENOMEM);
		assert_null(p);
		return false;
	}
	text = adit_lang_explain(p, &o, &d);
	adit_program_free(p);
	if (!text)
		assert_true(d.text[0] != 0);
	free(text);
	return text != NULL;
}

static void every_allocation_fails(void **state)
{
	const char *line = sizes[7].stack;
	unsigned n;

	(void)state;
	seen = fail_at = 0;
	assert_true(explained_whole(line));
	n = seen;
	assert_true(n > 10);
	for (unsigned i = 1; i <= n; i++) {
		seen = 0;
		fail_at = i;
		assert_false(explained_whole(line));
	}
	fail_at = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_up),
		cmocka_unit_test(reads_itself),
		cmocka_unit_test(says),
		cmocka_unit_test(small_path),
		cmocka_unit_test(open_refuses),
		cmocka_unit_test(tables),
		cmocka_unit_test(every_allocation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
