/* SPDX-License-Identifier: Apache-2.0 */
/* VXLAN, RFC 7348. */
#ifndef ADIT_VXLAN_H
#define ADIT_VXLAN_H

#include "core/layer.h"

enum vxlan_opt {
	VXLAN_OPT_VNI,
	VXLAN_OPT_REMOTES,
	VXLAN_OPT_LEARNING,
	VXLAN_OPT_AGEING,
	VXLAN_OPT_FROM,
	VXLAN_OPT_MAC,
	VXLAN_OPT_N
};

enum vxlan_mac_opt { VXLAN_MAC_MAC, VXLAN_MAC_REMOTE, VXLAN_MAC_N };

#define VXLAN_HLEN    8
#define VXLAN_PORT    4789
#define VXLAN_F_VNI   0x08 /* of the first byte, RFC 7348 5 */
#define VXLAN_PEERS   256
#define VXLAN_REMOTES 64

extern const struct adit_layer_ops adit_layer_vxlan;

#endif
