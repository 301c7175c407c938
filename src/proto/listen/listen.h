/* SPDX-License-Identifier: Apache-2.0 */
/* The end that accepts TCP connections of users: one flow each. */
#ifndef ADIT_PROTO_LISTEN_H
#define ADIT_PROTO_LISTEN_H

#include "core/layer.h"

enum listen_opt { LISTEN_ADDR, LISTEN_TO, LISTEN_DEV, LISTEN_N };

extern const struct adit_layer_ops adit_layer_listen;

#endif
