/* SPDX-License-Identifier: Apache-2.0 */
/* What tun and tap have in common: the options of a device of the system. tap has one row more, the
 * last. */
#ifndef ADIT_DEVICE_H
#define ADIT_DEVICE_H

#include "core/layer.h"

enum adit_device_opt {
	ADIT_DEVICE_DEV,
	ADIT_DEVICE_ADDR,
	ADIT_DEVICE_MTU,
	ADIT_DEVICE_ROUTE,
	ADIT_DEVICE_MSS,
	ADIT_DEVICE_NAME,
	ADIT_DEVICE_MAC, /* tap only */
	ADIT_DEVICE_N
};

#define ADIT_MSS_MIN 64
#define ADIT_MSS_MAX 65481 /* what 65521 bytes leave */

extern const struct adit_opt adit_device_opts[ADIT_DEVICE_N];

enum adit_err adit_device_open(struct adit_layer *l, bool first, struct adit_fault *f);

#endif
