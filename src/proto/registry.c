/* SPDX-License-Identifier: Apache-2.0 */
#include "core/registry.h"

#include <string.h>

#define X(ops) extern const struct adit_layer_ops ops;
#include "proto/protocols.def"
#undef X

const struct adit_layer_ops *const adit_registry[] = {
#define X(ops) &ops,
#include "proto/protocols.def"
#undef X
	NULL
};

const unsigned adit_registry_n = ADIT_LEN(adit_registry) - 1;

const struct adit_layer_ops *adit_registry_find(const char *name)
{
	for (unsigned i = 0; i < adit_registry_n; i++) {
		const struct adit_layer_ops *o = adit_registry[i];

		if (strcmp(o->name, name) == 0 || (o->alias && strcmp(o->alias, name) == 0))
			return o;
	}
	return NULL;
}
