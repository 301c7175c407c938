/* SPDX-License-Identifier: Apache-2.0 */
/* Tunnels whose delivery address is reached through themselves. */
#ifndef ADIT_IO_LOOP_H
#define ADIT_IO_LOOP_H

#include "io/port.h"

/* Once the device has its addresses and routes: refuses one that leads to the far side. */
enum adit_err io_loop_check(const struct io_tunnel *t, struct adit_fault *f) ADIT_MUST_USE;
/* Whether what the device gives is a packet of this tunnel's own delivery. */
bool io_loop_found(const struct io_tunnel *t, const struct adit_seg *s);

#endif
