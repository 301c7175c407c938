/* SPDX-License-Identifier: Apache-2.0 */
/* Did you mean: the known word nearest to a misspelt one. */
#include "lang/internal.h"

#include <string.h>

#define LONGEST 31

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Edits (insert, delete, replace, swap of neighbours) from a to b. */
static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned row[3][LONGEST + 1];
	unsigned *before = row[0], *last = row[1], *now = row[2];

	for (unsigned j = 0; j <= nb; j++)
		last[j] = j;
	for (unsigned i = 1; i <= na; i++) {
		unsigned *turn = before;

		now[0] = i;
		for (unsigned j = 1; j <= nb; j++) {
			unsigned cost = a[i - 1] != b[j - 1];

			now[j] = least(last[j] + 1, now[j - 1] + 1, last[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		before = last;
		last = now;
		now = turn;
	}
	return last[nb];
}

void lang_near(struct lang_near *near, const char *word, const char *candidate)
{
	size_t nw = strlen(word), nc;
	unsigned d;

	if (!candidate)
		return;
	nc = strlen(candidate);
	if (nw > LONGEST || nc > LONGEST)
		return;
	d = distance(word, nw, candidate, nc);
	if (d > (nc <= 3 ? 1u : 2u) || d >= nc)
		return;
	if (!near->best || d < near->distance) {
		near->best = candidate;
		near->distance = d;
	}
}

const struct adit_layer_ops *lang_find(const struct lang_source *s, const char *name)
{
	for (unsigned i = 0; i < s->n_reg; i++) {
		const struct adit_layer_ops *o = s->reg[i];

		if (strcmp(o->name, name) == 0 || (o->alias && strcmp(o->alias, name) == 0))
			return o;
	}
	return NULL;
}
