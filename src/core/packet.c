/* SPDX-License-Identifier: Apache-2.0 */
#include "core/batch.h"

#include <string.h>

_Static_assert(sizeof(struct adit_meta) == 68, "no padding: metas are compared whole");

uint8_t *adit_push(struct adit_pkt *p, uint32_t n)
{
	ADIT_ASSERT(p->count == 1 && p->off >= n && p->len + n <= UINT16_MAX);
	p->off = (uint16_t)(p->off - n);
	p->last = p->len = (uint16_t)(p->len + n);
	return p->base + p->off;
}

uint8_t *adit_put(struct adit_pkt *p, uint32_t n)
{
	uint8_t *end = p->base + p->off + p->len;

	ADIT_ASSERT(p->count == 1 && adit_tailroom(p) >= n && p->len + n <= UINT16_MAX);
	p->last = p->len = (uint16_t)(p->len + n);
	return end;
}

uint8_t *adit_pull(struct adit_pkt *p, uint32_t n)
{
	uint8_t *data = p->base + p->off;

	ADIT_ASSERT(p->count == 1);
	if (p->len < n)
		return NULL;
	if (p->off + n <= UINT16_MAX) {
		p->off = (uint16_t)(p->off + n);
	} else { /* a large cell reaches further than an offset */
		p->base += n;
		p->size -= n;
		p->pitch -= n;
	}
	p->last = p->len = (uint16_t)(p->len - n);
	return data;
}

bool adit_trim(struct adit_pkt *p, uint32_t n)
{
	ADIT_ASSERT(p->count == 1);
	if (p->len < n)
		return false;
	p->last = p->len = (uint16_t)n;
	return true;
}

void adit_batch_drain(struct adit_batch *b)
{
	struct adit_pkt *p;

	while ((p = adit_take(b)) != NULL)
		adit_pkt_free(p);
}
