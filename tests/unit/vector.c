/* SPDX-License-Identifier: Apache-2.0 */
#include "vector.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct reader {
	const struct adit_layer_ops *ops;
	struct vector v;
	char hex[VECTOR_BYTES * 3];
	enum { NOWHERE, UPPER, LOWER } in;
	bool open, source;
	unsigned n;
	vector_fn fn;
};

static void bad(const struct reader *r, const char *line)
{
	print_error("%s: not understood: %s\n", r->v.file, line);
	fail();
}

static void end_hex(struct reader *r)
{
	struct vector *v = &r->v;

	if (r->in == UPPER) {
		assert_true(v->n_upper < VECTOR_MSGS);
		v->upper_len[v->n_upper] = lab_hex(v->upper[v->n_upper], VECTOR_BYTES, r->hex);
		v->n_upper++;
	} else if (r->in == LOWER) {
		v->lower_len = lab_hex(v->lower, VECTOR_BYTES, r->hex);
	}
	r->in = NOWHERE;
	r->hex[0] = 0;
}

static void end_vector(struct reader *r)
{
	end_hex(r);
	if (!r->open)
		return;
	if (!r->source)
		bad(r, "a vector without its source");
	if (!r->v.up && !r->v.down)
		bad(r, "a vector without dir:");
	r->n++;
	r->fn(r->ops, &r->v);
}

static void begin_vector(struct reader *r, const char *name)
{
	char file[sizeof(r->v.file)];

	end_vector(r);
	memcpy(file, r->v.file, sizeof(file));
	memset(&r->v, 0, sizeof(r->v));
	memcpy(r->v.file, file, sizeof(file));
	snprintf(r->v.name, sizeof(r->v.name), "%s", name);
	r->v.min = -1;
	r->open = true;
	r->source = false;
}

static uint8_t shape_of(const struct reader *r, const char *text)
{
	static const char *const name[] = { "frame", "packet", "payload", "datagram", "stream" };

	for (unsigned i = 0; i < ADIT_LEN(name); i++)
		if (strcmp(name[i], text) == 0)
			return (uint8_t)(1 << i);
	bad(r, text);
	return 0;
}

static enum adit_drop drop_of(const struct reader *r, const char *text)
{
	for (unsigned i = 1; i < ADIT_DROP_MAX; i++)
		if (strcmp(adit_drop_name((enum adit_drop)i), text) == 0)
			return (enum adit_drop)i;
	bad(r, text);
	return ADIT_KEEP;
}

static void key(struct reader *r, const char *name, const char *value)
{
	struct vector *v = &r->v;

	end_hex(r);
	if (strcmp(name, "vector") == 0)
		begin_vector(r, value);
	else if (strcmp(name, "source") == 0)
		r->source = *value;
	else if (strcmp(name, "conf") == 0)
		snprintf(v->conf, sizeof(v->conf), "%s", value);
	else if (strcmp(name, "above") == 0)
		v->above = shape_of(r, value);
	else if (strcmp(name, "below") == 0)
		v->below = shape_of(r, value);
	else if (strcmp(name, "dir") == 0) {
		v->down = strcmp(value, "up") != 0;
		v->up = strcmp(value, "down") != 0;
	} else if (strcmp(name, "once") == 0)
		v->once = true;
	else if (strcmp(name, "drop") == 0)
		v->drop = drop_of(r, value);
	else if (strcmp(name, "min") == 0)
		v->min = (int)strtol(value, NULL, 10);
	else if (strcmp(name, "upper-meta") == 0)
		snprintf(v->upper_meta, sizeof(v->upper_meta), "%s", value);
	else if (strcmp(name, "lower-meta") == 0)
		snprintf(v->lower_meta, sizeof(v->lower_meta), "%s", value);
	else if (strcmp(name, "upper") == 0)
		r->in = UPPER;
	else if (strcmp(name, "lower") == 0)
		r->in = LOWER;
	else
		bad(r, name);
}

static void line(struct reader *r, char *text)
{
	size_t n = strcspn(text, "\r\n"), used = strlen(r->hex);
	char *colon;

	text[n] = 0;
	if (*text == '#' || !*text)
		return;
	if (*text == ' ') {
		if (r->in == NOWHERE || used + n + 1 > sizeof(r->hex))
			bad(r, text);
		snprintf(r->hex + used, sizeof(r->hex) - used, "%s", text);
		return;
	}
	colon = strchr(text, ':');
	if (!colon)
		bad(r, text);
	*colon++ = 0;
	key(r, text, colon + strspn(colon, " "));
}

static unsigned read_file(const struct adit_layer_ops *ops, const char *path, vector_fn fn)
{
	struct reader *r = calloc(1, sizeof(*r));
	FILE *f = fopen(path, "r");
	char text[1024];
	unsigned n;

	assert_true(r && f);
	r->ops = ops;
	r->fn = fn;
	snprintf(r->v.file, sizeof(r->v.file), "%s", path);
	while (fgets(text, sizeof(text), f))
		line(r, text);
	end_vector(r);
	n = r->n;
	fclose(f);
	free(r);
	return n;
}

unsigned vector_each(const struct adit_layer_ops *ops, vector_fn fn)
{
	const char *root = getenv("ADIT_VECTORS");
	char dir[256], path[600];
	struct dirent *e;
	unsigned n = 0;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s/%s", root ? root : ADIT_VECTORS_DIR, ops->name);
	d = opendir(dir);
	if (!d)
		return 0;
	while ((e = readdir(d)) != NULL) {
		size_t len = strlen(e->d_name);

		if (len < 4 || strcmp(e->d_name + len - 4, ".txt") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		n += read_file(ops, path, fn);
	}
	closedir(d);
	return n;
}
