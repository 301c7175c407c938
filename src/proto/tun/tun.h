/* SPDX-License-Identifier: Apache-2.0 */
/* TUN device: an end whose units are IP packets. The options only; src/io drives the device. */
#ifndef ADIT_TUN_H
#define ADIT_TUN_H

#include "proto/device.h"

extern const struct adit_layer_ops adit_layer_tun;

#endif
