/* SPDX-License-Identifier: Apache-2.0 */
/* What every tunnel owes the packet inside: DSCP, ECN and TTL handed to the delivery, loops
 * refused, sources checked. */
#ifndef ADIT_TUNNEL_H
#define ADIT_TUNNEL_H

#include "core/layer.h"

/* Encapsulations of one unit within this process; a lawful pile of tunnels stays below it. */
#define ADIT_DEPTH_MAX 8

/* Before the tunnel's header is written: tells the delivery what the inner packet has. ADIT_KEEP or
 * LOOP. */
enum adit_drop adit_tunnel_encap(enum adit_shape shape, const struct adit_seg *s,
	const struct adit_meta *in, struct adit_meta *out);

/* After the tunnel's header is gone: ECN goes in, and what was the delivery's goes out of `out`. */
enum adit_drop adit_tunnel_decap(enum adit_shape shape, struct adit_seg *s,
	const struct adit_meta *in, struct adit_meta *out);

/* A packet out of a tunnel: its version and lengths (what lies behind it is cut off), a source that
 * may be one (RFC 4213 3.6), and that lies in one of the prefixes of this option if there are any.
 */
enum adit_drop adit_tunnel_inner(struct adit_seg *s, const struct adit_conf *c, unsigned allowed);

#endif
