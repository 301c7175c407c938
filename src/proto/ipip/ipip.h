/* SPDX-License-Identifier: Apache-2.0 */
/* IP in IP: RFC 2003 (4in4), 4213 (6in4), 2473 (4in6, 6in6). */
#ifndef ADIT_IPIP_H
#define ADIT_IPIP_H

#include "core/layer.h"

enum ipip_opt { IPIP_OPT_ALLOWED, IPIP_OPT_N };

extern const struct adit_layer_ops adit_layer_ipip;

#endif
