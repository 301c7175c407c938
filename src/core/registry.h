/* SPDX-License-Identifier: Apache-2.0 */
/* Every layer that this program has: one line each in src/proto/protocols.def. */
#ifndef ADIT_REGISTRY_H
#define ADIT_REGISTRY_H

#include "core/layer.h"

extern const struct adit_layer_ops *const adit_registry[];
extern const unsigned adit_registry_n;

/* By name or alias; NULL: none. */
const struct adit_layer_ops *adit_registry_find(const char *name);

#endif
