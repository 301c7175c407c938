/* SPDX-License-Identifier: Apache-2.0 */
/* TUN device: an end whose units are IP packets. The options only; src/io drives the device. */
#ifndef ADIT_TUN_H
#define ADIT_TUN_H

#include "core/layer.h"

enum tun_opt { TUN_DEV, TUN_ADDR, TUN_MTU, TUN_ROUTE, TUN_MSS, TUN_QUEUES, TUN_NAME, TUN_OPT_N };

#define TUN_MSS_WORD 8 /* room for the longest value of mss= */

extern const struct adit_layer_ops adit_layer_tun;

#endif
