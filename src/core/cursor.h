/* SPDX-License-Identifier: Apache-2.0 */
/* Cursors for messages of several fields: read or write them all, then ask once whether all were
 * there. A reader that ran out gives zeros; a writer that ran out writes nothing more. */
#ifndef ADIT_CURSOR_H
#define ADIT_CURSOR_H

#include "core/bytes.h"

#include <stdbool.h>
#include <stddef.h>

struct adit_rd {
	const uint8_t *at, *end;
	bool bad;
};

struct adit_wr {
	uint8_t *at;
	size_t left;
	bool bad;
};

static inline struct adit_rd adit_rd_of(const uint8_t *p, size_t n)
{
	return (struct adit_rd){ p, p + n, false };
}

static inline bool adit_rd_ok(const struct adit_rd *r)
{
	return !r->bad;
}

static inline size_t adit_rd_left(const struct adit_rd *r)
{
	return (size_t)(r->end - r->at);
}

/* The next n bytes; NULL, and bad from then on: not there. */
static inline const uint8_t *adit_rd_bytes(struct adit_rd *r, size_t n)
{
	const uint8_t *p = r->at;

	if (r->bad || adit_rd_left(r) < n) {
		r->bad = true;
		return NULL;
	}
	r->at += n;
	return p;
}

static inline uint8_t adit_rd_u8(struct adit_rd *r)
{
	const uint8_t *p = adit_rd_bytes(r, 1);

	return p ? *p : 0;
}

static inline uint16_t adit_rd_be16(struct adit_rd *r)
{
	const uint8_t *p = adit_rd_bytes(r, 2);

	return p ? adit_be16(p) : 0;
}

static inline uint32_t adit_rd_be32(struct adit_rd *r)
{
	const uint8_t *p = adit_rd_bytes(r, 4);

	return p ? adit_be32(p) : 0;
}

/* A reader of the next n bytes alone; bad, as r is then, where they are not there. */
static inline struct adit_rd adit_rd_sub(struct adit_rd *r, size_t n)
{
	const uint8_t *p = adit_rd_bytes(r, n);

	return p ? adit_rd_of(p, n) : (struct adit_rd){ r->end, r->end, true };
}

static inline struct adit_wr adit_wr_of(uint8_t *p, size_t n)
{
	return (struct adit_wr){ p, n, false };
}

static inline bool adit_wr_ok(const struct adit_wr *w)
{
	return !w->bad;
}

/* Room for n bytes; NULL, and bad from then on: none. */
static inline uint8_t *adit_wr_room(struct adit_wr *w, size_t n)
{
	uint8_t *p = w->at;

	if (w->bad || w->left < n) {
		w->bad = true;
		return NULL;
	}
	w->at += n;
	w->left -= n;
	return p;
}

static inline void adit_wr_bytes(struct adit_wr *w, const void *from, size_t n)
{
	uint8_t *p = adit_wr_room(w, n);

	if (p)
		memcpy(p, from, n);
}

static inline void adit_wr_u8(struct adit_wr *w, uint8_t v)
{
	uint8_t *p = adit_wr_room(w, 1);

	if (p)
		*p = v;
}

static inline void adit_wr_be16(struct adit_wr *w, uint16_t v)
{
	uint8_t *p = adit_wr_room(w, 2);

	if (p)
		adit_put_be16(p, v);
}

static inline void adit_wr_be32(struct adit_wr *w, uint32_t v)
{
	uint8_t *p = adit_wr_room(w, 4);

	if (p)
		adit_put_be32(p, v);
}

#endif
