/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/status_print.h"

#include <inttypes.h>
#include <string.h>

static uint64_t num(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_integer(v) && json_integer_value(v) > 0 ? (uint64_t)json_integer_value(v)
							       : 0;
}

static const char *str(const json_t *o, const char *key, const char *none)
{
	const json_t *v = json_object_get(o, key);

	return json_is_string(v) ? json_string_value(v) : none;
}

/* Texts come from another process: control characters would reach the terminal. */
static void put_text(FILE *out, const char *text)
{
	for (; *text; text++)
		fputc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, out);
}

static void put_uptime(FILE *out, uint64_t s)
{
	if (s >= 86400)
		fprintf(out, "%" PRIu64 "d%" PRIu64 "h", s / 86400, s / 3600 % 24);
	else if (s >= 3600)
		fprintf(out, "%" PRIu64 "h%" PRIu64 "m", s / 3600, s / 60 % 60);
	else if (s >= 60)
		fprintf(out, "%" PRIu64 "m%" PRIu64 "s", s / 60, s % 60);
	else
		fprintf(out, "%" PRIu64 "s", s);
}

static void put_bytes(FILE *out, uint64_t n)
{
	static const char unit[] = " kMGTP";
	double v = (double)n;
	size_t i = 0;

	while (v >= 999.95 && i + 2 < sizeof(unit)) {
		v /= 1000;
		i++;
	}
	if (i == 0)
		fprintf(out, "%8" PRIu64 " B ", n);
	else
		fprintf(out, "%8.1f %cB", v, unit[i]);
}

static void put_drops(FILE *out, const json_t *drops)
{
	const char *reason, *before = "  drops: ";
	json_t *n;

	json_object_foreach((json_t *)drops, reason, n)
	{
		if (!json_is_integer(n) || json_integer_value(n) == 0)
			continue;
		fprintf(out, "%s%lld ", before, (long long)json_integer_value(n));
		put_text(out, reason);
		before = ", ";
	}
}

static void put_layer(FILE *out, const json_t *l)
{
	fputs("    ", out);
	fprintf(out, "%-10.24s %-8.16s", str(l, "name", "?"), str(l, "status", ""));
	fprintf(out, "%10" PRIu64 " ", num(l, "down_units"));
	put_bytes(out, num(l, "down_bytes"));
	fprintf(out, " %10" PRIu64 " ", num(l, "up_units"));
	put_bytes(out, num(l, "up_bytes"));
	put_drops(out, json_object_get(l, "drops"));
	fputc('\n', out);
}

static void put_value(FILE *out, const json_t *v)
{
	if (json_is_true(v))
		fputs("on", out);
	else if (json_is_false(v))
		fputs("off", out);
	else if (json_is_integer(v))
		fprintf(out, "%lld", (long long)json_integer_value(v));
	else if (json_is_string(v))
		put_text(out, json_string_value(v));
	else
		fputc('-', out);
}

static void put_offloads(FILE *out, const json_t *o)
{
	const char *name;
	json_t *v;

	if (!json_is_object(o) || json_object_size(o) == 0)
		return;
	fputs("    offloads:", out);
	json_object_foreach((json_t *)o, name, v)
	{
		fputc(' ', out);
		put_text(out, name);
		fputc(' ', out);
		put_value(out, v);
	}
	fputc('\n', out);
}

static void put_tunnel(FILE *out, const json_t *t)
{
	const json_t *layers = json_object_get(t, "layers");
	const char *device = str(t, "device", "");

	put_text(out, str(t, "name", "?"));
	fprintf(out, "  %.16s", str(t, "state", "up"));
	fputs(", for ", out);
	put_uptime(out, num(t, "uptime_s"));
	fprintf(out, ", %" PRIu64 " worker%s", num(t, "workers"),
		num(t, "workers") == 1 ? "" : "s");
	if (*device) {
		fputs(", device ", out);
		put_text(out, device);
		fprintf(out, " with MTU %" PRIu64, num(t, "mtu"));
	}
	fputs("\n    ", out);
	put_text(out, str(t, "stack", ""));
	fprintf(out, "\n    %-10s %-8s%10s %10s %10s %10s\n", "layer", "state", "down", "", "up",
		"");
	for (size_t i = 0; i < json_array_size(layers); i++)
		put_layer(out, json_array_get(layers, i));
	if (*device) /* connections leave all that to the system */
		put_offloads(out, json_object_get(t, "offloads"));
}

void adit_status_print(FILE *out, const json_t *tunnels)
{
	size_t n = json_array_size(tunnels);

	if (n == 0)
		fputs("no tunnel is up\n", out);
	for (size_t i = 0; i < n; i++) {
		if (i)
			fputc('\n', out);
		put_tunnel(out, json_array_get(tunnels, i));
	}
}
