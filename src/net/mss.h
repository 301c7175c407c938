/* SPDX-License-Identifier: Apache-2.0 */
/* Lowers the maximum segment size that a TCP SYN offers (RFC 9293 3.7.1), so that what comes back
 * fits the tunnel where path MTU discovery does not work. */
#ifndef ADIT_NET_MSS_H
#define ADIT_NET_MSS_H

#include "core/packet.h"

/* mtu: of the inner IP packet. Clamps a SYN or SYN-ACK in place to mtu - 40 (IPv6: - 60); the
 * checksum follows. A SYN without the option is left alone: its default, 536 or 1220, fits. Returns
 * whether something was changed. */
bool net_mss_clamp(enum adit_shape shape, struct adit_seg *s, uint32_t mtu);

#endif
