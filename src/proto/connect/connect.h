/* SPDX-License-Identifier: Apache-2.0 */
/* The end that connects each flow that arrives to one fixed target. */
#ifndef ADIT_PROTO_CONNECT_H
#define ADIT_PROTO_CONNECT_H

#include "core/layer.h"

enum connect_opt { CONNECT_TARGET, CONNECT_LOCAL, CONNECT_DEV, CONNECT_N };

extern const struct adit_layer_ops adit_layer_connect;

#endif
