/* SPDX-License-Identifier: Apache-2.0 */
/* Which flow a unit belongs to: a hash over addresses, protocol and ports. */
#ifndef ADIT_NET_FLOW_H
#define ADIT_NET_FLOW_H

#include "core/packet.h"

/* Equal for all units of one flow, fragments included. Frames without IP: by addresses and type. */
uint32_t net_flow_hash(enum adit_shape shape, const uint8_t *p, size_t n);

/* The UDP source port that carries a hash's entropy, 49152..65535 (RFC 7348 4, RFC 6335 6). */
uint16_t net_flow_port(uint32_t hash);

#endif
