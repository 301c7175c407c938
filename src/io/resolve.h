/* SPDX-License-Identifier: Apache-2.0 */
/* Names of hosts to addresses, before anything opens. */
#ifndef ADIT_RESOLVE_H
#define ADIT_RESOLVE_H

#include "core/conf.h"

/* Fills the address of every ADIT_OPT_HOST item that is still a name. Of several addresses the
 * first of the family of the layer's `local=` is taken. On failure *at is the layer. */
enum adit_err adit_resolve(
	const struct adit_spec *s, unsigned *at, struct adit_fault *f) ADIT_MUST_USE;

#endif
