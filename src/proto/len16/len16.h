/* SPDX-License-Identifier: Apache-2.0 */
/* Messages over a stream, each behind its length in two bytes, most significant first. */
#ifndef ADIT_LEN16_H
#define ADIT_LEN16_H

#include "core/layer.h"

extern const struct adit_layer_ops adit_layer_len16;

#endif
