/* SPDX-License-Identifier: Apache-2.0 */
/* IP as a delivery: options, shared with the raw socket driver, and the layer for the middle of a
 * stack. Its table is that of proto/delivery.h. */
#ifndef ADIT_IP_H
#define ADIT_IP_H

#include "proto/delivery.h"

extern const struct adit_layer_ops adit_layer_ip;

#endif
