/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/describe.h"

#include <stdarg.h>
#include <stdio.h>

void adit_hdr_field(
	struct adit_hdr *h, const char *name, const char *filter, unsigned off, unsigned bytes)
{
	ADIT_ASSERT(h->n_fields < ADIT_HDR_FIELDS);
	h->field[h->n_fields++] = (struct adit_field){
		.name = name, .filter = filter, .off = (uint16_t)off, .bytes = (uint16_t)bytes
	};
}

void adit_hdr_value(struct adit_hdr *h, const char *fmt, ...)
{
	struct adit_field *f = &h->field[h->n_fields - 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->value, sizeof(f->value), fmt, ap);
	va_end(ap);
}
