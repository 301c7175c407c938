/* SPDX-License-Identifier: Apache-2.0 */
/* Filling a struct adit_hdr, for describe(). */
#ifndef ADIT_DESCRIBE_H
#define ADIT_DESCRIBE_H

#include "core/layer.h"

/* Adds a field behind those that are there. */
void adit_hdr_field(
	struct adit_hdr *h, const char *name, const char *filter, unsigned off, unsigned bytes);
/* The value of the field just added. */
void adit_hdr_value(struct adit_hdr *h, const char *fmt, ...) ADIT_PRINTF(2, 3);

#endif
