/* SPDX-License-Identifier: Apache-2.0 */
/* TAP device: an end whose units are Ethernet frames. The options only; src/io drives the device.
 */
#ifndef ADIT_TAP_H
#define ADIT_TAP_H

#include "proto/device.h"

extern const struct adit_layer_ops adit_layer_tap;

#endif
