/* SPDX-License-Identifier: Apache-2.0 */
/* Tunnels of one process that share a UDP port, told apart by the key of the layer above (a VNI).
 * The first of them is the host, whose sockets receive; the others are its guests and send from
 * ports of their own. All of a worker's ports live on its thread. */
#ifndef ADIT_IO_LODGE_H
#define ADIT_IO_LODGE_H

#include "io/port.h"

/* Makes p a guest if an earlier tunnel has its port and both can be told apart. *host is that
 * tunnel's port, NULL for none. A fault: same port, and not to be told apart. */
enum adit_err io_lodge(
	struct io_port *p, struct io_port **host, struct adit_fault *f) ADIT_MUST_USE;

/* Whose unit this is; NULL: nobody's. */
struct io_port *io_lodge_find(struct io_port *host, const uint8_t *data, uint32_t len);

#endif
