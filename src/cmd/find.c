/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/find.h"

#include <stdio.h>
#include <string.h>

struct walk {
	bool (*each)(void *ctx, const struct adit_rundir *dir, const char *stem);
	void *ctx;
	const struct adit_rundir *dir;
	bool go;
};

static bool walk_each(void *ctx, const char *stem)
{
	struct walk *w = ctx;

	w->go = w->each(w->ctx, w->dir, stem);
	return w->go;
}

void adit_find_each(
	bool (*each)(void *ctx, const struct adit_rundir *dir, const char *stem), void *ctx)
{
	struct walk w = { .each = each, .ctx = ctx, .go = true };
	struct adit_rundir d;

	for (unsigned i = 0; w.go && adit_rundir_look(&d, i) == ADIT_OK; i++) {
		w.dir = &d;
		if (d.fd >= 0)
			adit_rundir_each(&d, ADIT_SOCKET_END, walk_each, &w);
		adit_rundir_close(&d);
	}
}

struct search {
	const char *stem;
	char path[ADIT_DIR_MAX];
	bool found;
	char others[192]; /* what is up instead */
};

static bool search_each(void *ctx, const struct adit_rundir *dir, const char *stem)
{
	struct search *s = ctx;
	size_t n = strlen(s->others);

	if (strcmp(stem, s->stem) == 0) {
		memcpy(s->path, dir->path, sizeof(s->path));
		s->found = true;
		return false;
	}
	if (n + strlen(stem) + 3 < sizeof(s->others))
		snprintf(s->others + n, sizeof(s->others) - n, "%s%s", n ? ", " : "", stem);
	return true;
}

enum adit_err adit_find(struct adit_found *out, const char *name, struct adit_fault *f)
{
	struct search s = { .stem = out->stem };
	enum adit_err err = adit_rundir_name(out->stem, name, f);
	char fix[192 + 16];

	if (err)
		return err;
	adit_find_each(search_each, &s);
	for (unsigned i = 0; s.found && adit_rundir_look(&out->dir, i) == ADIT_OK; i++) {
		if (out->dir.fd >= 0 && strcmp(out->dir.path, s.path) == 0)
			return ADIT_OK;
		adit_rundir_close(&out->dir);
	}
	snprintf(fix, sizeof(fix), s.others[0] ? "up are: %s" : "no tunnel is up", s.others);
	return adit_fail(f, ADIT_ENOENT, fix, "there is no tunnel %.64s", name);
}
