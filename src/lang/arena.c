/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of one program: taken piece by piece, freed at once. */
#include "lang/internal.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 8192

struct adit_arena *lang_arena_new(void)
{
	return calloc(1, sizeof(struct adit_arena));
}

void lang_arena_free(struct adit_arena *a)
{
	if (!a)
		return;
	while (a->chunk) {
		struct lang_chunk *next = a->chunk->next;

		free(a->chunk);
		a->chunk = next;
	}
	free(a);
}

void *lang_alloc(struct adit_arena *a, size_t n)
{
	struct lang_chunk *c = a->chunk;
	void *p;

	n = (n + 15) & ~(size_t)15;
	if (!c || c->size - c->used < n) {
		size_t size = n > CHUNK ? n : CHUNK;

		c = calloc(1, sizeof(*c) + size);
		if (!c)
			return NULL;
		c->size = size;
		c->next = a->chunk;
		a->chunk = c;
	}
	p = c->room + c->used;
	c->used += n;
	return p;
}

char *lang_text(struct adit_arena *a, const char *s, size_t n)
{
	char *p = lang_alloc(a, n + 1);

	if (p)
		memcpy(p, s, n);
	return p;
}
